-- The Hub's protocol as exchanges: model info, the file tree, and (hugh.hub.file) ranges of files. No I/O: see hugh.hub.exchange.

local exchange = require("hugh.hub.exchange")
local json = require("hugh.json")
local security = require("hugh.hub.security")
local url = require("hugh.hub.url")

---@class hugh.hub.client
---@field endpoint string
---@field origin string
---@field token string|nil sent to the endpoint's origin and nowhere else
---@field agent string
---@field retries integer after a passing failure
---@field backoff number seconds before the first retry, doubled each time
---@field patience number longest wait a server may ask for, in seconds
---@field private boolean|nil the endpoint is at a private address (learned from its first answer), so its redirects may lead to one
---@field requests integer sent so far
---@field bytes_read integer of bodies received so far
local client = {}
client.__index = client

local MAX_INFO = 16 * 2 ^ 20 -- a repository of 100,000 siblings is 10 MB
local MAX_PAGE = 16 * 2 ^ 20
local MAX_ENTRIES = 100000
local MAX_PAGES = 500
local MAX_VALUES = 500000 -- of a JSON document: a few bytes of text can become a hundred of memory

--- A client for one endpoint.
---@param options { endpoint: string, token?: string, agent: string, retries?: integer, backoff?: number, patience?: number }
---@return hugh.hub.client|nil
---@return string|nil message
---@return string|nil code "URL"
function client.new(options)
  local endpoint = options.endpoint:gsub("/+$", "")
  local parsed, message = url.parse(endpoint)
  if not parsed then return nil, message, "URL" end
  return setmetatable({
    endpoint = endpoint, origin = url.origin(parsed), host = parsed.host, token = options.token, agent = options.agent,
    retries = options.retries or 4, backoff = options.backoff or 0.5, patience = options.patience or 60, requests = 0, bytes_read = 0,
  }, client)
end

-- What the Hub's error codes mean, and what to do; `signed`: when a token was sent.
local troubles = {
  RepoNotFound = {
    code = "NOT_FOUND", "there is no such model at %s, or it is private; check the name, or set HF_TOKEN",
    signed = "there is no such model at %s, or the token gives no access to it",
  },
  RevisionNotFound = { code = "NOT_FOUND", "%s has no such revision of it" },
  EntryNotFound = { code = "NOT_FOUND", "%s has no such file" },
  GatedRepo = {
    code = "GATED", "%s gives it only to those who asked; ask for access on its page, then set HF_TOKEN",
    signed = "%s gives it only to those who asked, and the token's owner is none of them; ask for access on its page",
  },
}
local by_message = {
  ["Access to this resource is disabled."] = { code = "DISABLED", "%s has disabled it" },
  ["Invalid credentials in Authorization header"] = { code = "TOKEN", "%s does not know the token; look at HF_TOKEN or the token file" },
}
local by_status = {
  [401] = troubles.RepoNotFound, [403] = { code = "FORBIDDEN", "%s refuses it" }, [404] = { code = "NOT_FOUND", "%s has nothing there" },
  [429] = { code = "RATE", "%s has had too many requests; try again later, or set HF_TOKEN for a higher limit",
    signed = "%s has had too many requests; try again later" },
  [451] = { code = "FORBIDDEN", "%s may not give it" },
}

-- One printable line of what a server says about a failure.
local function server_text(response)
  local text = response.headers["x-error-message"]
  if not text and (response.headers["content-type"] or ""):find("json", 1, true) then
    local body = json.decode(response.body)
    text = type(body) == "table" and type(body.error) == "string" and body.error or nil
  end
  return text and (text:gsub("[^\32-\126]+", " "):sub(1, 300))
end

--- Says why an answer is not the one wanted.
---@param response hugh.hub.response
---@return nil, string message, string code
function client:failure(response)
  local text = server_text(response)
  local trouble = by_message[text] or troubles[response.headers["x-error-code"]] or by_status[response.status]
    or { code = "HTTP", "%s cannot answer" }
  local meaning = self.token and trouble.signed or trouble[1]
  return nil, ("%s (%d%s)"):format(meaning:format(self.host), response.status, text and ": " .. text or ""), trouble.code
end

-- Does a JSON text hold more values than any answer needs? Counted before any of them takes memory.
local function is_bomb(text)
  local at = 0
  for _ = 1, MAX_VALUES do
    at = text:find("[,{[]", at + 1)
    if not at then return false end
  end
  return true
end

-- Asks for a JSON document. Returns it and its response, or nil, message, code.
function client:json(request, what)
  local response, message, code = exchange.send(self, request)
  if response and response.status ~= 200 then response, message, code = self:failure(response) end
  if not response then return nil, what .. ": " .. message, code end
  if response.truncated then
    return nil, ("%s: the answer is larger than %d MB"):format(what, request.limit / 2 ^ 20), "LIMIT"
  end
  if is_bomb(response.body) then return nil, what .. ": the answer holds more values than memory should", "LIMIT" end
  local document = json.decode(response.body)
  if type(document) ~= "table" then
    local page = (response.headers["content-type"] or ""):find("html", 1, true)
    local got = page and "a web page; does a login or a proxy stand in between?" or "something that is not JSON"
    return nil, ("%s: %s answered with %s"):format(what, self.host, got), "PROTOCOL"
  end
  return document, response
end

--- The record of a model at a revision: see `ModelInfo` of the Hub's API.
---@param repo string "org/name"
---@param revision? string branch, tag or commit; "main" unless given
---@return hugh.hub.exchange result: the record, its `sha` a full commit
function client:info(repo, revision)
  return exchange.new(function()
    local what = revision and repo .. "@" .. revision or repo
    local path = ("/api/models/%s/revision/%s?securityStatus=true"):format(url.encode_path(repo), url.encode(revision or "main"))
    local info, response, code = self:json({ url = self.endpoint .. path, limit = MAX_INFO }, what)
    if not info then return nil, response, code end
    if type(info.sha) ~= "string" or #info.sha ~= 40 or info.sha:find("%X") then
      return nil, what .. ": the answer names no commit", "PROTOCOL"
    end
    info.sha = info.sha:lower()
    if revision and #revision == 40 and not revision:find("%X") and info.sha ~= revision:lower() then
      return nil, ("%s: asked for that commit, and got %s"):format(what, info.sha), "PROTOCOL"
    end
    return info
  end)
end

local function count(value) return type(value) == "number" and value or nil end

--- What the Hub says of a publisher.
---@param name string a namespace
---@return hugh.hub.exchange result: { verified: boolean|nil, followers: integer|nil, models: integer|nil }, empty if the Hub knows no such name
function client:publisher(name)
  return exchange.new(function()
    for _, kind in ipairs { "organizations", "users" } do
      local target = ("%s/api/%s/%s/overview"):format(self.endpoint, kind, url.encode(name))
      local about, message, code = self:json({ url = target, limit = MAX_PAGE }, name)
      if about then
        local verified = kind == "organizations" and about.isVerified == true
        return { verified = verified, followers = count(about.numFollowers), models = count(about.numModels) }
      end
      if code ~= "NOT_FOUND" then return nil, message, code end
    end
    return {}
  end)
end

---@class hugh.hub.entry a file of a repository
---@field path string
---@field size integer
---@field oid string git's name of the blob (of the pointer, for LFS files)
---@field sha256 string|nil of LFS files
---@field security table|nil what the Hub's own scanners say, see hugh.hub.security

local function is_hex(text, length) return type(text) == "string" and #text == length and not text:find("%X") end

-- A path that could leave the folder it is joined to, or that no checkout can hold.
local function is_bad_path(path)
  return path == "" or path:sub(1, 1) == "/" or path:find("%z") or ("/" .. path .. "/"):find("/%.?%.?/") ~= nil
end

local function read_entry(record)
  local lfs = type(record.lfs) == "table" and record.lfs or {}
  local size = lfs.size or record.size
  if type(record.path) ~= "string" or is_bad_path(record.path) or type(size) ~= "number" or size < 0 or size > 2 ^ 53 or size % 1 ~= 0 then
    return nil
  end
  return {
    path = record.path, size = size, oid = is_hex(record.oid, 40) and record.oid:lower() or nil,
    sha256 = is_hex(lfs.oid, 64) and lfs.oid:lower() or nil, security = security.read(record.securityFileStatus),
  }
end

-- Where the list goes on, by the Link header (RFC 8288): a link that is overlooked would be files that nobody looks at.
local function next_page(response)
  for target, parameters in (response.headers["link"] or ""):gmatch("<([^<>]*)>([^<]*)") do
    local relations = parameters:lower():match(";%s*rel%s*=%s*([^;,]*)") or ""
    if relations:find("%f[%w]next%f[^%w]") then return target end
  end
end

--- All files of a commit, page after page.
---@param repo string
---@param commit string
---@param expand? boolean also what the Hub's scanners say of each; then a page holds 50 files instead of 1000
---@return hugh.hub.exchange result: hugh.hub.entry[] sorted by path
function client:tree(repo, commit, expand)
  return exchange.new(function()
    local entries, seen = {}, {}
    local what = repo .. "@" .. commit
    local target = ("%s/api/models/%s/tree/%s?recursive=true&expand=%s"):format(
      self.endpoint, url.encode_path(repo), commit, tostring(expand == true))
    for _ = 1, MAX_PAGES do
      local page, response, code = self:json({ url = target, limit = MAX_PAGE }, what)
      if not page then return nil, response, code end
      for _, record in ipairs(page) do
        if type(record) ~= "table" then return nil, what .. ": the file list is malformed", "PROTOCOL" end
        if record.type == "file" then
          local entry = read_entry(record)
          if not entry then return nil, what .. ": the file list holds a malformed entry", "PROTOCOL" end
          if seen[entry.path] then return nil, what .. ": the file list does not end or names a file twice", "PROTOCOL" end
          seen[entry.path] = true
          entries[#entries + 1] = entry
        end
      end
      if #entries > MAX_ENTRIES then return nil, ("%s: more than %d files"):format(what, MAX_ENTRIES), "LIMIT" end
      target = next_page(response)
      if not target then
        table.sort(entries, function(a, b) return a.path < b.path end)
        return entries
      end
      local parsed = url.parse(target) or url.join(url.parse(response.url), target)
      if not parsed or url.origin(parsed) ~= self.origin then
        return nil, what .. ": the file list goes on at another server", "REFUSED"
      end
      target = url.format(parsed)
    end
    return nil, ("%s: the file list has more than %d pages"):format(what, MAX_PAGES), "LIMIT"
  end)
end

return client
