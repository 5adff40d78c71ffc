-- Lua runs out of memory at every allocation in turn: an error says so, nothing crashes, and no descriptor stays open.
local helper = dofile "spec/helper.lua"
local abi = os.getenv("HUGH_ABI") or "5.4"
local built = "build/" .. abi .. "/starve.so"
assert(os.execute(("mkdir -p build/%s && cc -O1 -fPIC -shared -o %s spec/lua/starve.c $(pkg-config --cflags %s)"):format(
  abi, built, abi == "jit" and "luajit" or "lua" .. abi)))
local starve = assert(package.loadlib(built, "luaopen_starve"))()

local core = require "hugh.core"
local curl = require "hugh.curl"
local digest = require "hugh.digest"

-- What is open: a line for each descriptor.
local function descriptors()
  local listing = assert(io.popen("readlink /proc/$PPID/fd/*"))
  local text = listing:read("*a")
  listing:close()
  return text, select(2, text:gsub("\n", ""))
end

describe("without memory", function()
  local root, program = helper.directory(), "cos\nsystem\n(S'true'\ntR."
  local path = root .. "/a.pkl"
  helper.write(path, program)
  helper.write(root .. "/b.txt", "plain text")
  teardown(function() helper.remove(root) end)

  local box = core.sandbox {}
  assert(box:load("function echo(...) return ... end", "=box"))
  local many = { { a = { b = { "c", 1.5, true } } }, "text" }

  local scenarios = {
    ["a scan of a file"] = function() return core.scan_file(path, { name = "x", explain = true }) end,
    ["a scan of files"] = function() return core.scan_files({ path, root .. "/b.txt", root .. "/none" }, {}, 2) end,
    ["a scan in pieces"] = function()
      local scan = core.scan { name = "a.pkl", size = #program }
      for offset in scan.need, scan do scan:feed(offset, program:sub(offset + 1, offset + 5)) end
      return scan:report()
    end,
    ["a list of a directory"] = function() return core.list(root) end,
    ["a read"] = function() return core.read(path) end,
    ["a classification"] = function() return core.classify(program, "a.pkl"), core.kinds() end,
    ["a path looked up"] = function() return core.realpath(path) end,
    ["a score"] = function() return core.score { { weight = 1, value = 1 }, { weight = 2 } } end,
    ["a sandbox"] = function()
      local new = core.sandbox { memory = 1e6 }
      new:load("function f() return { 'x' } end", "=box")
      new:call("f")
      new:close()
    end,
    ["a call into a sandbox"] = function() return box:call("echo", many, "x") end,
    ["a digest"] = function() return digest.new("sha256"):update("x"):hex(), digest.file(path, "sha1") end,
    ["a request"] = function() curl.multi():add { url = "http://127.0.0.1:1/", headers = { "A: b" }, body = "c" } end,
  }
  for name, run in pairs(scenarios) do
    it(name .. " fails with an error", function()
      run()
      collectgarbage()
      local rounds, failed = 0
      local open_before, before = descriptors()
      repeat
        rounds = rounds + 1
        starve.from(rounds)
        local ok, message = pcall(run)
        failed = starve.stop()
        if not ok then assert.truthy(tostring(message):find("memory", 1, true)) end
      until not failed or rounds > 3000
      assert.is_false(failed)
      collectgarbage()
      local open_after, after = descriptors()
      for _ = 1, 100 do -- a resolver's thread may have some open for a moment
        if after <= before then break end
        open_after, after = descriptors()
      end
      assert.is_true(after <= before, "opened:\n" .. open_after .. "\nbefore:\n" .. open_before)
    end)
  end
end)
