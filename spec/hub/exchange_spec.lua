-- The protocol without a network: what is asked, of whom, and what is believed.

local client = require("hugh.hub.client")
local file = require("hugh.hub.file")
local settings = require("hugh.hub.settings")
local url = require("hugh.hub.url")

local commit = ("c"):rep(40)
local endpoint = "https://hub.example"

local function new(options)
  local fields = { endpoint = endpoint, token = "hf_secret", agent = "hugh/test", backoff = 1 }
  for key, value in pairs(options or {}) do fields[key] = value end
  return assert(client.new(fields))
end

-- Answers an exchange's requests one by one; returns its result and the requests.
local function play(exchange, answers)
  local requests = {}
  while exchange.request do
    local copy = {} -- a retry is the same request, with a delay
    for key, value in pairs(exchange.request) do copy[key] = value end
    requests[#requests + 1] = copy
    local answer = answers[#requests] or error("one request too many: " .. exchange.request.url)
    exchange:respond(answer)
  end
  local value, message, code = exchange:result()
  return value, message, code, requests
end

local function answer(status, body, headers) return { status = status, body = body or "", headers = headers or {} } end
local function json(body, headers) return answer(200, body, headers) end
local function redirect(location) return answer(302, "", { location = location }) end
local info = json('{"sha": "' .. commit .. '"}')

local function open(entry, options) return file.new(new(options), "o/n", commit, entry or { path = "a b.bin", size = 100 }) end

describe("the token", function()
  it("goes to the endpoint alone, whatever it redirects to", function()
    local _, _, _, requests = play(open():read(0, 10), { redirect("https://cdn.example/x?s=1"), answer(206, ("x"):rep(10), { ["content-range"] = "bytes 0-9/100" }) })
    assert.equal("https://hub.example/o/n/resolve/" .. commit .. "/a%20b.bin", requests[1].url)
    assert.equal("Bearer hf_secret", requests[1].headers.authorization)
    assert.equal("https://cdn.example/x?s=1", requests[2].url)
    assert.is_nil(requests[2].headers.authorization)
    assert.is_false(requests[1].open_only)
    assert.is_true(requests[2].open_only)
  end)

  it("does not go to another port or another scheme of the endpoint's host", function()
    for _, location in ipairs { "https://hub.example:444/x", "https://hub.example.evil.example/x" } do
      local _, _, _, requests = play(open():read(0, 10), { redirect(location), answer(404) })
      assert.is_nil(requests[2].headers.authorization, location)
    end
  end)

  it("stays when the endpoint redirects to itself", function()
    local _, _, _, requests = play(open():read(0, 10), { answer(307, "", { location = "/api/resolve-cache/x" }), answer(404) })
    assert.equal("https://hub.example/api/resolve-cache/x", requests[2].url)
    assert.equal("Bearer hf_secret", requests[2].headers.authorization)
  end)

  it("does not come back from a stranger who redirects to the endpoint", function()
    local _, _, _, requests = play(open():read(0, 10), { redirect("https://cdn.example/x"), redirect("https://hub.example/api/whoami"), answer(404) })
    assert.equal("https://hub.example/api/whoami", requests[3].url)
    assert.is_nil(requests[3].headers.authorization)
  end)

  it("is refused when it could split a header", function()
    local environment = { HF_TOKEN = "hf_x\r\nHost: evil" }
    local value, _, code = settings.read(function(name) return environment[name] end)
    assert.is_nil(value)
    assert.equal("SETTINGS", code)
  end)
end)

describe("a redirect", function()
  local function refused(location, first)
    local value, _, code, requests = play(open():read(0, 10), { first or redirect(location) })
    assert.is_nil(value)
    assert.equal("REFUSED", code, location)
    assert.equal(1, #requests)
  end

  it("to a private address or another protocol is refused", function()
    for _, location in ipairs {
      "http://cdn.example/x", "ftp://cdn.example/x", "file:///etc/passwd", "https://127.0.0.1/x", "https://localhost/x", "https://[::1]/x",
      "https://169.254.169.254/latest/meta-data", "https://2130706433/x", "https://0x7f.1/x", "https://user@cdn.example/x", "https://metadata.google.internal/x",
      "//10.0.0.1/x", "https://cdn.example/x\r\nEvil: 1",
    } do refused(location) end
  end)

  it("to a private address is followed when the endpoint has one itself", function()
    local first = redirect("https://127.0.0.1:9/x")
    first.private = true
    local _, _, _, requests = play(open():read(0, 10), { first, answer(404) })
    assert.equal(2, #requests)
    assert.is_false(requests[2].open_only)
  end)

  it("to a private address is followed when the endpoint is one by name, and nobody knows the address", function()
    local it = file.new(new { endpoint = "http://hub.internal" }, "o/n", commit, { path = "a", size = 100 })
    local _, _, _, requests = play(it:read(0, 10), { redirect("http://cdn.internal/x"), answer(404) })
    assert.equal(2, #requests)
  end)

  it("in a circle ends", function()
    local answers = {}
    for i = 1, 20 do answers[i] = redirect("https://hub.example/again") end
    local value, _, code, requests = play(open():read(0, 10), answers)
    assert.is_nil(value)
    assert.equal("REDIRECTS", code)
    assert.is_true(#requests <= 6)
  end)
end)

describe("a passing failure", function()
  it("is tried again, after as long as the server asks", function()
    local value, _, _, requests = play(new():info("o/n"), {
      answer(429, "", { ["retry-after"] = "7" }), answer(429, "", { ratelimit = '"api";r=0;t=55' }), answer(503), { error = "reset", code = "BROKEN" }, info,
    })
    assert.equal(commit, value.sha)
    assert.same({ 7, 55, 4, 8 }, { requests[2].delay, requests[3].delay, requests[4].delay, requests[5].delay })
  end)

  it("may name a time, by the server's clock", function()
    local headers = { date = "Fri, 31 Dec 1999 23:59:50 GMT", ["retry-after"] = "Sat, 01 Jan 2000 00:00:02 GMT" }
    local past = { date = headers["retry-after"], ["retry-after"] = headers.date }
    local _, _, _, requests = play(new():info("o/n"), {
      answer(503, "", headers), answer(503, "", past), answer(429, "", { ratelimit = '"pages";r=9;t=1, "api"; r=0; t=5' }),
      answer(429, "", { ["retry-after"] = "-3" }), info,
    })
    assert.same({ 12, 0, 5, 8 }, { requests[2].delay, requests[3].delay, requests[4].delay, requests[5].delay })
  end)

  it("that lasts, or asks for too long a wait, is reported", function()
    local value, message, code = play(new { token = false }:info("o/n"), { answer(429, "", { ["retry-after"] = "3600" }) })
    assert.is_nil(value)
    assert.equal("RATE", code)
    assert.truthy(message:find("HF_TOKEN", 1, true))
    local broken = { error = "timed out", code = "TIMEOUT" }
    value, message, code = play(new { retries = 2 }:info("o/n"), { broken, broken, broken })
    assert.is_nil(value)
    assert.equal("TIMEOUT", code)
    assert.truthy(message:find("hub.example: timed out", 1, true))
  end)
end)

describe("model info", function()
  it("sends the revision as one segment", function()
    local _, _, _, requests = play(new():info("o/n", "refs/pr/1"), { info })
    assert.equal("https://hub.example/api/models/o/n/revision/refs%2Fpr%2F1?securityStatus=true", requests[1].url)
  end)

  it("is believed only if it is JSON, names a commit, and the one that was asked for", function()
    for body, expected in pairs { ["<html>"] = "PROTOCOL", ["{}"] = "PROTOCOL", ['{"sha":"main"}'] = "PROTOCOL", ["3"] = "PROTOCOL" } do
      local value, _, code = play(new():info("o/n"), { json(body) })
      assert.is_nil(value)
      assert.equal(expected, code, body)
    end
    local _, message = play(new():info("o/n"), { json("<html>", { ["content-type"] = "text/html; charset=utf-8" }) })
    assert.matches("a web page; does a login or a proxy", message, 1, true)
    local value, _, code = play(new():info("o/n", ("d"):rep(40)), { info })
    assert.is_nil(value)
    assert.equal("PROTOCOL", code)
    local long = json('{"sha":')
    long.truncated = true
    value, _, code = play(new():info("o/n"), { long })
    assert.is_nil(value)
    assert.equal("LIMIT", code)
  end)

  it("says that a model is disabled, or that the token is none", function()
    for text, expected in pairs { ["Access to this resource is disabled."] = "DISABLED", ["Invalid credentials in Authorization header"] = "TOKEN" } do
      local _, _, code = play(new():info("o/n"), { answer(expected == "TOKEN" and 401 or 403, "", { ["x-error-message"] = text }) })
      assert.equal(expected, code)
    end
  end)

  it("with more values than memory should hold is refused", function()
    local value, _, code = play(new():info("o/n"), { json('{"sha": "' .. commit .. '", "siblings": [' .. ("{},"):rep(300000) .. "{}]}") })
    assert.is_nil(value)
    assert.equal("LIMIT", code)
  end)

  it("says what is wrong in the server's words, made printable", function()
    local _, message, code = play(new():info("o/n"), { answer(403, "", { ["x-error-code"] = "GatedRepo", ["x-error-message"] = "ask \27[31mfirst" }) })
    assert.equal("GATED", code)
    assert.truthy(message:find("ask  ?%[31mfirst"))
  end)
end)

describe("the file list", function()
  local function page(entries, next_url)
    return json("[" .. table.concat(entries, ",") .. "]", next_url and { link = ('<%s>; rel="next"'):format(next_url) } or {})
  end
  local function entry(path, size) return ('{"type":"file","path":"%s","size":%s,"oid":"%s"}'):format(path, size or 1, ("a"):rep(40)) end

  it("is collected page by page, sorted", function()
    local value, _, _, requests = play(new():tree("o/n", commit), { page({ entry("b") }, "https://hub.example/p2"), page { entry("a"), '{"type":"directory","path":"d"}' } })
    assert.same({ "a", "b" }, { value[1].path, value[2].path })
    assert.equal("https://hub.example/p2", requests[2].url)
  end)

  it("goes on however the link to its next page is written", function()
    for _, link in ipairs {
      "<https://hub.example/p2>; rel=next", "<https://hub.example/p0>; rel=\"prev\", <https://hub.example/p2>; title=\"x\"; rel=\"last next\"",
      "</p2>;REL = Next", ("<"):rep(60000) .. "</p2>; rel=next", "<https://hub.example/p2>;rel=next, <https://hub.example/p9>;rel=last",
    } do
      local value, _, _, requests = play(new():tree("o/n", commit), { json("[" .. entry("b") .. "]", { link = link }), page { entry("a") } })
      assert.equal(2, #value, link)
      assert.equal("https://hub.example/p2", requests[2].url)
    end
    assert.equal(1, #play(new():tree("o/n", commit), { json("[" .. entry("b") .. "]", { link = "</p2>; rel=\"nextish\", </next>; rel=prev" }) }))
  end)

  it("must stay at the endpoint, end, and hold plain paths", function()
    local function fails(expected, ...)
      local value, _, code = play(new():tree("o/n", commit), { ... })
      assert.is_nil(value)
      assert.equal(expected, code)
    end
    fails("REFUSED", page({ entry("a") }, "https://evil.example/p2"))
    fails("PROTOCOL", page({ entry("a") }, "https://hub.example/p2"), page({ entry("a") }, "https://hub.example/p2"))
    for _, path in ipairs { "../x", "/etc/passwd", "a//b", "a/./b", "" } do fails("PROTOCOL", page { entry(path) }) end
    for _, size in ipairs { "-1", "1.5", '"1"', "1e300", "null" } do fails("PROTOCOL", page { entry("a", size) }) end
    fails("PROTOCOL", page { "1" })
  end)
end)

describe("a range of a file", function()
  local function range(first, last, total, etag) return { ["content-range"] = ("bytes %d-%d/%d"):format(first, last, total), etag = etag } end

  it("is read where the file was found, on the condition that it has not changed", function()
    local it = open()
    play(it:read(0, 10), { redirect("https://cdn.example/x"), answer(206, ("x"):rep(10), range(0, 9, 100, '"e1"')) })
    local value, _, _, requests = play(it:read(50, 10), { answer(206, ("y"):rep(10), range(50, 59, 100, '"e1"')) })
    assert.equal(("y"):rep(10), value)
    assert.equal("https://cdn.example/x", requests[1].url)
    assert.equal('"e1"', requests[1].headers["if-range"])
    assert.equal("bytes=50-59", requests[1].headers.range)
    local changed, _, code = play(it:read(60, 10), { answer(200, ("z"):rep(100), { etag = '"e2"' }) })
    assert.is_nil(changed)
    assert.equal("CHANGED", code)
  end)

  it("is looked up anew when the signed address has expired", function()
    local it = open()
    play(it:read(0, 10), { redirect("https://cdn.example/1"), answer(206, ("x"):rep(10), range(0, 9, 100)) })
    local value = play(it:read(10, 5), { answer(403), redirect("https://cdn.example/2"), answer(206, "yyyyy", range(10, 14, 100)) })
    assert.equal("yyyyy", value)
  end)

  it("comes out of a small file when the server has no ranges, and not out of a large one", function()
    local cut = answer(200, ("x"):rep(10))
    cut.truncated = true
    local it = open()
    local value = play(it:read(40, 10), { cut, answer(200, ("x"):rep(40) .. ("y"):rep(60)) })
    assert.equal(("y"):rep(10), value)
    assert.equal("xxxx", play(it:read(0, 4), {})) -- now it is known whole
    value = play(open { path = "a", size = 1e9 }:read(0, 10), { cut })
    assert.equal(("x"):rep(10), value)
    local none, _, code = play(open { path = "a", size = 1e9 }:read(500, 10), { cut })
    assert.is_nil(none)
    assert.equal("NO_RANGES", code)
  end)

  it("is refused when the server does not keep what the list promised", function()
    local function fails(expected, ...)
      local value, _, code = play(open { path = "a", size = 100, sha256 = ("1"):rep(64) }:read(10, 10), { ... })
      assert.is_nil(value)
      assert.equal(expected, code)
    end
    local ten = ("x"):rep(10)
    fails("SIZE", answer(206, ten, range(10, 19, 200)))
    fails("SIZE", answer(416))
    fails("SIZE", answer(206, ten, { ["content-range"] = "bytes 10-19/99999999999999999999999" }))
    fails("SIZE", answer(200, ten, { ["content-length"] = "99999999999999999999999" }))
    fails("SIZE", answer(200, ("x"):rep(50)))
    fails("PROTOCOL", answer(206, ten, range(0, 9, 100)))
    fails("PROTOCOL", answer(206, ten, range(10, 99, 100)))
    fails("PROTOCOL", answer(206, ten, {}))
    fails("PROTOCOL", answer(206, ten, { ["content-range"] = "bytes 10-19/100", ["content-encoding"] = "gzip" }))
    fails("BROKEN", answer(206, "xxxx", range(10, 19, 100)))
    local other = redirect("https://cdn.example/x")
    other.headers["x-repo-commit"] = ("d"):rep(40)
    fails("CHANGED", other, answer(206, ten, range(10, 19, 100)))
    other = redirect("https://cdn.example/x")
    other.headers["x-linked-etag"] = '"' .. ("2"):rep(64) .. '"'
    fails("CHANGED", other, answer(206, ten, range(10, 19, 100)))
  end)
end)

describe("settings", function()
  local function read(environment) return settings.read(function(name) return environment[name] end) end

  it("follow huggingface_hub's names", function()
    local set = read { HF_ENDPOINT = "https://mirror.example/", HF_TOKEN = " hf_a ", HF_HOME = "~/hf", HOME = "/h", TRANSFORMERS_OFFLINE = "YES" }
    assert.same({ endpoint = "https://mirror.example", token = "hf_a", home = "/h/hf", cache = "/h/hf/hub", offline = true }, set)
    set = read { HOME = "/h", XDG_CACHE_HOME = "/x", HF_HUB_CACHE = "/c" }
    assert.same({ endpoint = "https://huggingface.co", home = "/x/huggingface", cache = "/c", offline = false }, set)
    for _, wrong in ipairs { "mirror.example", "https://mirror.example?x", "https://mirror.example/#x" } do assert.is_nil(read { HF_ENDPOINT = wrong }) end
  end)

  it("read the token file, unless that is switched off", function()
    local path = os.tmpname()
    local handle = io.open(path, "w")
    handle:write("  hf_file\r\n", ("x"):rep(10000))
    handle:close()
    assert.equal("hf_file", read { HF_TOKEN_PATH = path }.token)
    assert.is_nil(read { HF_TOKEN_PATH = path, HF_HUB_DISABLE_IMPLICIT_TOKEN = "1" }.token)
    os.remove(path)
  end)
end)

describe("URLs", function()
  it("are compared by origin and joined as RFC 3986 says", function()
    local base = url.parse("https://Hub.Example:443/a/b?q")
    assert.equal("https://hub.example", url.origin(base))
    for location, expected in pairs {
      ["c"] = "https://hub.example/a/c", ["/c?d"] = "https://hub.example/c?d", ["//x.example/y"] = "https://x.example/y", ["?z"] = "https://hub.example/a/b?z",
      ["http://x.example"] = "http://x.example/",
    } do assert.equal(expected, url.format(url.join(base, location))) end
  end)
end)
