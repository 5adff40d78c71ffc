-- Whatever is passed to the functions of C, and whatever became of the objects: a result, a reason, or an error with a text. Never a crash.
local core = require "hugh.core"
local curl = require "hugh.curl"
local digest = require "hugh.digest"
local hugh = require "hugh"
local helper = dofile "spec/helper.lua"

-- These do things: see below.
local apart = { make_directory = true, write = true, wait = true, list = true }

local function closed(object, method)
  object[method or "close"](object)
  return object
end

local function objects()
  local loop = {}
  loop.loop = loop
  local file = io.tmpfile()
  file:close()
  return {
    core.scan { name = "a.pkl" }, closed(core.scan()), core.sandbox {}, closed(core.sandbox {}), digest.new("sha1"),
    closed(digest.new("sha1"), "hex"), curl.multi(), closed(curl.multi()), io.stdout, file, loop, coroutine.create(print),
  }
end

local function values()
  local list = objects()
  for _, value in ipairs {
    true, 0, -1, 0.5, 2 ^ 31, 2 ^ 53, 2 ^ 63, -2 ^ 63, 1e300, math.huge, 0 / 0, "", "a\0b", "sha1", "size", "no/such\27[2J", ("x"):rep(100000), {}, { {} },
    { name = 1 }, { size = -1 }, { limits = 1 }, { url = 7 }, setmetatable({}, { __index = function() error("no", 0) end }),
    function() error("called", 0) end,
  } do list[#list + 1] = value end
  return list
end

local function try(f, ...)
  local results = { pcall(f, ...) }
  if not results[1] then
    assert.equal("string", type(results[2]))
  elseif results[2] == nil and results[3] ~= nil then -- nil, message, code; counts and such follow other things
    assert.equal("string", type(results[3]))
  end
end

local function torture(f)
  local list = values()
  try(f)
  for _, first in ipairs(list) do
    try(f, first)
    for _, second in ipairs(list) do
      try(f, first, nil, second)
      try(f, first, second, second)
    end
  end
end

local function functions(table)
  local names = {}
  for name, f in pairs(table) do
    if type(f) == "function" and not apart[name] then names[#names + 1] = name end
  end
  return names
end

describe("wrong arguments", function()
  local places = {
    ["hugh.core"] = core, ["hugh.curl"] = curl, ["hugh.digest"] = digest, scan = getmetatable(core.scan()).__index,
    sandbox = getmetatable(core.sandbox {}).__index, digest = getmetatable(digest.new("sha1")).__index, multi = getmetatable(curl.multi()).__index,
    hugh = { scan = hugh.scan, classify = hugh.classify, explain = hugh.explain, assess = hugh.assess },
    ["the metamethods of a scan"] = getmetatable(core.scan()), ["the metamethods of a sandbox"] = getmetatable(core.sandbox {}),
    ["the metamethods of a digest"] = getmetatable(digest.new("sha1")), ["the metamethods of a multi"] = getmetatable(curl.multi()),
  }
  for place, table in pairs(places) do
    for _, name in ipairs(functions(table)) do
      it("of " .. name .. " in " .. place .. " are survived", function() torture(table[name]) end)
    end
  end

  it("of what waits are survived", function()
    local multi = curl.multi()
    for _, seconds in ipairs { -1, 0, 0 / 0, -math.huge, 1e-300 } do assert.same({}, multi:wait(seconds)) end
    assert.has_error(function() multi:wait("a") end)
    assert.has_error(function() multi:wait() end)
  end)

  it("of what makes files are survived", function()
    for _, name in ipairs { "make_directory", "write", "list", "realpath" } do
      for _, path in ipairs { "a\0b", {}, 0 / 0, io.stdout } do
        if type(path) ~= "number" then assert.has_error(function() core[name](path, "") end) end
      end
      local result, message, code = core[name](("x"):rep(100000), "")
      assert.is_nil(result)
      assert.equal("string", type(message))
      assert.equal("ENAMETOOLONG", code)
    end
  end)
end)

describe("a scan", function()
  local function fed(bytes, feed)
    local scan = core.scan { name = "a.pkl", size = #bytes }
    for offset, length in scan.need, scan do feed(scan, offset, length) end
    return scan:report()
  end
  local bytes = "\128\2cos\nsystem\nX\4\0\0\0true\133R." .. ("\0"):rep(70000) .. "cos\nsystem\n."

  it("copes with more than it asked for, with less, and with what it did not ask for", function()
    local other = false
    local report = fed(bytes, function(scan, offset, length)
      other = not other
      if other then scan:feed(0, bytes:sub(1, 10)) end
      if other then scan:feed(#bytes + 1000, "beyond") end
      if other then scan:feed(2 ^ 53, "beyond") end
      scan:feed(offset, bytes:sub(offset + 1, offset + math.min(length, 997)))
    end)
    assert.equal("dangerous", report.safety)
    assert.is_true(report.globals[1].called)
  end)

  it("keeps the bytes it was fed while it needs them", function()
    local report = fed(bytes, function(scan, offset, length)
      scan:feed(offset, table.concat { bytes:sub(offset + 1, offset + length) })
      collectgarbage()
      for _ = 1, 100 do local _ = ("y"):rep(70000) end
    end)
    assert.equal("dangerous", report.safety)
  end)

  it("does nothing more once it is finished, and says what is wrong once it is closed", function()
    local scan = core.scan { name = "a.txt", size = 0 }
    while scan:need() do scan:eof(0) end
    scan:feed(0, "more")
    scan:eof(7)
    assert.is_nil(scan:need())
    assert.equal("done", scan:step())
    assert.equal("empty", scan:report().kind)
    scan:close()
    scan:close()
    for _, method in ipairs { "need", "step", "report" } do
      assert.has_error(function() scan[method](scan) end, "the scan is closed")
    end
  end)

  it("takes its name from wherever the table of options has it", function()
    local options = setmetatable({ size = #bytes }, { __index = function(_, key)
      collectgarbage()
      return key == "name" and ("model-"):rep(50) .. os.time() .. ".pkl" or nil
    end })
    assert.truthy(core.classify(bytes, options.name))
    local scan = core.scan(options)
    for offset in scan.need, scan do scan:feed(offset, bytes:sub(offset + 1)) end
    assert.truthy(scan:report().path:find("^model%-.*%d%.pkl$"))
  end)

  it("passes on what goes wrong where bytes come from, and lets a reader yield", function()
    local mistake = {}
    local ok, message = pcall(hugh.scan, { name = "a.pkl", read = function() error(mistake) end })
    assert.is_false(ok)
    assert.equal(mistake, message)
    assert.same({ nil, "gone", "GONE" }, { hugh.scan { name = "a.pkl", read = function() return nil, "gone", "GONE" end } })
    for _, wrong in ipairs { true, {}, print } do
      assert.has_error(function() hugh.scan { name = "a.pkl", read = function() return wrong end } end)
    end
    local read = coroutine.wrap(function()
      return hugh.scan { name = "a.pkl", read = function(offset, length) return bytes:sub(offset + 1, coroutine.yield(offset, length)) end }
    end)
    local result = read()
    while type(result) == "number" do result = read(result + 1000) end
    assert.equal("dangerous", result.files[1].safety)
  end)

  it("can be brought back by a finalizer, as can the others, and is closed then", function()
    if _VERSION == "Lua 5.1" then return end
    local back = {}
    do
      local kept = { core.scan(), core.sandbox {}, digest.new("sha1"), curl.multi() }
      setmetatable(kept, { __gc = function(self) for i = 1, #self do back[i] = self[i] end end })
      kept = nil -- luacheck: ignore
    end
    collectgarbage()
    collectgarbage()
    assert.equal(4, #back)
    for _, object in ipairs(back) do
      for _, method in pairs(getmetatable(object).__index) do try(method, object, 1, "x") end
    end
  end)
end)

describe("a sandbox", function()
  it("takes and gives any number of values", function()
    local box = core.sandbox {}
    assert(box:load("function count(...) return select('#', ...) end function echo(...) return ... end", "=box"))
    local many = {}
    for i = 1, 150 do many[i] = i end
    local unpack = table.unpack or unpack -- luacheck: ignore
    assert.equal(150, box:call("count", unpack(many)))
    assert.equal(150, select("#", box:call("echo", unpack(many))))
  end)

  it("takes limits that are none for the nearest", function()
    for _, limit in ipairs { -1, 0, 0 / 0, math.huge, 1e300 } do
      local box = core.sandbox { memory = limit, instructions = limit, milliseconds = limit }
      assert(box:load("function f() return 1 end", "=box"))
      assert.equal(1, box:call("f"))
    end
  end)
end)

describe("a FIFO", function()
  it("is refused, not waited for", function()
    local directory = helper.directory()
    local path = directory .. "/fifo.pkl"
    assert(os.execute("mkfifo " .. path))
    for _, read in ipairs { core.read, core.scan_file, function(p) return digest.file(p, "sha256") end } do
      local result, message = read(path)
      assert.is_nil(result)
      assert.truthy(message:find(path, 1, true))
    end
    helper.remove(directory)
  end)
end)
