-- Where advisories come from, besides the snapshot that hugh ships: a folder or a zip of OSV records (what people without a network have), or
-- OSV's API over the same transport as the Hub.

local advisories = require("hugh.model.advisories")
local client = require("hugh.hub.client")
local core = require("hugh.core")
local dependencies = require("hugh.model.dependencies")
local exchange = require("hugh.hub.exchange")
local files = require("hugh.files")
local json = require("hugh.json")
local url = require("hugh.hub.url")

local osv = {}

osv.endpoint = "https://api.osv.dev"

local RECORD_MOST = 16 * 2 ^ 20
local ANSWER_MOST = 16 * 2 ^ 20
local BATCH = 1000 -- questions that OSV takes at once
local MAX_ROUNDS = 20
local MAX_RECORDS = 5000

-- --------------------------------------------------------- a folder, a zip

---@class hugh.osv.archive
---@field count integer
---@field read fun(number: integer): string|nil, string|nil, string|nil text of a record

---@return hugh.osv.archive
local function open_folder(folder, entries)
  local paths = {}
  for _, entry in ipairs(entries) do
    if entry.type == "file" and entry.path:find("%.json$") then paths[#paths + 1] = files.join(folder, entry.path) end
  end
  return { count = #paths, read = function(number) return core.read(paths[number], RECORD_MOST) end }
end

local function open_zip(path)
  local zip, message, code = require("hugh.io.zip").open(path)
  if not zip then return nil, message, code end
  local members = {}
  for _, member in ipairs(zip.members) do
    if member.name:find("%.json$") then members[#members + 1] = member end
  end
  return { count = #members, read = function(number) return zip:read(members[number]) end }
end

-- The names in a record's text, without decoding it: those of packages, and others that do no harm. nil if the text cannot be a record.
local function names_in(text)
  if not text:find("^%s*{") or not text:find("}%s*$") then return nil end
  local names, at = {}, 1
  while true do
    local _, last = text:find('"name"', at, true)
    if not last then return names end
    local name, after = text:match('^%s*:%s*"([^"]*)"()', last + 1)
    if name and name:find("\\", 1, true) then name = json.decode('["' .. name .. '"]') name = name and name[1] end
    if name then names[#names + 1] = dependencies.normalize(name) end
    at = after or last + 1
  end
end

-- Which records an archive has about which package. Most are about packages that no model needs, so none is decoded for that.
local function index(archive, source)
  local by_package = {}
  for number = 1, archive.count do
    local text, message, code = archive.read(number)
    if not text then return nil, message, code end
    if number % 1000 == 0 then collectgarbage() end -- the command hardly collects, and an archive may be large
    local names = names_in(text)
    if not names then return nil, ("%s: record %d is not an OSV record"):format(source, number), "OSV" end
    for _, name in ipairs(names) do
      local known = by_package[name] or {}
      by_package[name] = known
      if known[#known] ~= number then known[#known + 1] = number end
    end
  end
  return by_package
end

local function open_archive(source)
  local entries, problems, code = core.list(source)
  local archive, message
  if entries then
    archive = open_folder(source, entries)
  elseif code == "ENOTDIR" then
    archive, message, code = open_zip(source)
    if not archive then return nil, message, code end
  else
    return nil, problems, code
  end
  if archive.count == 0 then return nil, source .. ": there are no OSV records (*.json) in it", "EMPTY" end
  local by_package
  by_package, message, code = index(archive, source)
  if not by_package then return nil, message, code end

  return function(wanted)
    local records, taken = {}, {}
    for _, dependency in ipairs(wanted) do
      for _, number in ipairs(dependency.version and by_package[dependency.name] or {}) do
        if not taken[number] then
          taken[number] = true
          local text, why, kind = archive.read(number)
          if not text then return nil, why, kind end
          local record = json.decode(text)
          if type(record) ~= "table" or type(record.id) ~= "string" then
            return nil, ("%s: record %d is not an OSV record"):format(source, number), "OSV"
          end
          records[#records + 1] = record
        end
      end
    end
    return records
  end
end

-- ------------------------------------------------------------------ the API

local function post(server, path, question)
  return server:json({
    method = "POST", url = server.endpoint .. path, headers = { ["content-type"] = "application/json" }, body = json.encode(question),
    limit = ANSWER_MOST,
  }, "advisories")
end

--- Asks OSV which of its records are about versions of packages.
---@param server hugh.hub.client
---@param wanted { name: string, version: string }[]
---@return hugh.hub.exchange result: ids, sorted
function osv.ids(server, wanted)
  return exchange.new(function()
    local open, ids, seen = {}, {}, {}
    for _, dependency in ipairs(wanted) do
      open[#open + 1] = { package = { ecosystem = "PyPI", name = dependency.name }, version = dependency.version }
    end
    for _ = 1, MAX_ROUNDS do
      local asked, rest = {}, {}
      for i, query in ipairs(open) do table.insert(i <= BATCH and asked or rest, query) end
      local answer, message, code = post(server, "/v1/querybatch", { queries = json.array(asked) })
      if not answer then return nil, message, code end
      local results = answer.results
      if type(results) ~= "table" or #results ~= #asked then
        return nil, ("advisories: %s did not answer every question"):format(server.host), "PROTOCOL"
      end
      for i, result in ipairs(results) do
        for _, found in ipairs(type(result) == "table" and type(result.vulns) == "table" and result.vulns or {}) do
          local id = type(found) == "table" and found.id
          if type(id) ~= "string" then return nil, ("advisories: %s named a record without an id"):format(server.host), "PROTOCOL" end
          if not seen[id] then
            seen[id] = true
            ids[#ids + 1] = id
          end
        end
        if type(result) == "table" and type(result.next_page_token) == "string" and result.next_page_token ~= "" then
          asked[i].page_token = result.next_page_token
          rest[#rest + 1] = asked[i]
        end
      end
      if #ids > MAX_RECORDS then return nil, ("advisories: %s names more than %d records"):format(server.host, MAX_RECORDS), "LIMIT" end
      if #rest == 0 then
        table.sort(ids)
        return ids
      end
      open = rest
    end
    return nil, ("advisories: the answer of %s has no end"):format(server.host), "LIMIT"
  end)
end

--- Fetches one of OSV's records.
---@param server hugh.hub.client
---@param id string
---@return hugh.hub.exchange result: the record
function osv.record(server, id)
  return exchange.new(function()
    local record, response, code = server:json({ url = server.endpoint .. "/v1/vulns/" .. url.encode(id), limit = RECORD_MOST }, id)
    if not record then return nil, response, code end
    if record.id ~= id then return nil, ("%s: %s answered with another record"):format(id, server.host), "PROTOCOL" end
    return record
  end)
end

local function open_api(endpoint, session, timeout)
  local server, message, code = client.new { endpoint = endpoint, agent = "hugh/" .. core.version }
  if not server then return nil, message, code end
  session.loop = session.loop or require("hugh.io.curl").open()
  session.loop:allow(timeout)
  local loop, known = session.loop, {}
  local function fetch(request) return loop:fetch(request) end

  return function(wanted)
    local asked, ids, why, kind = {}, {}, nil, nil
    for _, dependency in ipairs(wanted) do
      if dependency.version then asked[#asked + 1] = dependency end
    end
    if #asked == 0 then return {} end
    loop:all { function() ids, why, kind = osv.ids(server, asked):run(fetch) end }
    if not ids then return nil, why, kind end
    local records, failure, bodies = {}, nil, {}
    for i, id in ipairs(ids) do
      bodies[i] = function()
        if not known[id] and not failure then
          local record, reason, its = osv.record(server, id):run(fetch)
          if not record then failure = failure or { reason, its } end
          known[id] = record
        end
        records[i] = known[id]
      end
    end
    loop:all(bodies)
    if failure then return nil, failure[1], failure[2] end
    return records
  end
end

-- ----------------------------------------------------------------- of a model

--- Opens a source of advisories.
---@param source string a folder or a zip of OSV records, "osv" for OSV's API, or the address of a server that speaks it
---@param session table its connections are used, see hugh.model.load
---@param timeout? number seconds, see hugh.model.load
---@return nil|fun(wanted: { name: string, version: string|nil }[]): table[]|nil, string|nil, string|nil about the OSV records about packages,
---and perhaps about others
---@return string|nil message
---@return string|nil code
function osv.open(source, session, timeout)
  if source == "osv" then return open_api(osv.endpoint, session, timeout) end
  if source:find("^https?://") then return open_api(source, session, timeout) end
  return open_archive(source)
end

--- Judges a model's dependencies anew, by the advisories of a source. If they cannot be had, nothing is known: not that there are none.
---@param facts hugh.facts changed in place
---@param about fun(wanted: table[]): table[]|nil, string|nil, string|nil what osv.open returned
---@param source string what osv.open was given
function osv.apply(facts, about, source)
  local records, message = about(facts.dependencies or {})
  facts.advisories_source, facts.advisories_problem = source == "osv" and osv.endpoint or source, message
  facts.advisories = records and advisories.check(facts.dependencies or {}, records) or nil
end

return osv
