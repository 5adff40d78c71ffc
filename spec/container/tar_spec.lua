-- Tar members are scanned whatever dialect the archive is in. The tars are made by tars.py; a content that was scanned shows up as a finding
-- about a Git LFS pointer.
local core = require "hugh.core"

local files = dofile("spec/container/made.lua").by "tars.py"
local directory, scan = files.directory, files.scan

describe("tar", function()
  teardown(files.remove)

  it("scans every member in each dialect", function()
    for _, name in ipairs { "ustar.tar", "gnu.tar", "pax.tar" } do
      local report, ids, members = scan(name)
      assert.equal("tar", report.kind)
      assert.same({}, ids)
      assert.same({ "a.txt", "b/c.txt" }, members)
    end
  end)

  it("reads long names", function()
    for _, name in ipairs { "long-gnu.tar", "long-pax.tar" } do
      local _, ids, members = scan(name)
      assert.same({}, ids)
      assert.same({ ("d/"):rep(150) .. "a.txt" }, members)
    end
  end)

  it("ends on members larger than a read, compressed or of unknown size", function()
    assert.same({ "big.tar!a.txt" }, select(3, scan("big.tar.gz")))
    local file = assert(io.open(directory .. "/big.tar", "rb"))
    local bytes = file:read("*a")
    file:close()
    local unknown = core.scan { name = "big.tar" }
    for offset, length in unknown.need, unknown do unknown:feed(offset, bytes:sub(offset + 1, offset + length)) end
    assert.equal("a.txt", unknown:report().findings[1].member)
  end)

  it("names links, names that lead outside, and members behind the end", function()
    local outside, inside = core.scan_file(directory .. "/paths-out.tar"), core.scan_file(directory .. "/paths-in.tar")
    assert.equal(8, #outside.findings)
    for _, finding in ipairs(outside.findings) do assert.equal("tar.traversal", finding.id) end
    assert.same({}, inside.findings)
    assert.same({ ["tar.link"] = true }, select(2, scan("link.tar")))
    for _, name in ipairs { "link-out.tar", "link-out-long.tar", "link-out-pax.tar" } do
      assert.same({ ["tar.traversal"] = true }, select(2, scan(name)))
    end
    assert.same({ ["tar.trailing"] = true }, select(2, scan("garbage.tar")))
    local _, ids, members = scan("trailing.tar")
    assert.is_true(ids["tar.trailing"])
    assert.same({ "b.txt" }, members)
  end)

  it("names devices, and does not take them to have content", function()
    local _, ids, members = scan("device.tar")
    assert.same({ ["tar.device"] = true }, ids)
    assert.same({ "b.txt" }, members)
  end)

  it("goes on behind damage, and is not complete", function()
    local report, ids, members = scan("damaged.tar")
    assert.is_true(ids["tar.broken"])
    assert.is_false(report.complete)
    assert.same({ "a.txt", "c.txt" }, members)
    report, ids, members = scan("sparse.tar")
    assert.is_nil(ids["tar.broken"])
    assert.is_false(report.complete)
    assert.same({ "a.txt", "c.txt" }, members)
  end)

  it("is incomplete when what follows the members is empty for longer than it looks", function()
    local path = directory .. "/paths-in.tar"
    assert.is_true(core.scan_file(path).complete)
    local file = assert(io.open(path, "r+b"))
    file:seek("set", 70 * 1024 * 1024)
    file:write(("\0"):rep(512))
    file:close()
    assert.is_false(core.scan_file(path).complete)
  end)

  it("is incomplete when the archive is cut short", function()
    local report, ids = scan("cut.tar")
    assert.is_true(ids["tar.broken"])
    assert.is_false(report.complete)
  end)

  it("unpickles what PyTorch's oldest layout does", function()
    local report = scan("model.tar")
    assert.equal("torch-tar", report.kind)
    assert.equal("dangerous", report.safety)
    assert.equal("system", report.globals[1].name)
    for _, name in ipairs { "pickle", "storages", "tensors", "sys_info" } do
      assert.equal("dangerous", scan("model-" .. name .. ".tar").safety)
    end
  end)
end)
