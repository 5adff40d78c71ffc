-- A model in a local directory: its files scanned, and what its texts and its place say about it. What a directory cannot know (likes,
-- downloads, who published it) stays nil: not known, never guessed.

local core = require("hugh.core")
local card = require("hugh.model.card")
local data = require("hugh.data.organisations")
local files = require("hugh.files")
local json = require("hugh.json")
local license = require("hugh.model.license")
local report = require("hugh.report")
local summarize = require("hugh.model.summarize")

local directory = {}

local TEXT_LIMIT = 4194304 -- the longest README.md or config.json worth reading

-- Parts of a checkout or a download that are not parts of the model.
local function is_housekeeping(path)
  local slashed = "/" .. path
  return slashed:find("/.git/", 1, true) or slashed:find("/.cache/huggingface/", 1, true)
end

local function exists(path)
  local file = io.open(path, "rb")
  if file then file:close() end
  return file ~= nil
end

-- The Hub cache's layout, models--org--name/snapshots/<commit>, says whose model this is and which commit.
---@return { repo: string, publisher: string|nil, name: string, commit: string|nil }|nil
local function cache_place(path)
  for _, pattern in ipairs { "/models%-%-([^/]+)/snapshots/(%x+)$", "/models%-%-([^/]+)$" } do
    local folder, commit = path:match(pattern)
    if folder and (commit == nil or #commit == 40) then
      local publisher, name = folder:match("^(.-)%-%-(.+)$")
      name = name or folder
      return { repo = publisher and publisher .. "/" .. name or name, publisher = publisher, name = name, commit = commit }
    end
  end
  return nil
end

-- File times say when a model was changed only if nothing has written them anew since: a git checkout, the Hub's cache and its downloads do.
local function times_mean_something(path, place)
  if place or exists(path .. "/.cache/huggingface") then return false end
  local above = path
  for _ = 1, 64 do
    if exists(above .. "/.git") then return false end
    if above == "/" or above == "" then break end
    above = above:match("^(.*)/[^/]*$") or ""
  end
  return true
end

local function texts_of(root, entries)
  local texts = {}
  for _, entry in ipairs(entries) do
    local name = entry.path
    local wanted = name == "README.md" or name == "config.json" or name == "requirements.txt" or name == "pyproject.toml"
      or (not name:find("/", 1, true) and name:upper():find("^LICEN[CS]E") or name:upper():find("^COPYING"))
    if wanted and entry.type == "file" then texts[name] = core.read(files.join(root, name), TEXT_LIMIT) end
  end
  return texts
end

--- Adds the license that the card or a license file states.
---@param facts hugh.facts
---@param metadata table what card.read returned
---@param texts table<string, string> by path
function directory.add_license(facts, metadata, texts)
  local stated = metadata.license
  if stated then
    facts.license, facts.license_class = license.strictest(type(stated) == "table" and stated or { stated })
    if facts.license then return end
  end
  local found = false
  for name, text in pairs(texts) do
    if name:upper():find("^LICEN") or name:upper():find("^COPYING") then
      found = true
      local id = license.recognize(text)
      if id then
        facts.license, facts.license_class = id, license.class(id)
        return
      end
    end
  end
  facts.license_class = found and "unknown" or "none"
end

local function text_or_nil(value) return type(value) == "string" and value or nil end

local function strings(value)
  local list = {}
  for _, item in ipairs(type(value) == "table" and value or { value }) do
    if type(item) == "string" then list[#list + 1] = item end
  end
  return list
end

--- What config.json says about the model.
---@param text string|nil
---@return table|nil nil if there is none, or it is not a JSON object
function directory.config(text)
  local config = text and json.decode(text)
  if type(config) ~= "table" then return nil end
  return {
    architectures = strings(config.architectures), model_type = text_or_nil(config.model_type), auto_map = type(config.auto_map) == "table",
    transformers_version = text_or_nil(config.transformers_version),
  }
end

local function add_dates(facts, entries)
  local newest = 0
  for _, entry in ipairs(entries) do newest = math.max(newest, entry.mtime) end
  local now = os.time()
  if newest > 0 and newest <= now then
    facts.last_modified = os.date("!%Y-%m-%dT%H:%M:%SZ", newest)
    facts.age_days = (now - newest) / 86400
  end
end

-- models--org--name itself stands for what its refs/main points to.
local function resolve_cache(root, place)
  if place == nil or place.commit then return root end
  local commit = (core.read(root .. "/refs/main", 64) or ""):match("^(%x+)%s*$")
  if not commit or #commit ~= 40 then return nil, root .. ": its refs/main names no commit; give a folder of snapshots/", "NOREF" end
  place.commit, place.revision = commit, "main"
  return root .. "/snapshots/" .. commit
end

---@param root string
---@param place table|nil
---@param target string
local function identity(root, place, target)
  local facts = { target = target, origin = "directory", name = root:match("([^/]+)$") or root, pinned = false }
  if place then
    facts.origin, facts.repo, facts.name, facts.publisher = "cache", place.repo, place.name, place.publisher
    facts.commit, facts.revision, facts.pinned = place.commit, place.revision, place.revision == nil
  end
  if facts.publisher then facts.publisher_known = data[facts.publisher:lower()] == true end
  return facts
end

--- The folder that holds a model's files: the directory itself, or the snapshot that a model's folder in the Hub cache stands for.
---@param target string
---@return string|nil
function directory.folder(target)
  local root = core.realpath(target)
  return root and resolve_cache(root, cache_place(root)) or nil
end

--- Looks at the model in a directory.
---@param target string the directory, as asked
---@param entries table[] what core.list found in it
---@param problems table[] what it could not look at
---@return hugh.facts|nil
---@return string|nil message
---@return string|nil code
function directory.load(target, entries, problems)
  local root, message, code = core.realpath(target)
  if not root then return nil, message, code end
  local place = cache_place(root)
  local resolved
  resolved, message, code = resolve_cache(root, place)
  if not resolved then return nil, message, code end
  local shown = target
  if resolved ~= root then
    shown = files.join(target, resolved:sub(#root + 2))
    entries, problems, code = core.list(shown)
    if not entries then return nil, problems, code end
  end

  local own, paths = {}, {}
  for _, entry in ipairs(entries) do
    if not is_housekeeping(entry.path) then
      if entry.type == "file" then
        own[#own + 1], paths[#paths + 1] = entry, files.join(shown, entry.path)
      elseif entry.type == "broken-link" then
        return nil, files.join(shown, entry.path) .. " is a link to nothing: a part of the model is missing", "EBROKENLINK"
      end
    end
  end
  if problems[1] then return nil, problems[1].error, problems[1].code end
  if #own == 0 then return nil, target .. ": there are no files in it", "EMPTY" end

  local unreadable = {}
  local scanned = files.scan(paths, unreadable)
  if unreadable[1] then return nil, unreadable[1].message, unreadable[1].code end
  for i, entry in ipairs(scanned) do entry.path = own[i].path end
  if not report.has_model(scanned) then
    return nil, target .. ": there is no model among its " .. #own .. " files", "NOMODEL"
  end

  local facts = identity(resolved, place, target)
  local texts = texts_of(shown, own)
  local metadata
  facts.card, metadata = card.read(texts["README.md"])
  facts.config = directory.config(texts["config.json"])
  facts.tags = strings(metadata.tags)
  facts.library_name, facts.pipeline_tag = text_or_nil(metadata.library_name), text_or_nil(metadata.pipeline_tag)
  directory.add_license(facts, metadata, texts)
  if times_mean_something(resolved, place) then add_dates(facts, own) end
  summarize.files(facts, scanned)
  summarize.dependencies(facts, texts)
  return facts
end

return directory
