-- The libcurl transport against a server that misbehaves: every failure ends, soon, with a code.

local client = require("hugh.hub.client")
local curl = require("hugh.curl")
local exchange = require("hugh.hub.exchange")
local server = require("spec.hub.server")
local transport = require("hugh.io.curl")

describe("the libcurl transport", function()
  local site, loop

  setup(function()
    site = server.faults()
    loop = transport.open { stall_timeout = 1, timeout = 10, connect_timeout = 2, getenv = function() return nil end }
  end)

  teardown(function()
    loop:close()
    site.stop()
  end)

  local function fetch(path, fields)
    local request = { method = "GET", url = site.endpoint .. path, headers = { ["accept-encoding"] = "identity" }, limit = 1000, open_only = false }
    for key, value in pairs(fields or {}) do request[key] = value end
    local response
    loop:task(function() response = loop:fetch(request) end)
    loop:run()
    return response
  end

  it("sends headers, and reads the answer's in lower case", function()
    local response = fetch("/echo", { headers = { ["accept-encoding"] = "identity", ["x-test"] = "a b" } })
    assert.equal(200, response.status)
    assert.equal(tostring(#response.body), response.headers["content-length"])
    assert.truthy(response.body:find("x-test: a b", 1, true))
    assert.is_true(response.private)
  end)

  it("gives up on a server that stalls, is mute, cuts, resets or speaks no HTTP", function()
    for path, code in pairs { ["/stall"] = "TIMEOUT", ["/mute"] = "TIMEOUT", ["/cut"] = "BROKEN", ["/reset"] = "BROKEN", ["/garbage"] = "PROTOCOL", ["/headers"] = "BROKEN" } do
      local response = fetch(path)
      assert.is_nil(response.status, path)
      assert.equal(code, response.code, path)
      assert.is_string(response.error)
    end
  end)

  it("keeps no more of a body than asked, were it endless or compressed a thousandfold", function()
    for path, headers in pairs { ["/endless"] = { ["accept-encoding"] = "identity" }, ["/bomb"] = {} } do
      local response = fetch(path, { headers = headers })
      assert.equal(200, response.status)
      assert.is_true(response.truncated)
      assert.equal(1000, #response.body)
    end
  end)

  it("refuses to connect to private addresses when told to, also behind a name", function()
    for _, host in ipairs { "127.0.0.1", "localhost" } do
      local response = fetch("", { url = site.endpoint:gsub("127%.0%.0%.1", host) .. "/count/a", open_only = true })
      assert.equal("REFUSED", response.code, host)
    end
  end)

  it("tells a server that never answers a connection from one that stalls", function()
    local other = transport.open { connect_timeout = 0.5, stall_timeout = 5, getenv = function() end }
    local code -- the fault injector speaks no TLS, and waits for a line that does not come
    other:task(function()
      code = other:fetch { method = "GET", url = site.endpoint:gsub("^http:", "https:") .. "/", headers = {}, limit = 10, open_only = false }.code
    end)
    other:run()
    assert.equal("CONNECT", code)
    other:close()
  end)

  it("refuses also when another request has opened the connection", function()
    assert.equal(200, fetch("/count/a").status)
    assert.equal("REFUSED", fetch("/count/a", { open_only = true }).code)
  end)

  it("speaks http and https only", function()
    for _, address in ipairs { "file:///etc/passwd", "gopher://127.0.0.1/x", "ftp://127.0.0.1/x" } do assert.equal("PROTOCOL", fetch("", { url = address }).code) end
  end)

  it("has many requests in flight, and tries again what broke", function()
    local done = 0
    for i = 1, 40 do
      loop:task(function()
        local hub = client.new { endpoint = site.endpoint, agent = "hugh/test", backoff = 0.01 }
        local body = exchange.new(function() return exchange.send(hub, { url = site.endpoint .. "/cut-once/" .. i, limit = 100 }) end)
          :run(function(request) return loop:fetch(request) end)
        if body.body == "whole" and hub.requests == 2 then done = done + 1 end
      end)
    end
    loop:run()
    assert.equal(40, done)
  end)

  it("asks the proxy that the environment names, except for what no_proxy lists", function()
    local environment = { HTTP_PROXY = site.endpoint, no_proxy = "x.example, 127.0.0.1, y.example:81, [::7]" }
    local proxied = transport.open { getenv = function(name) return environment[name] end, connect_timeout = 2 }
    local function body(address)
      local response
      proxied:task(function() response = proxied:fetch { method = "GET", url = address, headers = {}, limit = 1000, open_only = false } end)
      proxied:run()
      return response.body, response.private
    end
    local text, private = body("http://some.example/echo")
    assert.equal("by the proxy", text)
    assert.is_nil(private) -- the proxy's address says nothing of the server's
    assert.truthy(body(site.endpoint .. "/echo"):find("Host: 127.0.0.1", 1, true))
    for _, address in ipairs { "http://a.x.example/", "http://y.example:81/", "http://[::7]/" } do assert.is_nil(body(address), address) end
    assert.equal("by the proxy", body("http://y.example/echo"))
    environment.REQUEST_METHOD = "GET" -- a CGI program's HTTP_PROXY is the client's word
    assert.is_nil(body("http://some.example/echo"))
    environment.http_proxy = site.endpoint
    assert.equal("by the proxy", body("http://some.example/echo"))
    proxied:close()
  end)

  it("runs bodies side by side, nested and with a few places for what needs memory", function()
    local other, log, inside, most = transport.open { places = 2, getenv = function() end }, {}, 0, 0
    local function fetch_one() other:fetch { method = "GET", url = site.endpoint .. "/echo", headers = {}, limit = 1000, open_only = false } end
    local function body()
      other:enter()
      inside, most = inside + 1, math.max(most, inside + 1)
      fetch_one()
      inside = inside - 1
      other:leave()
      log[#log + 1] = "inner"
    end
    other:all {
      function()
        other:all {} -- nothing to wait for
        other:all { function() end } -- nor here
        other:all { body, body, body, body, body }
        log[#log + 1] = "outer"
      end,
      fetch_one,
    }
    assert.same({ "inner", "inner", "inner", "inner", "inner", "outer" }, log)
    assert.same({ 0, 2, 2 }, { inside, most, other.places })
    other:close()
  end)

  it("answers everybody at once when the time it was given is up", function()
    local other = transport.open { getenv = function() end }
    other:allow(0)
    other:allow(1000) -- given once
    local codes = {}
    for i = 1, 3 do
      other:task(function()
        for _ = 1, 1000 do codes[i] = other:fetch { method = "GET", url = site.endpoint .. "/late", headers = {}, limit = 10, open_only = false, delay = i }.code end
      end)
    end
    other:run()
    assert.same({ "DEADLINE", "DEADLINE", "DEADLINE" }, codes)
    assert.equal("0", fetch("/count/late").body)
    other:close()
  end)

  it("ends transfers that are under way when it is closed", function()
    local other = transport.open {}
    other:task(function() other:fetch { method = "GET", url = site.endpoint .. "/mute", headers = {}, limit = 10, open_only = false } end)
    other:close()
    assert.has_error(function() other.multi:wait(0) end)
  end)
end)

describe("addresses", function()
  it("are private when only some network knows them", function()
    for _, ip in ipairs {
      "127.0.0.1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",
      "::1", "::", "fe80::1", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1",
    } do assert.is_true(curl.is_private(ip), ip) end
    for _, ip in ipairs { "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8" } do assert.is_false(curl.is_private(ip), ip) end
    assert.is_nil(curl.is_private("example.org"))
  end)
end)
