-- One exchange with a server, without I/O: it gives out requests and takes responses until it has a result. Redirects, retries and who may
-- see the token are decided here, so that every transport (libcurl, cosockets, a test) behaves the same.
--
--     local exchange = client:info("org/name")
--     while exchange.request do exchange:respond(fetch(exchange.request)) end
--     return exchange:result()

local date = require("hugh.date")
local url = require("hugh.hub.url")

---@class hugh.hub.request
---@field method "GET"|"HEAD"|"POST"
---@field url string
---@field headers table<string, string> by lower-case name
---@field body? string
---@field limit integer most bytes of the body worth having; the transport cuts the rest
---@field delay? number seconds to wait before it is sent
---@field open_only boolean refuse to connect to private addresses

---@class hugh.hub.response
---@field status? integer nil when there was no answer; then `error` and `code` say why
---@field headers? table<string, string> by lower-case name
---@field body? string
---@field truncated? boolean the body was longer than the limit
---@field private? boolean the address it came from is a private one; nil if the transport cannot know
---@field error? string
---@field code? string

---@class hugh.hub.exchange
---@field request hugh.hub.request|nil what to send next; nil when there is a result
local exchange = {}
exchange.__index = exchange

local MAX_REDIRECTS = 5
local CONNECT_RETRIES = 2 -- somebody without a network should not have to wait to be told so
local redirects = { [301] = true, [302] = true, [303] = true, [307] = true, [308] = true }
local transient_status = { [408] = true, [425] = true, [429] = true, [500] = true, [502] = true, [503] = true, [504] = true }
local transient_code = { CONNECT = true, TIMEOUT = true, BROKEN = true }

-- Seconds the server asks to wait: Retry-After, a number or a time by the server's own clock, or the window that RateLimit says is used up.
local function asked_delay(headers)
  local after = headers["retry-after"] or ""
  local seconds, time, now = tonumber(after:match("^%s*(%d+)%s*$")), date.http(after), date.http(headers["date"] or "")
  if seconds then return seconds end
  if time then return math.max(0, time - (now or os.time())) end
  return tonumber((headers["ratelimit"] or ""):match("r=0%s*;%s*t=(%d+)"))
end

-- Sends one request until the answer is not a passing failure.
local function send_patiently(client, request, tally)
  for attempt = 0, client.retries do
    local response = coroutine.yield(request)
    local received = #(response.body or "")
    client.requests, client.bytes_read = client.requests + 1, client.bytes_read + received
    if tally then tally.requests, tally.bytes_read = tally.requests + 1, tally.bytes_read + received end
    local passing = transient_status[response.status] or transient_code[response.code]
    local most = response.code == "CONNECT" and math.min(CONNECT_RETRIES, client.retries) or client.retries
    if not passing or attempt >= most then return response end
    local delay = response.status and asked_delay(response.headers) or client.backoff * 2 ^ attempt
    if delay > client.patience then return response end
    request.delay = delay
  end
end

-- The URL a redirect leads to, or nil, message, code.
local function redirect_target(client, from, location)
  local target, message = url.join(from, location)
  if not target then return nil, "refused a redirect: " .. message, "REFUSED" end
  if from.scheme == "https" and target.scheme ~= "https" then return nil, "refused a redirect from https to http", "REFUSED" end
  if url.origin(target) ~= client.origin and not client.private and url.is_local_name(target.host) then
    return nil, ("refused a redirect to a private address (%s)"):format(target.host), "REFUSED"
  end
  return target
end

--- Sends a request and follows its redirects. Runs inside an exchange.
---@param client hugh.hub.client
---@param request { method?: string, url: string, headers?: table<string, string>, body?: string, limit: integer }
---@param tally? { requests: integer, bytes_read: integer } what the request costs is added here, too
---@return hugh.hub.response|nil response with `url`, the address that answered, and `first`, the headers of the first answer
---@return string|nil message
---@return string|nil code
function exchange.send(client, request, tally)
  local target, message = url.parse(request.url)
  if not target then return nil, message, "URL" end
  local first, strayed
  for _ = 0, MAX_REDIRECTS do
    local headers = {}
    for name, value in pairs(request.headers or {}) do headers[name] = value end
    headers["user-agent"] = client.agent
    local at_home = url.origin(target) == client.origin
    strayed = strayed or not at_home -- a stranger who sends us back does not get to use the token
    if client.token and not strayed then headers["authorization"] = "Bearer " .. client.token end
    local response = send_patiently(client, {
      method = request.method or "GET", url = url.format(target), headers = headers, body = request.body, limit = request.limit,
      open_only = not at_home and not client.private,
    }, tally)
    if not response.status then
      local hint = response.code == "TLS" and "; if your network has certificates of its own, name their file in SSL_CERT_FILE" or ""
      return nil, ("%s: %s%s"):format(target.host, response.error, hint), response.code
    end
    if at_home and (response.private or response.private == nil and url.is_local_name(target.host)) then client.private = true end
    first = first or response.headers
    local location = redirects[response.status] and not request.body and response.headers["location"]
    if not location then
      response.url, response.first = url.format(target), first
      return response
    end
    local next_code
    target, message, next_code = redirect_target(client, target, location)
    if not target then return nil, message, next_code end
  end
  return nil, ("more than %d redirects"):format(MAX_REDIRECTS), "REDIRECTS"
end

function exchange:advance(...)
  local alive, value, message, code = coroutine.resume(self.routine, ...)
  if not alive then error(debug.traceback(self.routine, value), 0) end
  if coroutine.status(self.routine) == "dead" then
    self.request, self.value, self.message, self.code = nil, value, message, code
  else
    self.request = value
  end
end

--- Starts an exchange: `body` runs at once up to its first request.
---@param body fun(): any, string|nil, string|nil calls exchange.send; returns the result, or nil, message, code
---@return hugh.hub.exchange
function exchange.new(body)
  local self = setmetatable({ routine = coroutine.create(body) }, exchange)
  self:advance()
  return self
end

--- Takes the response to `request`; afterwards `request` is the next one, or nil.
---@param response hugh.hub.response
function exchange:respond(response) self:advance(response) end

---@return any value nil if it failed
---@return string|nil message
---@return string|nil code
function exchange:result() return self.value, self.message, self.code end

--- Runs the whole exchange over a function that fetches.
---@param fetch fun(request: hugh.hub.request): hugh.hub.response
---@return any value, string|nil message, string|nil code
function exchange:run(fetch)
  while self.request do self:respond(fetch(self.request)) end
  return self:result()
end

return exchange
