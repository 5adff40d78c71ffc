-- Known vulnerabilities of a model's dependencies: records in OSV's form (https://ossf.github.io/osv-schema/), matched by version.

local cvss = require("hugh.model.cvss")
local dependencies = require("hugh.model.dependencies")
local keep = require("hugh.model.keep")
local versions = require("hugh.model.versions")

local advisories = {}

local names = { CRITICAL = "critical", HIGH = "high", MODERATE = "medium", MEDIUM = "medium", LOW = "low" }
local ranks = { low = 1, medium = 2, high = 3, critical = 4 }

local function list(value) return type(value) == "table" and value or {} end
local function text(value) return type(value) == "string" and value or nil end

local function severity_of_score(score)
  return score >= 9 and "critical" or score >= 7 and "high" or score >= 4 and "medium" or "low"
end

-- What the database says outranks the vectors, of which the worst counts. A package that is malicious itself has neither.
local function severity_of(record, affected)
  if record.id:find("^MAL%-") then return "critical" end
  local stated = text(list(record.database_specific).severity)
  if stated and names[stated:upper()] then return names[stated:upper()] end
  local best
  for _, ratings in ipairs { list(record.severity), list(affected.severity) } do
    for _, rating in ipairs(ratings) do
      local score = text(list(rating).score) and cvss.score(rating.score)
      if score and (not best or score > best) then best = score end
    end
  end
  return best and severity_of_score(best)
end

local function version_or_nil(value) return text(value) and versions.valid(value) and value or nil end

local function at(event) return event.introduced or event.fixed or event.last_affected end

-- The events of a range in order, whatever order they come in: "0" is before all versions; of two events at one version, the one that ends
-- a range is first. What is no version is read so that more is affected: from the beginning, and never fixed.
local function sorted(events)
  local copy = {}
  for _, event in ipairs(list(events)) do
    event = list(event)
    local introduced = text(event.introduced)
    event = {
      introduced = introduced and (version_or_nil(introduced) or "0"), fixed = version_or_nil(event.fixed),
      last_affected = version_or_nil(event.last_affected),
    }
    if at(event) then copy[#copy + 1] = event end
  end
  table.sort(copy, function(a, b)
    if at(a) == "0" or at(b) == "0" then return at(a) == "0" and at(b) ~= "0" end
    local order = versions.compare(at(a), at(b))
    return order < 0 or order == 0 and not a.introduced and b.introduced ~= nil
  end)
  return copy
end

-- Is a version below one of the limits, if there are any? "*" is above all versions; so is what is no version.
local function below_limits(version, events)
  local limited = false
  for _, event in ipairs(list(events)) do
    local limit = text(list(event).limit)
    if limit and (versions.compare(version, limit) or -1) < 0 then return true end
    limited = limited or limit ~= nil
  end
  return not limited
end

-- A version against the events of a range: affected from `introduced` until `fixed`, or up to and including `last_affected`.
local function in_range(version, events)
  if not below_limits(version, events) then return false end
  local inside, fixed = false, nil
  for _, event in ipairs(sorted(events)) do
    if event.introduced then
      inside = inside or event.introduced == "0" or versions.compare(version, event.introduced) >= 0
    elseif event.fixed and inside then
      if versions.compare(version, event.fixed) >= 0 then inside = false else fixed = fixed or event.fixed end
    elseif event.last_affected and inside and versions.compare(version, event.last_affected) > 0 then
      inside = false
    end
  end
  return inside, fixed
end

--- Is a version of a package affected by what a record says about it?
---@param affected table one entry of the record's `affected`
---@param version string a valid one
---@return boolean
---@return string|nil fixed the version that has the fix
function advisories.affects(affected, version)
  local hit, fixed = false, nil
  for _, exact in ipairs(list(affected.versions)) do
    if text(exact) and (exact == version or versions.compare(exact, version) == 0) then hit = true end
  end
  for _, range in ipairs(list(affected.ranges)) do
    if list(range).type == "ECOSYSTEM" or list(range).type == "SEMVER" then
      local inside, at_range = in_range(version, range.events)
      if inside then hit, fixed = true, fixed or at_range end
    end
  end
  return hit, fixed
end

local function index(records)
  local by_package = {}
  for _, record in ipairs(records) do
    if not text(record.withdrawn) then
      for _, affected in ipairs(list(record.affected)) do
        local package = list(list(affected).package)
        if package.ecosystem == "PyPI" and text(package.name) then
          local name = dependencies.normalize(package.name)
          by_package[name] = by_package[name] or {}
          table.insert(by_package[name], { record = record, affected = affected })
        end
      end
    end
  end
  return by_package
end

-- Databases describe the same vulnerability under several names, and name each other as aliases: records that share a name are one hit.
-- Of its records the one that states a severity speaks for it, the worst if several do.
local function merge(hits)
  local groups, by_name = {}, {}
  for _, hit in ipairs(hits) do
    local group = { hits = { hit } }
    for name in pairs(hit.names) do
      local known = by_name[name]
      if known and known ~= group then -- everything the other group has is this one's now
        for _, other in ipairs(known.hits) do
          group.hits[#group.hits + 1] = other
          for its in pairs(other.names) do by_name[its] = group end
        end
        groups[known] = nil
      end
      by_name[name] = group
    end
    groups[group] = true
  end
  local merged = {}
  for group in pairs(groups) do
    local best, all, fixed = nil, {}, nil
    for _, hit in ipairs(group.hits) do
      local better = ranks[hit.severity or ""] or 0
      local than = best and ranks[best.severity or ""] or 0
      if not best or better > than or better == than and hit.id < best.id then best = hit end
      for name in pairs(hit.names) do all[name] = true end
      if hit.fixed and (not fixed or (versions.compare(hit.fixed, fixed) or 0) > 0) then fixed = hit.fixed end
    end
    all[best.id] = nil
    local aliases = {}
    for name in pairs(all) do aliases[#aliases + 1] = name end
    table.sort(aliases)
    merged[#merged + 1] = { id = best.id, aliases = aliases, severity = best.severity or "high", fixed = fixed, summary = best.summary }
  end
  return merged
end

-- What affects a version of a package, of the records that are about the package.
local function hits_among(entries, name, version)
  local hits = {}
  for _, entry in ipairs(entries or {}) do
    local record = entry.record
    local hit, fixed = advisories.affects(entry.affected, version)
    if hit then
      local known = { [record.id] = true }
      for _, alias in ipairs(list(record.aliases)) do
        if text(alias) then known[alias] = true end
      end
      hits[#hits + 1] = {
        id = record.id, names = known, severity = severity_of(record, entry.affected), fixed = fixed, summary = text(record.summary) or "",
      }
    end
  end
  local merged = merge(hits)
  for _, hit in ipairs(merged) do hit.package, hit.version = name, version end
  return merged
end

local function worst_first(a, b)
  if a.severity ~= b.severity then return ranks[a.severity] > ranks[b.severity] end
  if a.id ~= b.id then return a.id < b.id end
  return a.package < b.package
end

local function check(wanted, hits_of)
  local found, checked = {}, false
  for _, dependency in ipairs(wanted) do
    local hits = dependency.version and hits_of(dependency.name, dependency.version) or nil
    checked = checked or hits ~= nil
    for _, hit in ipairs(hits or {}) do found[#found + 1] = hit end
  end
  table.sort(found, worst_first)
  return checked and found or nil
end

local snapshot

local function hits_of_snapshot(_, name, version)
  snapshot = snapshot or index(require("hugh.data.advisories").records)
  return versions.valid(version) and hits_among(snapshot[name], name, version)
end

local of_version = keep(hits_of_snapshot)
local of_all = keep(function(_, wanted)
  return check(wanted, function(name, version) return of_version(name .. "@" .. version, name, version) end) or false
end)

--- What the shipped snapshot is called.
---@return string
function advisories.snapshot_name() return "hugh's snapshot of " .. require("hugh.data.advisories").date end

--- The advisories that the dependencies' versions are affected by, the worst first. A severity that nobody states counts as high.
---@param wanted { name: string, version: string|nil }[]
---@param records? table[] OSV records; the snapshot that hugh ships unless given (see hugh.model.osv for others)
---@return { id: string, aliases: string[], severity: string, package: string, version: string, fixed: string|nil, summary: string }[]|nil
---nil when no version is known, so that nothing could be checked. It may be asked for again, and is not to be changed.
function advisories.check(wanted, records)
  if records then
    local by_package = index(records)
    return check(wanted, function(name, version) return versions.valid(version) and hits_among(by_package[name], name, version) end)
  end
  local key = {}
  for i, dependency in ipairs(wanted) do key[i] = dependency.name .. "@" .. (dependency.version or "") end
  return of_all(table.concat(key, " "), wanted) or nil
end

return advisories
