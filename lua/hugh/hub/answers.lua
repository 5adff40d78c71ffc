-- Answers on disk: what hugh found in a commit, so that asking again costs one request. A commit's content never changes, so an answer is
-- right for as long as hugh and what it knows are the same; both are in the key.

local core = require("hugh.core")
local digest = require("hugh.digest")
local json = require("hugh.json")

---@class hugh.hub.answers
local answers = {}
answers.__index = answers

local FORMAT = "hugh.answer/2"
local ENTRY_MOST = 16 * 2 ^ 20
local FOLDER_MOST = 64 * 2 ^ 20
local ORPHAN_SECONDS = 3600 -- a temporary file this old belongs to nobody

-- What hugh knows is compiled into its core (the table of globals, the parsers), so the core's own digest is the version of that knowledge.
local knowledge
local function knowledge_version()
  if not knowledge then
    local path = package.searchpath and package.searchpath("hugh.core", package.cpath)
    knowledge = path and digest.file(path, "sha256") or core.version
  end
  return knowledge
end

--- Opens the cache: $XDG_CACHE_HOME/hugh/answers unless a folder is given.
---@param folder? string
---@param most? integer bytes the folder may hold (default: 64 MB)
---@return hugh.hub.answers|nil nil if there is no place for it
function answers.open(folder, most)
  if not folder then
    local base = os.getenv("XDG_CACHE_HOME")
    if not base or base:sub(1, 1) ~= "/" then
      local home = os.getenv("HOME")
      if not home or home == "" then return nil end
      base = home .. "/.cache"
    end
    folder = base .. "/hugh/answers"
  end
  if not core.make_directory(folder) then return nil end
  return setmetatable({ folder = folder, most = most or FOLDER_MOST, written = math.huge }, answers)
end

--- The key of a commit's answer.
---@param endpoint string
---@param repo string
---@param commit string
---@param secret? string what it takes to see the model: who has another token must ask for himself
---@return string
function answers.key(endpoint, repo, commit, secret)
  local parts = { FORMAT, core.version, knowledge_version(), endpoint, repo, commit, secret }
  return digest.new("sha256"):update(table.concat(parts, "\0")):hex()
end

local function sum(text) return digest.new("sha256"):update(text):hex() end

--- Looks an answer up. A broken or foreign file is no answer.
---@param key string
---@return table|nil
function answers:get(key)
  local text = core.read(self.folder .. "/" .. key .. ".json", ENTRY_MOST)
  local stated, body = (text or ""):match("^(%x+)\n(.*)$")
  if not stated or #stated ~= 64 or stated ~= sum(key .. body) then return nil end
  return json.decode(body)
end

-- Drops the oldest answers until three quarters of the bound are left, and temporary files that a killed run left behind.
local function prune(self)
  local kept, total, now = {}, 0, os.time()
  for _, entry in ipairs(core.list(self.folder) or {}) do
    if entry.path:find("%.json$") then
      kept[#kept + 1], total = entry, total + entry.size
    elseif entry.path:find("%.tmp$") and now - entry.mtime > ORPHAN_SECONDS then
      os.remove(self.folder .. "/" .. entry.path)
    end
  end
  if total <= self.most then return end
  table.sort(kept, function(a, b) return a.mtime < b.mtime end)
  for _, entry in ipairs(kept) do
    if total <= self.most * 3 / 4 then return end
    os.remove(self.folder .. "/" .. entry.path)
    total = total - entry.size
  end
end

--- Keeps an answer. It appears at once and whole, or not at all; two runs that write the same one do not disturb each other.
---@param key string
---@param value table plain data
---@return boolean kept
function answers:put(key, value)
  local body = json.encode(value)
  local text = sum(key .. body) .. "\n" .. body
  if #text > ENTRY_MOST or not core.write(self.folder .. "/" .. key .. ".json", text) then return false end
  self.written = self.written + #text
  if self.written > self.most / 16 then -- a large folder takes longer to list than a small answer to write
    prune(self)
    self.written = 0
  end
  return true
end

return answers
