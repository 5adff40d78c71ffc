-- The local Hub cache: models--org--name/{refs, blobs, snapshots/<commit>/…}. Blobs are named by their digest, so they can be verified.

local core = require("hugh.core")
local files = require("hugh.files")

local cache = {}

---@class hugh.cache.snapshot
---@field repo string
---@field commit string
---@field revisions string[] refs that point to it
---@field path string
---@field files string[]

local function repository_of(folder)
  local encoded = folder:match("^models%-%-(.+)$")
  if not encoded then return nil end
  local organisation, name = encoded:match("^(.-)%-%-(.+)$")
  return organisation and organisation .. "/" .. name or encoded
end

-- The names of what stands directly in a folder.
local function split(entries, folder)
  local tops = {}
  for _, entry in ipairs(entries) do
    local top, rest = entry.path:match("^([^/]+)/(.*)$")
    if top and (not folder or top == folder) then
      tops[top] = tops[top] or {}
      table.insert(tops[top], { path = rest, entry = entry })
    end
  end
  return tops
end

--- Finds all snapshots and blobs of models in a cache.
---@param folder string $HF_HUB_CACHE
---@return { snapshots: hugh.cache.snapshot[], blobs: { repo: string, name: string, path: string, size: integer }[], problems: string[] }|nil
---found; problems are what could not be looked at, a sentence each
---@return string|nil message
---@return string|nil code
function cache.list(folder)
  local entries, unread, code = core.list(folder)
  if not entries then return nil, unread, code end
  local snapshots, blobs, problems = {}, {}, {}
  for i, problem in ipairs(unread) do problems[i] = problem.error end
  for top, inside in pairs(split(entries)) do
    local repo = repository_of(top)
    if repo then
      local commits, refs = {}, {}
      for _, item in ipairs(inside) do
        local commit, file = item.path:match("^snapshots/(%x+)/(.+)$")
        local ref, blob = item.path:match("^refs/(.+)$"), item.path:match("^blobs/([^/]+)$")
        if commit and #commit == 40 then
          commits[commit] = commits[commit] or {}
          table.insert(commits[commit], file)
        end
        if ref then
          local points = (core.read(files.join(folder, item.entry.path), 64) or ""):match("^%x+")
          if points then refs[points] = refs[points] or {} table.insert(refs[points], ref) end
        end
        if blob and not blob:find("%.incomplete$") then
          blobs[#blobs + 1] = { repo = repo, name = blob, path = files.join(folder, item.entry.path), size = item.entry.size }
        end
      end
      for commit, paths in pairs(commits) do
        local revisions = refs[commit] or {}
        table.sort(revisions)
        table.sort(paths)
        snapshots[#snapshots + 1] = {
          repo = repo, commit = commit, revisions = revisions, path = files.join(folder, top .. "/snapshots/" .. commit), files = paths,
        }
      end
    end
  end
  table.sort(snapshots, function(a, b) return a.path < b.path end)
  table.sort(blobs, function(a, b) return a.path < b.path end)
  return { snapshots = snapshots, blobs = blobs, problems = problems }
end

--- Is a blob what its name says? Names are git's sha1 (40 digits) or LFS's sha256 (64).
---@param blob { name: string, path: string }
---@return boolean|nil intact nil if its name is no digest or it cannot be read
---@return string|nil message
---@return string|nil code
function cache.verify(blob)
  local algorithm = ({ [40] = "git-sha1", [64] = "sha256" })[#blob.name]
  if not algorithm or blob.name:find("[^0-9a-f]") then return nil, blob.path .. ": its name is no digest", "NAME" end
  local got, message, code = require("hugh.digest").file(blob.path, algorithm)
  if not got then return nil, message, code end
  return got == blob.name
end

--- The files of a snapshot that are no links to blobs of their model: copies, as some file systems need them, or links to elsewhere. Nothing
--- says what they should be.
---@param snapshot hugh.cache.snapshot
---@return string[] paths
function cache.loose(snapshot)
  local loose, blobs = {}, core.realpath(snapshot.path .. "/../../blobs")
  for _, path in ipairs(snapshot.files) do
    local real = core.realpath(files.join(snapshot.path, path))
    if not blobs or not real or real:match("^(.*)/[^/]*$") ~= blobs then loose[#loose + 1] = path end
  end
  return loose
end

return cache
