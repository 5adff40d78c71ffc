-- What `make install` leaves, used from another directory; and a checkout that nobody built yet.

local helper = dofile("spec/helper.lua")

local abi = os.getenv("HUGH_ABI") or "5.4"
local version = abi == "jit" and "5.1" or abi

describe("an installed hugh", function()
  local root
  setup(function()
    root = helper.directory() .. "/a b"
    os.execute(("make -s install ABI=%s DESTDIR='%s' PREFIX=/usr >/dev/null"):format(abi, root))
  end)
  teardown(function() helper.remove((root:match("^(.*)/"))) end)

  local function run(command)
    local pipe = io.popen("cd / && env -u LUA_PATH -u LUA_CPATH " .. command .. " 2>&1; echo $?")
    local text = pipe:read("*a")
    pipe:close()
    return text
  end

  it("has a command that runs with the Lua it was built for", function()
    assert.matches(helper.lua:gsub("%p", "%%%0") .. "$", helper.read(root .. "/usr/bin/hugh"):match("^#!([^\n]*)"))
    assert.are.equal("hugh " .. require("hugh").version .. "\n0\n", run("'" .. root .. "/usr/bin/hugh' --version"))
    assert.matches("fine\n0\n$", run("'" .. root .. "/usr/bin/hugh' policy check hugginghugh"))
  end)

  it("has a module that needs nothing of the checkout", function()
    local share, lib = root .. "/usr/share/lua/" .. version, root .. "/usr/lib/lua/" .. version
    assert.are.equal("text\n0\n", run(("LUA_PATH='%s/?.lua;%s/?/init.lua;;' LUA_CPATH='%s/?.so;;' %s -e '%s'"):format(share, share, lib, helper.lua,
      [[print(require("hugh").classify { data = "hello" }.kind)]])))
  end)

  it("goes without a trace", function()
    os.execute(("make -s uninstall ABI=%s DESTDIR='%s' PREFIX=/usr >/dev/null"):format(abi, root))
    local pipe = io.popen("find '" .. root .. "' -type f")
    assert.are.equal("", pipe:read("*a"))
    pipe:close()
  end)
end)

describe("a checkout that was not built", function()
  it("says so and answers 2, not 1, which would mean that something was found", function()
    local root = helper.directory()
    local result = helper.hugh("scan .", ('cp -r bin %s/bin && ln -s "$PWD/lua" %s/lua && cd %s && LUA_CPATH=/nowhere'):format(root, root, root))
    assert.are.equal(2, result.code)
    assert.matches("^hugh: cannot start; `make` builds it%. [^\n]*'hugh%.core' not found:\n$", result.err)
    helper.remove(root)
  end)
end)
