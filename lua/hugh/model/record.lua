-- What the Hub's metadata record of a model says, as facts. Used for a million records at a time, so what is not asked for is not made.

local advisories = require("hugh.model.advisories")
local card = require("hugh.model.card")
local data = require("hugh.data.organisations")
local date = require("hugh.date")
local dependencies = require("hugh.model.dependencies")
local json = require("hugh.json")
local keep = require("hugh.model.keep")
local license = require("hugh.model.license")

local record = {}

local function text(value) return type(value) == "string" and value or nil end
local function number(value) return type(value) == "number" and math.abs(value) < math.huge and json.integer(value) or nil end

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

-- The license of the card, or else of the tags: its id and class.
local function license_of(info)
  local stated = strings(type(info.cardData) == "table" and info.cardData.license)
  if #stated == 0 and type(info.tags) == "table" then
    for _, tag in ipairs(info.tags) do
      if type(tag) == "string" and tag:sub(1, 8) == "license:" then stated[#stated + 1] = tag:sub(9) end
    end
  end
  local id, class = license.strictest(stated)
  return id, class or "none"
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

local nothing = json.array {}

local safe = { safetensors = true, gguf = true, onnx = true }

-- What a name alone says of a file.
local by_name = keep(function(path)
  local suffix = path:lower():match("%.(%w+)$") or ""
  return { suffix = suffix, pickle_name = suffix == "bin" or suffix == "pkl" or suffix == "pickle", safe_format = safe[suffix] == true }
end)

local function siblings(info)
  if type(info.siblings) ~= "table" then return nil end
  local list = {}
  for _, sibling in ipairs(info.siblings) do
    if type(sibling) == "table" and type(sibling.rfilename) == "string" then list[#list + 1] = sibling end
  end
  return list
end

local function count(facts, list)
  local pickles, safe_formats, described = 0, 0, false
  for _, sibling in ipairs(list) do
    local known = by_name(sibling.rfilename)
    pickles, safe_formats = pickles + (known.pickle_name and 1 or 0), safe_formats + (known.safe_format and 1 or 0)
    described = described or sibling.rfilename == "README.md"
  end
  facts.file_count, facts.pickle_files, facts.safe_format_files = #list, pickles, safe_formats
  if not described then facts.card = (card.read(nil)) end -- else there is one, and nobody read it
end

-- A file nobody read.
local function unread(path, size)
  local known = by_name(path)
  return {
    path = path, size = size, kind = "unknown", safety = "unknown", complete = false, scanned = false, findings = nothing, globals = nothing,
    pickle_name = known.pickle_name, is_pickle = false, safetensors = known.suffix == "safetensors", safe_format = known.safe_format,
  }
end

local INFO, SIBLINGS = {}, {} -- the keys of the record and of its files, among the facts

-- The facts that are made when they are asked for, of the record.
local made = {
  tags = function(_, info) return strings(info.tags) end,
  config = function(_, info)
    local config = info.config
    return type(config) == "table" and {
      architectures = strings(config.architectures), model_type = text(config.model_type), auto_map = type(config.auto_map) == "table",
      transformers_version = text(config.transformers_version),
    } or nil
  end,
  files = function(facts)
    local files = facts[SIBLINGS] and {}
    for i, sibling in ipairs(facts[SIBLINGS] or nothing) do files[i] = unread(sibling.rfilename, number(sibling.size)) end
    return files
  end,
  kinds = function(facts) return facts.file_count and { unknown = facts.file_count } end,
  hub_security = function(_, info) return security(info.securityRepoStatus) end,
  dependencies = function(facts)
    local suffixes = {}
    for _, sibling in ipairs(facts[SIBLINGS] or nothing) do suffixes[by_name(sibling.rfilename).suffix] = true end
    return dependencies.infer(facts, nil, suffixes)
  end,
  advisories = function(facts) return advisories.check(facts.dependencies) end,
}

local making = {
  __index = function(facts, key)
    local make = made[key]
    local value = make and make(facts, facts[INFO])
    if value ~= nil then rawset(facts, key, value) end
    return value
  end,
}

-- Days since a time; nil too for one that is yet to come, beyond what clocks may differ by.
local function age_of(time, now)
  local since = time and date.iso(time)
  local days = since and ((now or os.time()) - since) / 86400
  return days and days >= -1 and math.max(0, days) or nil
end

--- The facts of a Hub API record (`/api/models/<id>`), its files by name alone: origin "metadata". Some are made when they are asked for.
---@param info table
---@param now? number seconds since 1970
---@return hugh.facts
function record.lazy(info, now)
  local repo = text(info.id) or text(info.modelId) or ""
  local publisher, name = repo:match("^([^/]+)/(.+)$")
  local modified = text(info.lastModified)
  local license_id, license_class = license_of(info)
  local facts = {
    [INFO] = info, [SIBLINGS] = siblings(info),
    target = repo, origin = "metadata", repo = repo, name = name or repo, publisher = publisher, commit = text(info.sha), pinned = false,
    publisher_known = publisher ~= nil and data[publisher:lower()] == true, downloads = number(info.downloads), likes = number(info.likes),
    created_at = text(info.createdAt), last_modified = modified, age_days = age_of(modified, now),
    disabled = info.disabled == true, library_name = text(info.library_name), pipeline_tag = text(info.pipeline_tag),
    license = license_id, license_class = license_class, findings = nothing, globals = nothing, complete = false,
    advisories_source = advisories.snapshot_name(),
  }
  if facts[SIBLINGS] then count(facts, facts[SIBLINGS]) end
  if info.gated ~= nil then facts.gated = info.gated ~= false and info.gated ~= json.null end
  if info.private ~= nil then facts.private = info.private == true end
  return setmetatable(facts, making)
end

--- The same with every fact made.
---@param info table
---@param now? number
---@return hugh.facts
function record.facts(info, now)
  local facts = record.lazy(info, now)
  for name in pairs(made) do facts[name] = facts[name] end
  facts[INFO], facts[SIBLINGS] = nil, nil
  return setmetatable(facts, nil)
end

return record
