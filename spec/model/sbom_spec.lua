local helper = require("spec.helper")
local json = require("hugh.json")
local sbom = require("hugh.model.sbom")

describe("a bill of materials", function()
  local facts = {
    target = "a/b", repo = "a/b", name = "b", publisher = "a", commit = ("c"):rep(40), license = "mit",
    pipeline_tag = "fill-mask", config = { model_type = "bert", architectures = { "BertForMaskedLM" } },
    files = { { path = "model.bin", kind = "torch-zip", safety = "safe", sha256 = ("d"):rep(64) } },
    dependencies = { { name = "torch", version = "2.5.0", exact = true, source = "requirements.txt" }, { name = "numpy", exact = false, source = "files" } },
    advisories = { { id = "GHSA-x", aliases = { "CVE-1" }, severity = "critical", package = "torch", version = "2.5.0", fixed = "2.6.0", summary = "s" } },
  }

  it("has the model as a machine-learning-model, its packages, files and vulnerabilities", function()
    local document = json.decode(json.encode(sbom.document(facts, "2026-01-01T00:00:00Z")))
    assert.equal("machine-learning-model", document.metadata.component.type)
    assert.equal("pkg:huggingface/a/b@" .. facts.commit, document.metadata.component.purl)
    assert.same({ task = "fill-mask", architectureFamily = "bert", modelArchitecture = "BertForMaskedLM" }, document.metadata.component.modelCard.modelParameters)
    assert.same({ "a", "b" }, { document.metadata.component.group, document.metadata.component.name })
    assert.equal("pkg:pypi/torch@2.5.0", document.components[1].purl)
    assert.equal(facts.files[1].sha256, document.components[3].hashes[1].content)
    assert.same({ "pkg:pypi/torch@2.5.0", "pkg:pypi/numpy" }, document.dependencies[1].dependsOn)
    assert.same({ { ref = "pkg:pypi/torch@2.5.0" } }, document.vulnerabilities[1].affects)
  end)

  it("is valid by the schema of CycloneDX 1.5", function()
    local schema = json.decode(helper.read("spec/model/cyclonedx.json"))
    for _, about in ipairs { facts, { name = "dir", target = "./dir" }, { name = "x", target = "x", license = "gemma", dependencies = {}, files = {} } } do
      local document = json.decode(json.encode(sbom.document(about)))
      assert.is_nil(helper.violation(document, schema))
      assert.matches("^urn:uuid:%x%x%x%x%x%x%x%x%-%x%x%x%x%-4%x%x%x%-8%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x$", document.serialNumber)
      assert.matches("^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%dZ$", document.metadata.timestamp)
    end
  end)

  it("names licenses as SPDX does, and those that are not SPDX's by name", function()
    local function license(id) return sbom.document { name = "x", target = "x", license = id }.metadata.component.licenses[1].license end
    assert.same({ id = "Apache-2.0" }, license("apache-2.0"))
    assert.same({ name = "llama3.1" }, license("llama3.1"))
    assert.same({ id = "ODC-By-1.0" }, license("odc-by"))
    assert.is_nil(sbom.document({ name = "x", target = "x", license = "", license_class = "none" }).metadata.component.licenses)
  end)

  it("has the digests of local files", function()
    local folder = helper.directory()
    helper.write(folder .. "/m.pkl", "\128\2N.")
    local document = json.decode(helper.hugh("sbom " .. folder).out)
    assert.equal(require("hugh.digest").new("sha256"):update("\128\2N."):hex(), document.components[#document.components].hashes[1].content)
    helper.remove(folder)
  end)

  it("encodes versions in package URLs", function()
    local document = sbom.document { name = "x", target = "x", dependencies = { { name = "torch", version = "1!2.0+cu118", exact = true, source = "s" } } }
    assert.equal("pkg:pypi/torch@1%212.0%2Bcu118", document.components[1].purl)
  end)

  it("refers only to what it holds, each once", function()
    local document, seen = sbom.document(facts), {}
    for _, component in ipairs(document.components) do
      assert.is_nil(seen[component["bom-ref"]])
      seen[component["bom-ref"]] = true
    end
    for _, ref in ipairs(document.dependencies[1].dependsOn) do assert.is_true(seen[ref]) end
    assert.equal(document.serialNumber, sbom.document(facts).serialNumber)
  end)

  it("of a model about which little is known is still one", function()
    local text = json.encode(sbom.document({ name = "dir", target = "./dir" }, "2026-01-01T00:00:00Z"))
    assert.truthy(text:find('"components": []', 1, true))
  end)
end)
