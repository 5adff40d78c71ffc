-- What loaders would read of a zip is scanned, and what only attacks do is named. The zips are made by zips.py; a member whose content was
-- scanned shows up as a finding about a Git LFS pointer.
local files = dofile("spec/container/made.lua").by "zips.py"
local scan = files.scan

local function expect(name, id, members)
  local report, ids, scanned = scan(name)
  assert.is_true(ids[id], name .. " has the finding " .. id)
  assert.same(members, scanned)
  assert.not_equal("safe", report.safety)
  return report
end

local function clean(name, members)
  local _, ids, scanned = scan(name)
  assert.same({}, ids)
  assert.same(members, scanned)
end

describe("zip", function()
  teardown(files.remove)

  it("scans stored and compressed members", function()
    clean("stored.zip", { "a.txt", "dir/b.txt" })
    for _, method in ipairs { "deflate", "bzip2", "lzma" } do clean(method .. ".zip", { "a.txt" }) end
  end)

  it("takes comments, zip64, data descriptors and padding for what they are", function()
    for _, name in ipairs { "comment", "zip64", "end64", "end64-far" } do clean(name .. ".zip", { "a.txt" }) end
    clean("descriptor.zip", { "a.txt", "b.txt" })
    clean("padded.zip", {})
    clean("empty.zip", {})
  end)

  it("looks into zips inside of zips, up to the limit of nesting", function()
    clean("nested.zip", { "inner.zip!a.txt" })
    local _, ids = scan("nested.zip", { limits = { nesting = 2 } })
    assert.is_true(ids["scan.nesting"])
  end)

  it("reads on where the two headers of a member disagree", function()
    expect("name.zip", "zip.name-mismatch", { "a.txt" })
    expect("crc.zip", "zip.crc-mismatch", { "a.txt" })
    expect("size.zip", "zip.size-mismatch", { "a.txt", "a.txt" })
    expect("stored-sizes.zip", "zip.size-mismatch", { "a.txt" })
    expect("method.zip", "zip.method-mismatch", { "a.txt" })
  end)

  it("is not stopped by marks of encryption that PyTorch ignores", function()
    assert.is_false(expect("encrypted.zip", "zip.encrypted", { "a.txt" }).complete)
    expect("encrypted-once.zip", "zip.flags-mismatch", { "a.txt" })
  end)

  it("says what it cannot unpack", function()
    assert.is_false(expect("method-unknown.zip", "zip.method", { "a.txt" }).complete)
    expect("window.zip", "stream.window", {})
    expect("cut-record.zip", "zip.broken", { "a.txt" })
    expect("no-local.zip", "zip.no-local-header", {})
  end)

  it("names duplicates, overlaps, links and names that lead outside", function()
    expect("duplicate.zip", "zip.duplicate", { "a.txt", "a.txt" })
    for _, label in ipairs { "slash", "dot", "nul" } do assert.is_true(select(2, scan("same-" .. label .. ".zip"))["zip.duplicate"], label) end
    assert.is_true(select(2, scan("same-case.pt"))["zip.duplicate"])
    clean("same-case.zip", { "a.txt", "A.txt" })
    local _, ids = scan("overlap.zip")
    assert.is_true(ids["zip.overlap"])
    local report, shared = scan("shared.zip")
    assert.is_true(shared["scan.incomplete"])
    assert.is_true(report.inflated < 10 * 600000) -- of the 150 MB that 500 members of the same 300 kB are
    expect("traversal.zip", "zip.traversal", { "../../etc/passwd" })
    expect("traversal-inside.zip", "zip.traversal", { "a/../b.txt" })
    expect("symlink.zip", "zip.symlink", { "a.txt" })
  end)

  it("scans members without a central entry and bytes that belong to none", function()
    expect("hidden-first.zip", "zip.hidden-member", { "hidden.txt" })
    expect("hidden-last.zip", "zip.hidden-member", { "hidden.txt" })
    expect("hidden-streamed.zip", "zip.hidden-member", { "hidden.txt" })
    expect("hidden-described.zip", "zip.hidden-member", { "hidden.txt" })
    expect("hidden-empty.zip", "zip.hidden-member", {})
    expect("gap.zip", "zip.gap", {})
    expect("trailing.zip", "zip.trailing", { "(unlisted bytes)" })
    expect("prefixed.zip", "zip.shifted", { "a.txt" })
  end)

  it("scans what is there of a zip without an end, and is not complete", function()
    local report = expect("no-end.zip", "zip.no-end", { "a.txt", "b.txt" })
    assert.is_false(report.complete)
    expect("cut.zip", "zip.no-end", { "a.txt" })
  end)

  it("follows every end record and every central directory a loader may choose", function()
    expect("two-ends.zip", "zip.two-ends", { "other.txt" })
    expect("two-ends-commented.zip", "zip.two-ends", { "other.txt" })
    expect("two-directories.zip", "zip.two-directories", { "real.txt" })
  end)

  it("follows what only one reader does", function()
    clean("two-extras.zip", { "a.txt" })
    clean("locator-astray.zip", { "a.txt" })
    expect("no-size.zip", "zip.broken", { "a.txt" })
    expect("record-astray.zip", "zip.hidden-member", { "a.txt" })
    expect("far-end.zip", "zip.trailing", { "inner.txt" }) -- miniz searches further than a comment can reach
  end)

  it("tells the kinds of zips apart by their members", function()
    assert.equal("torch-zip", scan("torch.pt").kind)
    assert.equal("torchscript", scan("script.pt").kind)
    assert.equal("npz", scan("arrays.npz").kind)
    assert.equal("keras", scan("model.keras").kind)
    assert.equal("zip", scan("stored.zip").kind)
  end)

  it("finds the same when reads are expensive", function()
    for _, name in ipairs { "stored.zip", "descriptor.zip", "name.zip", "hidden-last.zip", "two-directories.zip" } do
      assert.same(scan(name).findings, scan(name, { sparse = true }).findings)
    end
  end)
end)
