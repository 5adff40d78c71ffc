-- Where advisories come from, besides the snapshot that hugh ships: a folder of OSV records (what people without a network have), or OSV's
-- API over the same transport as the Hub.

local advisories = require("hugh.model.advisories")
local client = require("hugh.hub.client")
local core = require("hugh.core")
local exchange = require("hugh.hub.exchange")
local files = require("hugh.files")
local json = require("hugh.json")

local osv = {}

osv.endpoint = "https://api.osv.dev"

local RECORD_MOST = 4 * 2 ^ 20
local ANSWER_MOST = 16 * 2 ^ 20
local MAX_PAGES = 20

--- Reads a folder of OSV records, one JSON file each.
---@param folder string
---@return table[]|nil records
---@return string|nil message
---@return string|nil code
function osv.folder(folder)
  local entries, problems, code = core.list(folder)
  if not entries then return nil, problems, code end
  local records = {}
  for _, entry in ipairs(entries) do
    if entry.type == "file" and entry.path:find("%.json$") then
      local path = files.join(folder, entry.path)
      local text, message, why = core.read(path, RECORD_MOST)
      if not text then return nil, message, why end
      local record = json.decode(text)
      if type(record) ~= "table" or type(record.id) ~= "string" then return nil, path .. ": is not an OSV record", "OSV" end
      records[#records + 1] = record
    end
  end
  if #records == 0 then return nil, folder .. ": there are no OSV records (*.json) in it; unpack the archive if you have one", "EMPTY" end
  return records
end

--- Asks OSV about one version of a package.
---@param server hugh.hub.client
---@param dependency { name: string, version: string }
---@return hugh.hub.exchange result: OSV records
function osv.query(server, dependency)
  return exchange.new(function()
    local records, token = {}, nil
    for _ = 1, MAX_PAGES do
      local body = json.encode { package = { ecosystem = "PyPI", name = dependency.name }, version = dependency.version, page_token = token }
      local answer, message, code = server:json({
        method = "POST", url = server.endpoint .. "/v1/query", headers = { ["content-type"] = "application/json" }, body = body,
        limit = ANSWER_MOST,
      }, dependency.name)
      if not answer then return nil, message, code end
      for _, record in ipairs(type(answer.vulns) == "table" and answer.vulns or {}) do
        if type(record) == "table" and type(record.id) == "string" then records[#records + 1] = record end
      end
      token = answer.next_page_token
      if type(token) ~= "string" or token == "" then return records end
    end
    return nil, ("%s: OSV's answer has more than %d pages"):format(dependency.name, MAX_PAGES), "LIMIT"
  end)
end

-- Asks about all dependencies at once. Returns records, or nil, message, CODE of the first failure.
local function ask(endpoint, dependencies)
  local server, message, code = client.new { endpoint = endpoint, agent = "hugh/" .. core.version }
  if not server then return nil, message, code end
  local loop = require("hugh.io.curl").open()
  local records, failure = {}, nil
  for _, dependency in ipairs(dependencies) do
    if dependency.version then
      loop:task(function()
        local found, why, kind = osv.query(server, dependency):run(function(request) return loop:fetch(request) end)
        if not found then failure = failure or { why, kind } end
        for _, record in ipairs(found or {}) do records[#records + 1] = record end
      end)
    end
  end
  loop:run()
  loop:close()
  if failure then return nil, failure[1], failure[2] end
  return records
end

--- Judges a model's dependencies anew, by the advisories of a source.
---@param facts hugh.facts changed in place
---@param source string a folder, "osv" for OSV's API, or the address of a server that speaks it
---@return hugh.facts|nil
---@return string|nil message
---@return string|nil code
function osv.apply(facts, source)
  local records, message, code
  if source == "osv" or source:find("^https?://") then
    records, message, code = ask(source == "osv" and osv.endpoint or source, facts.dependencies or {})
  else
    records, message, code = osv.folder(source)
  end
  if not records then return nil, message, code end
  facts.advisories = advisories.check(facts.dependencies or {}, records)
  return facts
end

return osv
