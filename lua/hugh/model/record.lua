-- What the Hub's metadata record of a model says, as facts. Used for a million records at a time, so it makes few tables.

local advisories = require("hugh.model.advisories")
local card = require("hugh.model.card")
local data = require("hugh.data.organisations")
local date = require("hugh.date")
local dependencies = require("hugh.model.dependencies")
local json = require("hugh.json")
local license = require("hugh.model.license")
local summarize = require("hugh.model.summarize")

local record = {}

local function text(value) return type(value) == "string" and value or nil end
local function number(value) return type(value) == "number" and value or nil end

local function strings(value)
  local list = {}
  if type(value) == "table" then
    for _, item in ipairs(value) do
      if type(item) == "string" then list[#list + 1] = item end
    end
  elseif type(value) == "string" then
    list[1] = value
  end
  return list
end

local function add_license(facts, info)
  local stated = strings(type(info.cardData) == "table" and info.cardData.license)
  if #stated == 0 then
    for _, tag in ipairs(facts.tags) do
      if tag:sub(1, 8) == "license:" then stated[#stated + 1] = tag:sub(9) end
    end
  end
  facts.license, facts.license_class = license.strictest(stated)
  if not facts.license then facts.license_class = "none" end
end

local function security(status)
  if type(status) ~= "table" then return nil end
  local files, worst = {}, status.scansDone == true and "safe" or "unscanned"
  for _, issue in ipairs(type(status.filesWithIssues) == "table" and status.filesWithIssues or {}) do
    if type(issue) == "table" and type(issue.path) == "string" then
      files[#files + 1] = { path = issue.path, status = text(issue.level) or "unknown" }
      worst = "issues"
    end
  end
  return { status = worst, scans_done = status.scansDone == true, files = files }
end

local function ends(path, suffix) return path:sub(-#suffix) == suffix end
local nothing = json.array {}

-- What a name alone says of a file nobody read.
local function unread(path, size)
  local lower = path:lower()
  local safetensors = ends(lower, ".safetensors")
  return {
    path = path, size = size, kind = "unknown", safety = "unknown", complete = false, scanned = false, findings = nothing, globals = nothing,
    pickle_name = ends(lower, ".bin") or ends(lower, ".pkl") or ends(lower, ".pickle"), is_pickle = false, safetensors = safetensors,
    safe_format = safetensors or ends(lower, ".gguf") or ends(lower, ".onnx"),
  }
end

--- The facts of a Hub API record (`/api/models/<id>`), its files by name alone: origin "metadata".
---@param info table
---@param now? number seconds since 1970
---@return hugh.facts
function record.facts(info, now)
  local repo = text(info.id) or text(info.modelId) or ""
  local publisher, name = repo:match("^([^/]+)/(.+)$")
  local modified = text(info.lastModified)
  local since = modified and date.iso(modified)
  local facts = {
    target = repo, origin = "metadata", repo = repo, name = name or repo, publisher = publisher, commit = text(info.sha), pinned = false,
    publisher_known = publisher ~= nil and data[publisher:lower()] == true, downloads = number(info.downloads), likes = number(info.likes),
    created_at = text(info.createdAt), last_modified = modified, age_days = since and math.max(0, ((now or os.time()) - since) / 86400),
    disabled = info.disabled == true, tags = strings(info.tags), library_name = text(info.library_name),
    pipeline_tag = text(info.pipeline_tag), hub_security = security(info.securityRepoStatus),
  }
  if info.gated ~= nil then facts.gated = info.gated ~= false and info.gated ~= json.null end
  if info.private ~= nil then facts.private = info.private == true end
  add_license(facts, info)
  local config = info.config
  if type(config) == "table" then
    facts.config = {
      architectures = strings(config.architectures), model_type = text(config.model_type), auto_map = type(config.auto_map) == "table",
      transformers_version = text(config.transformers_version),
    }
  end
  if type(info.siblings) == "table" then
    local files, has_card = {}, false
    for _, sibling in ipairs(info.siblings) do
      local path = type(sibling) == "table" and text(sibling.rfilename)
      if path then
        files[#files + 1] = unread(path, number(sibling.size))
        has_card = has_card or path == "README.md"
      end
    end
    facts.files, facts.kinds = files, { unknown = #files }
    summarize.count(facts)
    if not has_card then facts.card = (card.read(nil)) end
  end
  facts.findings, facts.globals, facts.complete = nothing, nothing, false
  return facts
end

--- The same with dependencies and advisories: all that can be judged without asking for more than the record.
---@param info table
---@param now? number
---@return hugh.facts
function record.ranked(info, now)
  local facts = record.facts(info, now)
  facts.dependencies = dependencies.infer(facts)
  facts.advisories, facts.advisories_source = advisories.check(facts.dependencies), advisories.snapshot_name()
  return facts
end

return record
