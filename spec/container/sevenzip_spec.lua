-- 7z archives are read although no loader opens one. They are made by sevens.py; a content that was scanned shows up as a finding about a Git
-- LFS pointer.
local core = require "hugh.core"
local helper = dofile "spec/helper.lua"

local made = dofile "spec/container/made.lua"
local files = made.by "sevens.py"
local directory, scan, report_of = files.directory, files.scan, made.found

describe("a 7z archive", function()
  teardown(files.remove)

  it("is unpacked by every method that 7-Zip has and a library knows", function()
    for _, method in ipairs { "copy", "lzma", "lzma2", "deflate", "bzip2" } do
      local report, ids, members = scan(method .. ".7z")
      assert.equal("7z", report.kind)
      assert.same({}, ids, method)
      assert.same({ "a.txt" }, members)
    end
  end)

  it("may pack what a filter for programs made", function()
    local _, ids, members = scan("filtered.7z")
    assert.same({}, ids)
    assert.same({ "a.txt" }, members)
  end)

  it("may hold several files in one folder, several folders, and names without content", function()
    local _, ids, members = scan("solid.7z")
    assert.same({}, ids)
    assert.same({ "a.txt", "b.txt", "c.txt" }, members)
  end)

  it("may have a packed header, but not one in another without end", function()
    assert.same({ "a.txt" }, select(3, scan("packed.7z")))
    local report, ids = scan("packed-often.7z")
    assert.is_true(ids["sevenzip.unread"])
    assert.is_false(report.complete)
  end)

  it("says what it is packed by when that is not followed", function()
    for _, name in ipairs { "aes.7z", "steps.7z", "cut.7z", "wrong.7z" } do
      local report, ids = scan(name)
      assert.is_true(ids["sevenzip.unread"], name)
      assert.is_false(report.complete)
    end
    assert.is_false((scan("large.7z")).complete)
  end)

  it("is never safe, and suspicious by the name of a model", function()
    assert.equal("unknown", (scan("empty.7z")).safety)
    assert.equal("unknown", (scan("solid.7z")).safety)
    for _, name in ipairs { "a.pt", "a.ckpt", "a.pkl", "a.joblib" } do
      local bytes = helper.read(directory .. "/copy.7z")
      local source = core.scan { name = name, size = #bytes }
      for offset, length in source.need, source do source:feed(offset, bytes:sub(offset + 1, offset + length)) end
      local report, ids = report_of(source:report())
      assert.is_true(ids["file.kind-mismatch"], name)
      assert.equal("suspicious", report.safety)
    end
  end)

  it("ends wherever its bytes are changed", function()
    local whole = helper.read(directory .. "/solid.7z")
    for at = 7, #whole do
      for _, byte in ipairs { 0, 1, 0x7f, 0xff } do
        local bytes = whole:sub(1, at - 1) .. string.char(byte) .. whole:sub(at + 1)
        local source = core.scan { name = "a.7z", size = #bytes }
        for offset, length in source.need, source do source:feed(offset, bytes:sub(offset + 1, offset + length)) end
        assert.not_equal("safe", source:report().safety)
      end
    end
  end)
end)
