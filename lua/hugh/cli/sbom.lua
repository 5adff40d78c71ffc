-- hugh sbom TARGET: a model's bill of materials.

local cli = require("hugh.cli")
local common = require("hugh.cli.common")

local sbom = { positional = "targets" }

function sbom.configure(parser)
  parser:description("Print a model's bill of materials (CycloneDX 1.5 JSON): the model, its files, the packages it needs and their known "
    .. "vulnerabilities. TARGET is a directory, org/name[@revision] or a Hub URL. Exit code: 0 printed, 2 could not look.")
  common.words(parser, "TARGET", sbom.positional, "A model."):args(1)
  common.advisories(parser)
  common.timeout(parser)
end

-- The digests of local files, which nothing else needs: the Hub's come with its list.
local function add_digests(facts)
  local folder = require("hugh.model.directory").folder(facts.target)
  for _, file in ipairs(folder and facts.files or {}) do
    file.sha256 = require("hugh.digest").file(require("hugh.files").join(folder, file.path), "sha256")
  end
end

---@param options table
---@param out table
---@return integer|nil
---@return string|nil message
function sbom.run(options, out)
  local targets = type(options.targets) == "table" and options.targets or { options.targets }
  if #targets ~= 1 then return nil, "name one model: a directory, org/name[@revision] or a Hub URL." end
  common.tidy()
  local facts, message = require("hugh").model(targets[1], { advisories = options.advisories, timeout = options.timeout, session = {} })
  if not facts then
    common.say(message)
    return cli.FAILED
  end
  if facts.origin ~= "hub" then add_digests(facts) end
  if facts.advisories_problem then common.say(facts.advisories_problem) end
  out:write(require("hugh.json").encode(require("hugh.model.sbom").document(facts), { pretty = true }), "\n")
  return facts.advisories_problem and cli.FAILED or cli.CLEAN
end

return sbom
