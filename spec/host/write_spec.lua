-- Files that hugh writes for itself.
local core = require "hugh.core"
local helper = dofile "spec/helper.lua"

local function listing(directory)
  local pipe = assert(io.popen("ls -lA '" .. directory .. "'"))
  local lines = {}
  for line in pipe:lines() do
    local mode, name = line:match "^(%S+).* (%S+)$"
    if mode ~= "total" then lines[name] = mode end
  end
  pipe:close()
  return lines
end

describe("a file written for the owner alone", function()
  local root = helper.directory()
  teardown(function() helper.remove(root) end)

  it("is whole, replaces another, and leaves nothing beside it", function()
    for _, bytes in ipairs { "", "one", ("x"):rep(1000000) } do
      assert.is_true(core.write(root .. "/a", bytes))
      assert.equal(bytes, helper.read(root .. "/a"))
    end
    assert.same({ a = "-rw-------" }, listing(root))
  end)

  it("leaves nothing where it cannot be", function()
    assert(os.execute("mkdir '" .. root .. "/d'"))
    local result, message, code = core.write(root .. "/d", "bytes")
    assert.is_nil(result)
    assert.truthy(message:find(root .. "/d: ", 1, true))
    assert.equal("EISDIR", code)
    assert.equal("ENOENT", select(3, core.write(root .. "/none/a", "bytes")))
    assert.same({ a = "-rw-------", d = listing(root).d }, listing(root))
  end)

  it("goes into directories that are made for it", function()
    assert.is_true(core.make_directory(root .. "/e/f//g/"))
    assert.is_true(core.make_directory(root .. "/e/f"))
    assert.is_true(core.write(root .. "/e/f/g/h", "bytes"))
    assert.same({ e = "drwx------", d = listing(root).d, a = "-rw-------" }, listing(root))
    assert.equal("ENOTDIR", select(3, core.make_directory(root .. "/a/b")))
    assert.equal(root .. "/e/f", core.realpath(root .. "/e/f/g/.."))
  end)
end)
