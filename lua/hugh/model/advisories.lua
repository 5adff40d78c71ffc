-- Known vulnerabilities of a model's dependencies: records in OSV's form (https://ossf.github.io/osv-schema/), matched by version.

local dependencies = require("hugh.model.dependencies")
local versions = require("hugh.model.versions")

local advisories = {}

local names = { CRITICAL = "critical", HIGH = "high", MODERATE = "medium", MEDIUM = "medium", LOW = "low" }
local ranks = { low = 1, medium = 2, high = 3, critical = 4 }

local impact = { H = 0.56, L = 0.22, N = 0 }
local vector_weights = {
  AV = { N = 0.85, A = 0.62, L = 0.55, P = 0.2 }, AC = { L = 0.77, H = 0.44 }, UI = { N = 0.85, R = 0.62 }, C = impact, I = impact, A = impact,
}
local privileges = { U = { N = 0.85, L = 0.62, H = 0.27 }, C = { N = 0.85, L = 0.68, H = 0.5 } }

local function round_up(value) -- as the specification of 3.1 defines it, in integers
  local whole = math.floor(value * 100000 + 0.5)
  if whole % 10000 == 0 then return whole / 100000 end
  return (math.floor(whole / 10000) + 1) / 10
end

--- The base score of a CVSS 3.0 or 3.1 vector.
---@param vector string "CVSS:3.1/AV:N/…"
---@return number|nil 0..10; nil if it is not such a vector
function advisories.cvss3(vector)
  local metrics = {}
  if not vector:find("^CVSS:3%.[01]/") then return nil end
  for name, value in vector:gmatch("/(%u+):(%u)") do metrics[name] = value end
  local changed = metrics.S == "C"
  local weight = { PR = (privileges[metrics.S] or {})[metrics.PR] }
  for name, values in pairs(vector_weights) do weight[name] = values[metrics[name]] end
  for _, name in ipairs { "AV", "AC", "PR", "UI", "C", "I", "A" } do
    if not weight[name] then return nil end
  end
  local lost = 1 - (1 - weight.C) * (1 - weight.I) * (1 - weight.A)
  local harm = changed and 7.52 * (lost - 0.029) - 3.25 * (lost - 0.02) ^ 15 or 6.42 * lost
  if harm <= 0 then return 0 end
  local exploitability = 8.22 * weight.AV * weight.AC * weight.PR * weight.UI
  return round_up(math.min((changed and 1.08 or 1) * (harm + exploitability), 10))
end

local function severity_of_score(score)
  return score >= 9 and "critical" or score >= 7 and "high" or score >= 4 and "medium" or "low"
end

local function list(value) return type(value) == "table" and value or {} end

-- What the database says outranks the vector: it also covers CVSS 4, whose score is a table of 270 lines. Nothing known counts as high.
local function severity_of(record)
  local stated = list(record.database_specific).severity
  if type(stated) == "string" and names[stated:upper()] then return names[stated:upper()] end
  local best
  for _, entry in ipairs(list(record.severity)) do
    local score = type(entry) == "table" and type(entry.score) == "string" and advisories.cvss3(entry.score)
    if score and (not best or score > best) then best = score end
  end
  return best and severity_of_score(best) or "high"
end

-- A version against the events of a range: affected from `introduced` until `fixed`, or up to and including `last_affected`.
local function in_range(version, events)
  local inside, fixed = false, nil
  for _, event in ipairs(events) do
    if event.introduced then
      inside = inside or event.introduced == "0" or (versions.compare(version, event.introduced) or -1) >= 0
    elseif event.fixed and inside then
      if (versions.compare(version, event.fixed) or -1) >= 0 then inside = false else fixed = fixed or event.fixed end
    elseif event.last_affected and inside and (versions.compare(version, event.last_affected) or -1) > 0 then
      inside = false
    end
  end
  return inside, fixed
end

-- Events may come in any order; the zero version is before all.
local function sorted(events)
  local copy = {}
  for _, event in ipairs(list(events)) do copy[#copy + 1] = event end
  local function at(event) return event.introduced or event.fixed or event.last_affected or "0" end
  table.sort(copy, function(a, b)
    local order = versions.compare(at(a), at(b)) or 0
    return order < 0 or order == 0 and a.introduced == nil and b.introduced ~= nil
  end)
  return copy
end

--- Is a version of a package affected by what a record says about it?
---@param affected table one entry of the record's `affected`
---@param version string
---@return boolean
---@return string|nil fixed the version that has the fix
function advisories.affects(affected, version)
  for _, exact in ipairs(list(affected.versions)) do
    if exact == version or versions.compare(exact, version) == 0 then return true end
  end
  for _, range in ipairs(list(affected.ranges)) do
    if range.type == "ECOSYSTEM" or range.type == "SEMVER" then
      local inside, fixed = in_range(version, sorted(range.events))
      if inside then return true, fixed end
    end
  end
  return false
end

local function index(records)
  local by_package = {}
  for _, record in ipairs(records) do
    if not record.withdrawn then
      for _, affected in ipairs(list(record.affected)) do
        local package = list(affected.package)
        if package.ecosystem == "PyPI" and type(package.name) == "string" then
          local name = dependencies.normalize(package.name)
          by_package[name] = by_package[name] or {}
          table.insert(by_package[name], { record = record, affected = affected })
        end
      end
    end
  end
  return by_package
end

local function hits_among(entries, version)
  local hits = {}
  for _, entry in ipairs(entries or {}) do
    local hit, fixed = advisories.affects(entry.affected, version)
    if hit then hits[#hits + 1] = { record = entry.record, fixed = fixed } end
  end
  return hits
end

local snapshot

-- What the snapshot says of a version. Ranking asks the same few versions a million times, so the answers are kept, up to a limit.
local kept, kept_count, KEPT_MOST = {}, 0, 4096

local function hits_of_snapshot(name, version)
  local key = name .. "@" .. version
  if not kept[key] then
    if kept_count == KEPT_MOST then kept, kept_count = {}, 0 end
    snapshot = snapshot or index(require("hugh.data.advisories").records)
    kept[key], kept_count = hits_among(snapshot[name], version), kept_count + 1
  end
  return kept[key]
end

--- The advisories that the dependencies' versions are affected by, the worst first.
---@param wanted { name: string, version: string|nil }[]
---@param records? table[] OSV records; the snapshot that hugh ships unless given (see hugh.model.osv for others)
---@return { id: string, aliases: string[], severity: string, package: string, version: string, fixed: string|nil, summary: string }[]|nil
---nil when no version is known, so that nothing could be checked
function advisories.check(wanted, records)
  local by_package = records and index(records)
  local found, seen, checked = {}, {}, false
  for _, dependency in ipairs(wanted) do
    local name, version = dependency.name, dependency.version
    checked = checked or version ~= nil
    local hits = not version and {} or by_package and hits_among(by_package[name], version) or hits_of_snapshot(name, version)
    for _, hit in ipairs(hits) do
      local record, fixed = hit.record, hit.fixed
      if not seen[record.id .. dependency.name] then
        seen[record.id .. dependency.name] = true
        found[#found + 1] = {
          id = record.id, aliases = list(record.aliases), severity = severity_of(record), package = dependency.name,
          version = dependency.version, fixed = fixed, summary = record.summary or "",
        }
      end
    end
  end
  if not checked then return nil end
  table.sort(found, function(a, b)
    if a.severity ~= b.severity then return ranks[a.severity] > ranks[b.severity] end
    return a.id < b.id
  end)
  return found
end

return advisories
