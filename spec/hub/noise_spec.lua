-- Whatever a server answers, in whatever order: an exchange ends soon, in a value or in a sentence with a code, and nothing throws.

local client = require("hugh.hub.client")
local file = require("hugh.hub.file")
local json = require("hugh.json")
local osv = require("hugh.model.osv")
local record = require("hugh.model.record")

local ROUNDS = 1000
local commit = ("c"):rep(40)

local function one_of(list) return list[math.random(#list)] end

local keys = {
  "path", "size", "oid", "lfs", "type", "securityFileStatus", "status", "avScan", "message", "sha", "siblings", "rfilename", "id", "tags", "cardData", "license",
  "config", "securityRepoStatus", "filesWithIssues", "level", "downloads", "lastModified", "vulns", "results", "next_page_token", "isVerified", "numModels", "error",
}

local function value(depth)
  if depth == 0 or math.random() < 0.25 then
    return one_of { math.random(-5, 5), 1e300, "a", "", true, json.null, commit, "\255\1", json.array {} }
  end
  local made = {}
  for i = 1, math.random(0, 5) do made[math.random() < 0.4 and i or one_of(keys)] = value(depth - 1) end
  local list = {}
  for i, item in ipairs(made) do list[i], made[i] = item, nil end
  return next(made) and made or list
end

local function header(name)
  local known = {
    ["content-range"] = { "bytes 0-9/100", ("bytes %d-%d/%d"):format(math.random(0, 50), math.random(0, 100), math.random(0, 200)) },
    ["location"] = { "https://hub.example/x", "https://cdn.example/x", "http://[::1]/", "//", "?", "", "\200" },
    ["link"] = { '<https://hub.example/p>; rel="next"', '<>; rel="next"', "<" },
    ["x-error-code"] = { "RepoNotFound", "GatedRepo", "?" },
  }
  return one_of(known[name] or { "", "10", "100", '"e"', "gzip", "application/json", commit, '"api";r=0;t=5', "-1", "\200" })
end

local names = {
  "content-range", "content-length", "etag", "location", "link", "retry-after", "ratelimit", "x-error-code", "x-error-message", "x-repo-commit", "x-linked-size",
  "x-linked-etag", "content-encoding", "content-type",
}

local function response(limit)
  if math.random() < 0.1 then return { error = "x", code = one_of { "CONNECT", "TIMEOUT", "BROKEN", "TLS", "REFUSED" } } end
  local headers = {}
  for _ = 1, math.random(0, 5) do
    local name = one_of(names)
    headers[name] = header(name)
  end
  local body = math.random() < 0.5 and json.encode(value(4)) or ("x"):rep(math.random(0, 120))
  return {
    status = one_of { 200, 200, 206, 206, 301, 302, 307, 400, 401, 403, 404, 410, 416, 429, 500, 503 }, headers = headers, body = body:sub(1, limit),
    truncated = #body > limit or math.random() < 0.1, private = math.random() < 0.2,
  }
end

describe("noise from a server", function()
  local function play(exchange)
    local count = 0
    while exchange.request do
      count = count + 1
      assert(count < 100, "it does not end")
      exchange:respond(response(exchange.request.limit))
    end
    local result, message, code = exchange:result()
    assert(result ~= nil or type(message) == "string" and type(code) == "string", "neither a value nor a reason")
    return result
  end

  it("ends in a value or a reason", function()
    math.randomseed(1)
    for _ = 1, ROUNDS do
      local hub = client.new { endpoint = "https://hub.example", token = one_of { "t", false } or nil, agent = "hugh/test", retries = 2, backoff = 0 }
      play(hub:info("o/n", one_of { "main", commit }))
      play(hub:tree("o/n", commit, true))
      play(hub:publisher("o"))
      play(osv.ids(hub, { { name = "a", version = "1" } }))
      play(osv.record(hub, "A"))
      local remote = file.new(hub, "o/n", commit, { path = "a", size = 100, sha256 = one_of { ("1"):rep(64), false } or nil })
      for _ = 1, 3 do
        local offset = math.random(0, 99)
        local bytes = play(remote:read(offset, math.random(100)))
        assert.is_true(bytes == nil or #bytes <= 100 - offset)
      end
      local info = value(4)
      record.facts(type(info) == "table" and info or {})
    end
  end)
end)
