-- Encrypted connections: whom the transport believes, and what it speaks with them.

local client = require("hugh.hub.client")
local exchange = require("hugh.hub.exchange")
local helper = require("spec.helper")
local server = require("spec.hub.server")
local transport = require("hugh.io.curl")

describe("a server with a certificate of its own", function()
  local folder, site

  setup(function()
    folder = helper.directory()
    site = server.tls(folder)
  end)
  teardown(function()
    site.stop()
    helper.remove(folder)
  end)

  -- Asks `count` times at once.
  local function ask(host, environment, count)
    local loop = transport.open { getenv = function(name) return (environment or {})[name] end, connect_timeout = 5 }
    local responses = {}
    for i = 1, count or 1 do
      loop:task(function()
        responses[i] = loop:fetch { method = "GET", url = ("https://%s:%s/"):format(host, site.port), headers = {}, limit = 1000, open_only = false }
      end)
    end
    loop:run()
    loop:close()
    return count and responses or responses[1]
  end

  it("is refused, with a hint, unless its certificate is named", function()
    local response = ask("localhost")
    assert.equal("TLS", response.code)
    local hub = client.new { endpoint = "https://localhost:" .. site.port, agent = "hugh/test" }
    local _, message = exchange.new(function() return exchange.send(hub, { url = hub.endpoint, limit = 10 }) end):run(function() return response end)
    assert.truthy(message:find("SSL_CERT_FILE", 1, true))
    for _, name in ipairs { "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE" } do
      assert.equal(200, ask("localhost", { [name] = folder .. "/certificate.pem" }).status, name)
    end
    assert.equal("TLS", ask("localhost", { SSL_CERT_FILE = "" }).code)
    assert.equal("TLS", ask("localhost", { SSL_CERT_FILE = "/nonexistent" }).code)
  end)

  it("is believed for the names in its certificate alone", function()
    assert.equal("TLS", ask("127.0.0.1", { SSL_CERT_FILE = folder .. "/certificate.pem" }).code)
  end)

  it("is spoken to in HTTP/2, all requests over one connection, also at an IPv6 address", function()
    local connections, count = {}, 0
    for _, response in ipairs(ask("[::1]", { SSL_CERT_FILE = folder .. "/certificate.pem" }, 20)) do
      local protocol, connection = response.body:match("^(%S+) (%d+)$")
      assert.equal("HTTP/2.0", protocol)
      assert.is_true(response.private)
      if not connections[connection] then connections[connection], count = true, count + 1 end
    end
    assert.equal(1, count)
  end)
end)
