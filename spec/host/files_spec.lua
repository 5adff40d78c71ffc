-- Files that are not what they seem: endless, empty, too deep.
local core = require "hugh.core"
local helper = dofile "spec/helper.lua"

local program = "cos\nsystem\n(S'true'\ntR."

describe("files:", function()
  local root
  before_each(function() root = helper.directory() end)
  after_each(function() helper.remove(root) end)

  it("a sparse file of any size takes no time, and is not safe", function()
    local heads = {
      ["a.pkl"] = "N.", ["b.pkl"] = program, ["c.tar"] = "", ["d.pt"] = "PK\3\4", ["e.zst"] = "\40\181\47\253", ["f.safetensors"] = "\2\0\0\0\0\0\0\0{}",
      ["g.bin"] = "",
    }
    for name, head in pairs(heads) do
      local path, before = root .. "/" .. name, os.clock()
      helper.write(path, head)
      assert(os.execute("truncate -s 256G " .. path))
      local report = assert(core.scan_file(path))
      assert.not_equal("safe", report.safety, name)
      assert.equal(name == "b.pkl", report.safety == "dangerous")
      assert.is_true(os.clock() - before < 20, name)
    end
  end)

  it("one of /proc has content, whatever size it states", function()
    assert.truthy(core.read("/proc/self/status"):find("Name:", 1, true))
    local report = assert(core.scan_file("/proc/self/status"))
    assert.equal("text", report.kind)
    assert.is_true(report.size > 0)
  end)

  it("a read is refused beyond its limit, and whole up to it", function()
    helper.write(root .. "/a", ("x"):rep(1000))
    assert.equal(1000, #core.read(root .. "/a", 1000))
    assert.same({ nil, root .. "/a: is larger than expected", "EFBIG" }, { core.read(root .. "/a", 999) })
    helper.write(root .. "/b", "")
    assert.equal("", core.read(root .. "/b", 0))
  end)

  it("what lies too deep is named, and what lies beside it found", function()
    assert(os.execute("mkdir -p " .. root .. ("/d"):rep(100)))
    helper.write(root .. "/d/a.pkl", program)
    local entries, problems = core.list(root)
    assert.equal("d/a.pkl", entries[1].path)
    assert.equal(1, #entries)
    assert.equal(1, #problems)
    assert.equal("ELOOP", problems[1].code)
  end)
end)
