-- Compressed streams are scanned for what is inside of them. The streams are made by streams.py; a content that was scanned shows up as a
-- finding about a Git LFS pointer.
local files = dofile("spec/container/made.lua").by "streams.py"
local scan = files.scan

describe("a compressed stream", function()
  teardown(files.remove)

  for extension, kind in pairs { gz = "gzip", zlib = "zlib", bz2 = "bzip2", xz = "xz", lzma = "lzma", lz4 = "lz4", zst = "zstd" } do
    it("of " .. kind .. " is scanned under the name it unpacks to", function()
      local report, ids, members = scan("a.txt." .. extension)
      assert.equal(kind, report.kind)
      assert.same({}, ids)
      assert.same({ "a.txt" }, members)
    end)
  end

  it("may consist of several, and of frames to skip", function()
    for _, name in ipairs { "parts.gz", "skipped.zst", "skips.pkl.zst" } do
      local _, ids, members = scan(name)
      assert.same({}, ids)
      assert.equal(1, #members)
    end
  end)

  it("is read as Python and joblib read it where its own tools do not", function()
    for _, name in ipairs { "padded.gz", "flags.gz", "parts.zlib", "parts.lzma" } do
      local _, ids, members = scan(name)
      assert.same({}, ids, name)
      assert.equal(1, #members, name)
    end
  end)

  it("is scanned in streams in streams", function()
    local _, _, members = scan("twice.gz")
    assert.same({ "twice!twice" }, members)
  end)

  it("is a joblib when a pickle is in it", function()
    assert.equal("joblib", (scan("model.joblib")).kind)
  end)

  it("does not hide what follows it", function()
    local _, ids, members = scan("trailing.gz")
    assert.is_true(ids["stream.trailing"])
    assert.same({ "(after the stream)" }, members)
  end)

  it("that is cut short is broken, and what came out was scanned", function()
    local report, ids, members = scan("broken.gz")
    assert.is_true(ids["stream.broken"])
    assert.is_false(report.complete)
    assert.equal(1, #members)
  end)

  it("that is damaged has what comes before the damage scanned", function()
    for _, extension in ipairs { "gz", "bz2", "xz", "lz4", "zst" } do
      local report, ids = scan("damaged.pkl." .. extension)
      assert.is_true(ids["stream.broken"], extension)
      assert.is_false(report.complete)
      assert.equal("system", report.globals[1] and report.globals[1].name, extension)
      assert.is_true(report.globals[1].called)
    end
  end)

  it("is decompressed once, whatever texts are in it", function()
    local report = scan("python2.pkl.gz")
    assert.equal("safe", report.safety)
    assert.is_true(report.inflated < 2000000) -- 1.2 MB is what it unpacks to
    for _, name in ipairs { "cut-head.pkl.gz", "cut-head-0.pkl.gz" } do
      report = scan(name)
      assert.equal("safe", report.safety, name)
      assert.is_true(report.inflated < 1200000, name) -- of 1.1 MB
    end
  end)

  it("that expands beyond reason is a bomb, and limits hold", function()
    local report, ids = scan("bomb.gz")
    assert.is_true(ids["stream.bomb"])
    assert.not_equal("safe", report.safety)
    report, ids = scan("bomb.gz", { limits = { inflated = 1000000 } })
    assert.is_true(ids["scan.budget"])
    assert.is_false(report.complete)
    assert.equal(1000001, report.inflated)
  end)

  it("that asks for a window of a gigabyte is refused, not obeyed", function()
    local report, ids = scan("window.xz")
    assert.same({ ["stream.window"] = true }, ids)
    assert.is_false(report.complete)
    assert.equal("unknown", report.safety)
    assert.same({ ["stream.window"] = true }, select(2, scan("window.zst")))
    assert.equal("safe", scan("nine.xz", { limits = { kept = 100 * 2 ^ 20 } }).safety)
  end)
end)
