-- What a loader may take a file for besides what its first bytes say is read as that, too. The files are made by polyglots.py.
local files = dofile("spec/container/made.lua").by "polyglots.py"
local scan = files.scan

local function runs_system(name, kind)
  local report, ids = scan(name)
  assert.equal(kind, report.kind)
  assert.equal("dangerous", report.safety)
  assert.is_true(ids["file.polyglot"])
end

describe("a file that is two things", function()
  teardown(files.remove)

  it("is read as a zip when it ends as one", function()
    runs_system("pickle-zip.pt", "pickle")
    runs_system("commented-zip.bin", "image")
    for name, kind in pairs { ["text-zip.mar"] = "text", ["image-zip.bin"] = "image" } do
      local report, ids, members = scan(name)
      assert.equal(kind, report.kind)
      assert.is_true(ids["file.polyglot"])
      assert.same({ "(as zip)!a.txt" }, members)
    end
    for _, name in ipairs { "unknown-zip", "unknown-zip.h5" } do assert.same({ "(as zip)!a.txt" }, select(3, scan(name))) end
    assert.same({ "image-zip!(as zip)!a.txt" }, select(3, scan("image-zip.gz")))
    assert.same({ "pickle-zip.pkl!(as zip)!a.txt" }, select(3, scan("pickle-zip.pkl.gz")))
    assert.same({ "image-zip.bin!(as zip)!a.txt" }, select(3, scan("inside.zip")))
  end)

  it("is one thing when the end of a zip leads nowhere", function()
    local report, ids = scan("no-zip.bin")
    assert.same({}, ids)
    assert.equal("safe", report.safety)
  end)

  it("is looked for in a compressed stream without decompressing it again", function()
    for _, name in ipairs { "pickles.tar.gz", "zips.tar.gz" } do
      local report = scan(name)
      assert.equal("safe", report.safety)
      assert.is_true(report.inflated < 1900000, name) -- 1.8 MB is what they unpack to
    end
  end)

  it("is left alone when its name leads to a reader that goes by the first bytes", function()
    local report = scan("tensor.safetensors", { sparse = true })
    assert.equal("safe", report.safety)
    assert.is_true(select(2, scan("tensor.bin"))["file.polyglot"])
  end)

  it("is read as a tar when the checksum says so", function()
    for _, name in ipairs { "old.tar", "old.model" } do
      local report, ids, members = scan(name)
      assert.equal("tar", report.kind)
      assert.same({}, ids)
      assert.same({ "a.txt" }, members)
    end
    runs_system("pickle-tar.pkl", "pickle")
    assert.same({ "(as tar)!" }, { select(3, scan("pickle-tar.pkl"))[1]:sub(1, 9) })
    runs_system("pickle-tar-0.bin", "tar")
  end)

  it("is no tar only because it says ustar", function()
    local report = scan("not-a-tar.pkl")
    assert.equal("pickle", report.kind)
    assert.equal("dangerous", report.safety)
  end)

  it("is read as a pickle when an unpickler would get anywhere", function()
    runs_system("gif.bin", "image")
    runs_system("gif-long.bin", "image")
    runs_system("tflite.bin", "tflite")
    local report = scan("no-proto.bin")
    assert.equal("pickle", report.kind)
    assert.equal("dangerous", report.safety)
  end)

  it("is not suspected for words", function()
    assert.equal("text", scan("words").kind)
    assert.same({}, select(2, scan("words")))
    assert.equal("safe", scan("words.gz").safety)
    assert.equal("dangerous", scan("long.gz").safety)
    assert.equal("safe", scan("gif").safety)
  end)
end)
