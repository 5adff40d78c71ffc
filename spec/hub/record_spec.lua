local record = require("hugh.model.record")

describe("a Hub record", function()
  local function facts(fields)
    local info = {
      id = "google/x", sha = ("a"):rep(40), lastModified = "2026-07-14T00:00:00.000Z", downloads = 7, likes = 3, gated = "auto",
      tags = { "license:mit", "transformers" }, library_name = "transformers",
      siblings = { { rfilename = "model.safetensors" }, { rfilename = "pytorch_model.BIN" }, { rfilename = "README.md" } },
    }
    for key, value in pairs(fields or {}) do info[key] = value end
    return record.facts(info, 1784073600) -- 2026-07-15
  end

  it("becomes facts, with files judged by their names", function()
    local f = facts()
    assert.equal("metadata", f.origin)
    assert.equal("google", f.publisher)
    assert.is_true(f.publisher_known)
    assert.is_true(f.gated)
    assert.equal("permissive", f.license_class)
    assert.equal(1, f.age_days)
    assert.equal(3, f.file_count)
    assert.is_true(f.files[1].safetensors)
    assert.is_true(f.files[2].pickle_name)
    assert.is_nil(f.card) -- there is one, and nobody read it
    assert.is_nil(f.safety) -- no file was read
    assert.is_false(f.complete)
    assert.equal("torch", f.dependencies[4].name)
  end)

  it("counts safe formats and pickles by their names", function()
    local names = { "a.safetensors", "b.GGUF", "c.onnx", "d.bin", "e.pkl", "f.Pickle", "g.txt", "safetensors", "pkl" }
    local siblings = {}
    for i, name in ipairs(names) do siblings[i] = { rfilename = name } end
    local f = facts({ siblings = siblings })
    assert.same({ 9, 3, 3 }, { f.file_count, f.safe_format_files, f.pickle_files })
  end)

  it("says only what it knows", function()
    local f = record.facts({ id = "x", siblings = "nonsense", cardData = 3, tags = { 1, {} }, config = "?" }, 0)
    assert.is_nil(f.publisher)
    assert.is_nil(f.likes)
    assert.is_nil(f.age_days)
    assert.is_nil(f.files)
    assert.equal("none", f.license_class)
    assert.is_nil(f.advisories)
  end)

  it("without a README has no card", function() assert.is_false(facts({ siblings = { { rfilename = "a.gguf" } } }).card.present) end)

  it("takes the license of the card before the tag's", function()
    assert.equal("agpl-3.0", facts({ cardData = { license = "agpl-3.0" } }).license)
  end)
end)
