local helper = require("spec.helper")
local client = require("hugh.hub.client")
local json = require("hugh.json")
local osv = require("hugh.model.osv")

local function record(id) return { id = id, affected = { { package = { ecosystem = "PyPI", name = "torch" }, versions = { "1.0" } } } } end

describe("advisories from a folder", function()
  it("replace the snapshot's", function()
    local folder = helper.directory()
    helper.write(folder .. "/A.json", json.encode(record("A")))
    local facts = assert(osv.apply({ dependencies = { { name = "torch", version = "1.0" } } }, folder))
    assert.equal(1, #facts.advisories)
    assert.equal("A", facts.advisories[1].id)
    helper.write(folder .. "/B.json", "{")
    assert.equal("OSV", select(3, osv.apply({}, folder)))
    helper.remove(folder)
    assert.is_nil(osv.apply({}, folder))
  end)

  it("that is empty is a mistake, not a clean model", function()
    local folder = helper.directory()
    assert.equal("EMPTY", select(3, osv.apply({}, folder)))
    helper.remove(folder)
  end)
end)

describe("OSV's API", function()
  it("is asked per package and version, page after page, without the Hub's token", function()
    local server = client.new { endpoint = "https://osv.example", agent = "hugh/test" }
    local query = osv.query(server, { name = "torch", version = "1.0" })
    assert.equal("POST", query.request.method)
    assert.equal("https://osv.example/v1/query", query.request.url)
    assert.is_nil(query.request.headers.authorization)
    assert.same({ package = { ecosystem = "PyPI", name = "torch" }, version = "1.0" }, json.decode(query.request.body))
    query:respond { status = 200, headers = {}, body = json.encode { vulns = { record("A") }, next_page_token = "t" } }
    assert.equal("t", json.decode(query.request.body).page_token)
    query:respond { status = 200, headers = {}, body = json.encode { vulns = { record("B") } } }
    assert.equal("B", query:result()[2].id)
    query = osv.query(server, { name = "x", version = "1" })
    query:respond { status = 200, headers = {}, body = "{}" }
    assert.same({}, query:result())
  end)

  it("that redirects a question is not followed", function()
    local query = osv.query(client.new { endpoint = "https://osv.example", agent = "hugh/test" }, { name = "x", version = "1" })
    query:respond { status = 307, headers = { location = "https://evil.example/" }, body = "" }
    assert.is_nil(query.request)
    assert.is_nil((query:result()))
  end)
end)
