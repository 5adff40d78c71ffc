-- A model: where a target points, and who knows how to look there.

local core = require("hugh.core")

local suggest = require("hugh.suggest")

local model = {}

-- Of hugh.model.hub.options; a directory takes and ignores what only concerns servers.
local option_names = {
  "advisories", "endpoint", "token", "cache", "progress", "timeout", "timeouts", "retries", "backoff", "getenv", "session", "most",
}

local function find(target, options)
  if target:find("^%l+://") then return require("hugh.model.hub").load(target, options) end
  local entries, problems, code = core.list(target)
  if entries then return require("hugh.model.directory").load(target, entries, problems) end
  if code == "ENOTDIR" then
    return nil, target .. ": is a file; a model is a directory or a repository (`hugh scan` looks at files)", code
  end
  if code ~= "ENOENT" then return nil, problems, code end
  if require("hugh.hub.target").parse(target) then return require("hugh.model.hub").load(target, options) end
  local old = target:find("^%w[%w._-]*$") and ("; a model without an organisation is written hf://" .. target) or ""
  return nil, target .. ": there is no such directory, and it is not the name of a repository (org/name or org/name@revision)" .. old, code
end

-- The source of advisories, opened once per session.
local function open_advisories(source, session, timeout)
  session.advisories = session.advisories or {}
  local about, message, code = session.advisories[source], nil, nil
  if not about then
    about, message, code = require("hugh.model.osv").open(source, session, timeout)
    session.advisories[source] = about
  end
  return about, message, code
end

--- Everything known about the model that `target` names. What exists on disk wins over a repository of the same name.
---@param target string a directory, "org/name[@revision]", or a Hub URL
---@param options? hugh.model.hub.options advisories: a folder or a zip of OSV records, or "osv" for OSV's API, instead of the snapshot;
---session: a table, empty at first, that calls share: connections and what was read of advisories are kept in it; timeout: seconds for all
---servers together, from the first call of a session on
---@return hugh.facts|nil facts
---@return string|nil message
---@return string|nil code
function model.load(target, options)
  suggest.check_options(options, option_names, "hugh.model")
  local source, session, about = options and options.advisories, options and options.session or {}, nil
  local facts, message, code
  if source then
    about, message, code = open_advisories(source, session, options.timeout)
    if not about then return nil, message, code end
  end
  facts, message, code = find(target, options)
  if not facts then return nil, message, code end
  if about then require("hugh.model.osv").apply(facts, about, source) end
  return facts
end

local SIDE_BY_SIDE = 8 -- models on the Hub

--- Several models; those on the Hub are looked at side by side.
---@param targets string[]
---@param options? hugh.model.hub.options as for model.load
---@param take fun(target: string, facts: hugh.facts|nil, message: string|nil, code: string|nil) gets them one by one, in the order of targets
function model.each(targets, options, take)
  local shared = { session = {} }
  for name, value in pairs(options or {}) do shared[name] = value end
  local results, next_one, next_taken, remote = {}, 1, 1, 0
  local function worker()
    while next_one <= #targets do
      local i = next_one
      next_one = next_one + 1
      local facts, message, code = model.load(targets[i], shared)
      results[i] = { facts = facts, message = message, code = code }
      while results[next_taken] do
        local result = results[next_taken]
        results[next_taken], next_taken = nil, next_taken + 1
        take(targets[next_taken - 1], result.facts, result.message, result.code)
      end
    end
  end
  for _, target in ipairs(targets) do
    if not core.realpath(target) then remote = remote + 1 end
  end
  if remote < 2 then return worker() end
  local workers = {}
  for i = 1, math.min(SIDE_BY_SIDE, remote) do workers[i] = worker end
  require("hugh.model.hub").loop(shared.session, shared):all(workers)
end

--- Facts from a record of the Hub's API (`GET /api/models/…`), without looking at any file: enough to rank by metadata.
---@param info table a decoded record
---@return hugh.facts
function model.from_hub_info(info) return require("hugh.model.record").facts(info) end

return model
