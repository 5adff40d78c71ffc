local helper = require("spec.helper")
local client = require("hugh.hub.client")
local hugh = require("hugh")
local json = require("hugh.json")
local osv = require("hugh.model.osv")
local server = require("spec.hub.server")

local function record(id, name)
  return { id = id, affected = { { package = { ecosystem = "PyPI", name = name or "torch" }, versions = { "1.0" } } } }
end

local wanted = { { name = "torch", version = "1.0" }, { name = "numpy" } }

local function ids(about)
  local list = {}
  for _, found in ipairs(assert(about(wanted))) do list[#list + 1] = found.id end
  table.sort(list)
  return list
end

describe("advisories from a folder or a zip", function()
  local folder

  before_each(function() folder = helper.directory() end)
  after_each(function() helper.remove(folder) end)

  -- Python's zipfile, as OSV's exporter: its own words in `members` become the archive.
  local function zip(members)
    helper.write(folder .. "/members.json", json.encode(members))
    assert(os.execute(([[/usr/bin/python3 -c '
import json, zipfile
members = json.load(open("%s/members.json"))
with zipfile.ZipFile("%s/all.zip", "w") as z:
    for i, (name, text) in enumerate(sorted(members.items())):
        z.writestr(name, text, zipfile.ZIP_STORED if i == 0 else zipfile.ZIP_DEFLATED)
']]):format(folder, folder)))
    os.remove(folder .. "/members.json")
    return folder .. "/all.zip"
  end

  it("are those about the packages that are asked for, however these are spelt", function()
    local members = {
      ["A.json"] = json.encode(record("A")), ["B.json"] = json.encode(record("B", "other")), ["C.json"] = json.encode(record("C", "Torch")),
      ["D.json"] = '{ "id": "D", "affected": [ {"package": {"ecosystem": "PyPI", "name" : "\\u0074orch"}} ] }\n', ["README.md"] = "no record",
    }
    for name, text in pairs(members) do helper.write(folder .. "/" .. name, text) end
    assert.same({ "A", "C", "D" }, ids(osv.open(folder, {})))
    assert.same({ "A", "C", "D" }, ids(osv.open(zip(members), {})))
  end)

  it("that are cut short, empty or missing are a mistake, not a clean model", function()
    assert.equal("EMPTY", select(3, osv.open(folder, {})))
    assert.equal("ENOENT", select(3, osv.open(folder .. "/nothing", {})))
    helper.write(folder .. "/B.json", "{")
    assert.equal("OSV", select(3, osv.open(folder, {})))
    assert.equal("ZIP", select(3, osv.open(folder .. "/B.json", {})))
    assert.equal("EMPTY", select(3, osv.open(zip { ["x.txt"] = "" }, {})))
    local path = zip { ["A.json"] = json.encode(record("A")), ["B.json"] = json.encode(record("B")) }
    local bytes = helper.read(path)
    for cut = 0, #bytes - 1, 7 do
      helper.write(path, bytes:sub(1, cut))
      assert.is_nil((osv.open(path, {})), cut)
    end
    helper.write(path, (bytes:gsub("PK\1\2(.-)PK\1\2", function(middle) return "PK\1\2" .. middle:sub(1, 20) .. "\255\255\255\255" .. middle:sub(25) .. "PK\1\2" end, 1)))
    assert.is_nil((osv.open(path, {})))
  end)

  it("whose record is broken where it matters leave it unknown", function()
    helper.write(folder .. "/A.json", '{ "name": "torch" ] }')
    local facts = { dependencies = wanted, advisories = {} }
    osv.apply(facts, assert(osv.open(folder, {})), folder)
    assert.equal(folder, facts.advisories_source)
    assert.is_nil(facts.advisories)
    assert.truthy(facts.advisories_problem:find("not an OSV record", 1, true))
  end)
end)

describe("OSV's API", function()
  local endpoint = client.new { endpoint = "https://osv.example", agent = "hugh/test", backoff = 0 }
  local function answer(value) return { status = 200, headers = {}, body = json.encode(value) } end

  it("is asked about all packages at once, page after page, without the Hub's token", function()
    local query = osv.ids(endpoint, { { name = "torch", version = "1.0" }, { name = "x", version = "2" } })
    assert.equal("POST", query.request.method)
    assert.equal("https://osv.example/v1/querybatch", query.request.url)
    assert.is_nil(query.request.headers.authorization)
    local first = { package = { ecosystem = "PyPI", name = "torch" }, version = "1.0" }
    assert.same({ queries = { first, { package = { ecosystem = "PyPI", name = "x" }, version = "2" } } }, json.decode(query.request.body))
    query:respond(answer { results = { { vulns = { { id = "B" } }, next_page_token = "t" }, json.object {} } })
    first.page_token = "t"
    assert.same({ queries = { first } }, json.decode(query.request.body))
    query:respond(answer { results = { { vulns = { { id = "A" }, { id = "B" } } } } })
    assert.same({ "A", "B" }, query:result())
    query = osv.record(endpoint, "A/..")
    assert.equal("https://osv.example/v1/vulns/A%2F..", query.request.url)
    query:respond(answer(record("A/..")))
    assert.equal("A/..", query:result().id)
  end)

  it("is not believed when it leaves a question out, never ends, redirects, or answers with something else", function()
    local asked = { { name = "torch", version = "1.0" } }
    for _, wrong in ipairs { {}, { results = {} }, { results = { { vulns = { { id = 3 } } } } }, { results = { { vulns = { 1 } } } } } do
      local query = osv.ids(endpoint, asked)
      query:respond(answer(wrong))
      assert.equal("PROTOCOL", select(3, query:result()))
    end
    local query = osv.ids(endpoint, asked)
    while query.request do query:respond(answer { results = { { next_page_token = "t" } } }) end
    assert.equal("LIMIT", select(3, query:result()))
    query = osv.ids(endpoint, asked)
    query:respond { status = 307, headers = { location = "https://evil.example/" }, body = "" }
    assert.is_nil(query.request)
    assert.is_nil((query:result()))
    query = osv.record(endpoint, "A")
    query:respond(answer(record("B")))
    assert.equal("PROTOCOL", select(3, query:result()))
  end)

  describe("over a network", function()
    local site, model

    setup(function()
      site, model = server.faults(), helper.directory()
      os.execute("cp examples/models/safetensors-only/* " .. model)
      helper.write(model .. "/requirements.txt", "torch==1.0\nnumpy==1.0\n")
    end)
    teardown(function()
      site.stop()
      helper.remove(model)
    end)

    it("answers for the model", function()
      local session = {}
      local facts = assert(hugh.model(model, { advisories = site.endpoint .. "/osv", session = session }))
      assert.equal(1, #facts.advisories)
      assert.same({ "GHSA-torch", "torch", "high" }, { facts.advisories[1].id, facts.advisories[1].package, facts.advisories[1].severity })
      session.loop:close()
    end)

    it("that fails leaves the factor inconclusive, and says why", function()
      for _, fault in ipairs { "osv-broken", "html", "osv-halfway", "garbage" } do
        local session = {}
        local facts = assert(hugh.model(model, { advisories = site.endpoint .. "/" .. fault, session = session }))
        session.loop:close()
        assert.is_nil(facts.advisories, fault)
        for _, factor in ipairs(hugh.assess(facts).factors) do
          if factor.name == "vulnerabilities" then
            assert.is_nil(factor.value)
            assert.equal(facts.advisories_problem, factor.reason)
          end
        end
      end
    end)
  end)
end)
