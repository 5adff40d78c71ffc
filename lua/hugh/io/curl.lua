-- The libcurl transport: tasks are coroutines that fetch; one loop keeps all their requests in flight over few connections.
--
--     local loop = require("hugh.io.curl").open()
--     loop:task(function () local response = loop:fetch(request) … end)
--     loop:run()

local curl = require("hugh.curl")
local trim = require("hugh.trim")
local url = require("hugh.hub.url")

---@class hugh.io.options
---@field connections? integer per host
---@field places? integer see loop:enter
---@field connect_timeout? number seconds
---@field stall_timeout? number seconds with hardly a byte
---@field timeout? number seconds for one request
---@field getenv? fun(name: string): string|nil

---@class hugh.io.loop
---@field deadline number|nil by its clock: what is not answered by then fails with the code DEADLINE
local loop = {}
loop.__index = loop

local SLICE = 0.2 -- seconds; how long Ctrl-C may wait

-- The proxy the environment names for a URL, "" for none. In a CGI program HTTP_PROXY is what the client's header "Proxy" says.
local function proxy_for(target, getenv)
  local parsed = url.parse(target)
  if not parsed then return "" end
  local name = parsed.scheme .. "_proxy"
  local cgi = name == "http_proxy" and getenv("REQUEST_METHOD")
  local proxy = getenv(name) or not cgi and getenv(name:upper()) or getenv("all_proxy") or getenv("ALL_PROXY")
  if not proxy or proxy == "" then return "" end
  local host = "." .. parsed.host:gsub("[%[%]]", "")
  for entry in (getenv("no_proxy") or getenv("NO_PROXY") or ""):lower():gmatch("[^,%s]+") do
    local suffix = "." .. entry:gsub("^%.", ""):gsub("[%[%]]", "")
    if entry == "*" or host:sub(-#suffix) == suffix or (host .. ":" .. parsed.port):sub(-#suffix) == suffix then return "" end
  end
  return proxy
end

local function read_headers(head)
  local headers = {}
  for name, value in head:gmatch("\n([%w%-_]+):[ \t]*([^\r\n]*)") do
    name, value = name:lower(), trim(value)
    headers[name] = headers[name] and headers[name] .. ", " .. value or value
  end
  return headers
end

--- Opens a loop.
---@param options? hugh.io.options
---@return hugh.io.loop
function loop.open(options)
  options = options or {}
  local getenv = options.getenv or os.getenv
  local function get(name)
    local value = getenv(name)
    return value ~= "" and value or nil
  end
  local connections = options.connections or 8
  return setmetatable({
    multi = curl.multi(connections, 4 * connections), getenv = getenv,
    ca = get("SSL_CERT_FILE") or get("REQUESTS_CA_BUNDLE") or get("CURL_CA_BUNDLE"),
    connect_timeout = options.connect_timeout or 10, stall_timeout = options.stall_timeout or 20, timeout = options.timeout or 120,
    waiting = {}, -- id of a transfer -> { routine = the coroutine that wants its response, proxied }
    delayed = {}, -- { due = time, request, routine }; without a request, a task that was woken
    places = options.places or 8, queue = {}, -- tasks that wait for a place
    active = 0, clock = curl.now,
  }, loop)
end

local function is_late(self) return self.deadline ~= nil and self.clock() >= self.deadline end

local function start(self, request, routine)
  local proxy, headers = proxy_for(request.url, self.getenv), {}
  for name, value in pairs(request.headers) do headers[#headers + 1] = name .. ": " .. value end
  local id = self.multi:add({
    url = request.url, method = request.method, headers = headers, body = request.body, limit = request.limit, proxy = proxy, ca = self.ca,
    open_only = request.open_only and proxy == "", decode = not request.headers["accept-encoding"],
    connect_timeout = self.connect_timeout, stall_timeout = self.stall_timeout,
    timeout = math.min(self.timeout, self.deadline and math.max(0.001, self.deadline - self.clock()) or math.huge), -- 0 would be none
  })
  self.waiting[id] = { routine = routine, proxied = proxy ~= "" }
end

local park = {} -- what a task yields that another task will wake

local function wake(self, routine) table.insert(self.delayed, { due = 0, routine = routine }) end

local function resume(self, routine, ...)
  local outer = self.current
  self.current = routine
  local alive, request = coroutine.resume(routine, ...)
  self.current = outer
  if not alive then error(debug.traceback(routine, request), 0) end
  if coroutine.status(routine) == "dead" then
    self.active = self.active - 1
  elseif request == park then
    return
  elseif request.delay or is_late(self) then
    local due = self.clock() + (request.delay or 0)
    table.insert(self.delayed, { due = math.min(due, self.deadline or due), request = request, routine = routine })
  else
    start(self, request, routine)
  end
end

local late = { error = "the time for this is up", code = "DEADLINE" }

-- Waits for the network or the nearest delay, then hands out what has come.
local function turn(self)
  local now, patience = self.clock(), SLICE
  for i = #self.delayed, 1, -1 do
    local entry = self.delayed[i]
    if entry.due <= now then
      table.remove(self.delayed, i)
      if entry.request and not is_late(self) then start(self, entry.request, entry.routine) else resume(self, entry.routine, late) end
    end
  end
  for _, entry in ipairs(self.delayed) do patience = math.min(patience, math.max(0, entry.due - now)) end
  for _, done in ipairs(self.multi:wait(patience)) do
    local waiting = self.waiting[done.id]
    self.waiting[done.id] = nil
    local response = { error = done.error, code = done.code }
    if done.error and is_late(self) then
      response = late
    elseif not done.error then
      response = { status = done.status, headers = read_headers(done.head), body = done.body, truncated = done.truncated }
      if not waiting.proxied then response.private = done.private end -- else it is the proxy's address
    end
    resume(self, waiting.routine, response)
  end
end

--- Adds a task. It starts at once, and may fetch.
---@param body fun()
function loop:task(body)
  self.active = self.active + 1
  resume(self, coroutine.create(body))
end

--- Fetches, inside a task.
---@param request hugh.hub.request
---@return hugh.hub.response
function loop:fetch(request) return coroutine.yield(request) end -- luacheck: ignore self

--- Gives all fetches together so much time, unless they were given it before.
---@param seconds number|nil nil: as long as it takes
function loop:allow(seconds) self.deadline = self.deadline or seconds and self.clock() + seconds end

--- Runs until every task has ended. An error in a task is thrown here.
function loop:run()
  while self.active > 0 do turn(self) end
end

--- Runs bodies side by side, and returns when all have ended. Inside a task the other tasks go on meanwhile.
---@param bodies fun()[]
function loop:all(bodies)
  local caller, left, parked = self.current, #bodies, false
  for _, body in ipairs(bodies) do
    self:task(function()
      body()
      left = left - 1
      if left == 0 and parked then wake(self, caller) end
    end)
  end
  if not caller then return self:run() end
  parked = left > 0
  if parked then coroutine.yield(park) end
end

--- Takes one of the loop's few places, for work that needs memory; waits if there is none. Inside a task.
function loop:enter()
  if self.places > 0 then
    self.places = self.places - 1
  else
    table.insert(self.queue, self.current)
    coroutine.yield(park) -- loop:leave hands its place over
  end
end

--- Gives the place back.
function loop:leave()
  local first = table.remove(self.queue, 1)
  if first then wake(self, first) else self.places = self.places + 1 end
end

--- Ends all transfers and connections.
function loop:close() self.multi:close() end

return loop
