-- Every documented fact, on each kind of model (spec/hub/hub_spec.lua has those of the Hub): there with its type, or nil where it may be.
local differences = require("spec.fact_types")
local hugh = require("hugh")

describe("facts are of their documented types", function()
  for _, directory in ipairs { "safetensors-only", "pickle-only", "renamed-pickle", "os-system", "gguf-only", "numpy" } do
    it("in a directory: " .. directory, function() assert.same({}, differences(assert(hugh.model("examples/models/" .. directory)))) end)
  end

  it("in a record of the Hub, whatever it holds", function()
    local from = require("hugh.model").from_hub_info
    for _, info in ipairs {
      { id = "a/b" }, { id = "b", siblings = { { rfilename = "a.bin", size = 5.0 }, {}, 7 } },
      { id = "a/b", likes = 3.0, downloads = 1e15, tags = { "x", 5 }, siblings = "x", config = { architectures = "x", auto_map = {} }, gated = "auto", private = 0 },
      { modelId = "a/b", likes = "3", downloads = 1e999, lastModified = 5, createdAt = {}, sha = 5, library_name = {}, pipeline_tag = 5, cardData = { license = { 5 } } },
      { id = "a/b", securityRepoStatus = { scansDone = 1, filesWithIssues = { { path = "a" }, { level = "x" }, 5 } } },
      { id = "a/b", library_name = "transformers", lastModified = "2024-01-01T00:00:00.000Z", config = { transformers_version = "4.30.0" } },
    } do assert.same({}, differences(from(info)), info.id) end
  end)

  it("in the sketch of a test", function()
    assert.same({}, differences(require("hugh.policy.tests").facts { files = { "a.bin", { path = "b" } }, globals = { "os.system", "x", { name = "a.b" } } }))
  end)
end)
