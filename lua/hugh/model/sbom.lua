-- A model's bill of materials: CycloneDX 1.5 JSON, the model as a component of type machine-learning-model.

local json = require("hugh.json")
local licenses = require("hugh.data.licenses")
local url = require("hugh.hub.url")

local sbom = {}

local function purl(name, version) return ("pkg:pypi/%s%s"):format(name, version and "@" .. url.encode(version) or "") end

local function hex_uuid(seed)
  local h = require("hugh.digest").new("sha256"):update(seed):hex()
  return ("%s-%s-4%s-8%s-%s"):format(h:sub(1, 8), h:sub(9, 12), h:sub(14, 16), h:sub(18, 20), h:sub(21, 32))
end

local severities = { critical = "critical", high = "high", medium = "medium", low = "low" }

-- What the model is for and how it is built, as far as its metadata say.
local function model_card(facts)
  local config = facts.config or {}
  local parameters = { task = facts.pipeline_tag, architectureFamily = config.model_type, modelArchitecture = (config.architectures or {})[1] }
  return next(parameters) and { modelParameters = parameters } or nil
end

--- The bill of materials of a model. The same model gives the same text, except for its time.
---@param facts hugh.facts
---@param now? string ISO 8601 time; the current one unless given
---@return table document plain data for hugh.json
function sbom.document(facts, now)
  local reference = facts.repo and ("pkg:huggingface/%s%s"):format(facts.repo, facts.commit and "@" .. facts.commit or "") or "model"
  local model = {
    type = "machine-learning-model", ["bom-ref"] = reference, name = facts.name, version = facts.commit or facts.revision,
    purl = facts.repo and reference or nil, group = facts.publisher, modelCard = model_card(facts),
  }
  if facts.license and facts.license_class ~= "none" then
    local id = licenses.spdx[facts.license]
    model.licenses = json.array { { license = { id = id, name = not id and facts.license or nil } } }
  end
  local components, needs = json.array {}, json.array {}
  for _, dependency in ipairs(facts.dependencies or {}) do
    local ref = purl(dependency.name, dependency.version)
    needs[#needs + 1] = ref
    components[#components + 1] = {
      type = "library", ["bom-ref"] = ref, name = dependency.name, version = dependency.version, purl = ref,
      properties = json.array {
        { name = "hugh:source", value = dependency.source }, { name = "hugh:exact", value = tostring(dependency.exact) },
      },
    }
  end
  for _, file in ipairs(facts.files or {}) do
    components[#components + 1] = {
      type = "file", ["bom-ref"] = "file:" .. file.path, name = file.path,
      hashes = file.sha256 and json.array { { alg = "SHA-256", content = file.sha256 } } or nil,
      properties = json.array { { name = "hugh:kind", value = file.kind }, { name = "hugh:safety", value = file.safety } },
    }
  end
  local vulnerabilities = json.array {}
  for _, advisory in ipairs(facts.advisories or {}) do
    local references = json.array {}
    for i, alias in ipairs(advisory.aliases) do
      references[i] = { id = alias, source = { name = "OSV", url = "https://osv.dev/vulnerability/" .. alias } }
    end
    vulnerabilities[#vulnerabilities + 1] = {
      ["bom-ref"] = advisory.id .. "/" .. advisory.package, id = advisory.id, description = advisory.summary,
      source = { name = "OSV", url = "https://osv.dev/vulnerability/" .. advisory.id }, references = references,
      ratings = json.array { { severity = severities[advisory.severity] or "unknown" } },
      recommendation = advisory.fixed and ("use %s %s or later"):format(advisory.package, advisory.fixed) or nil,
      affects = json.array { { ref = purl(advisory.package, advisory.version) } },
    }
  end
  return {
    bomFormat = "CycloneDX", specVersion = "1.5", version = 1, ["$schema"] = "http://cyclonedx.org/schema/bom-1.5.schema.json",
    serialNumber = "urn:uuid:" .. hex_uuid(reference .. "\0" .. (facts.target or "")),
    metadata = {
      timestamp = now or os.date("!%Y-%m-%dT%H:%M:%SZ"), component = model,
      tools = { components = json.array { { type = "application", name = "hugh", version = require("hugh.core").version } } },
    },
    components = components, dependencies = json.array { { ref = reference, dependsOn = needs } },
    vulnerabilities = vulnerabilities,
  }
end

return sbom
