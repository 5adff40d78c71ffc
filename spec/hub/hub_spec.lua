-- The remote path end to end: the example Hub (nginx) serves a folder, and hugh judges what is in it without downloading it.

local differences = require("spec.fact_types")
local helper = require("spec.helper")
local hub = require("hugh.model.hub")
local hugh = require("hugh")
local json = require("hugh.json")
local server = require("spec.hub.server")

-- A pickle that would call os.system('true'): inert even if somebody loads it.
local hostile = "\128\2cos\nsystem\n(X\4\0\0\0truetR."

local function safetensors(bytes)
  local header = ('{"w":{"dtype":"U8","shape":[%d],"data_offsets":[0,%d]}}'):format(bytes, bytes)
  return string.char(#header) .. ("\0"):rep(7) .. header .. ("\0"):rep(bytes)
end

describe("a model on the Hub", function()
  local folder, site

  local function repository(name, files)
    local base = folder .. "/" .. name
    os.execute("mkdir -p " .. helper.quote(base))
    for path, bytes in pairs(files) do helper.write(base .. "/" .. path, bytes) end
  end

  local function load(target, options)
    options = options or {}
    options.endpoint, options.cache, options.backoff = options.endpoint or site.endpoint, options.cache or false, 0.01
    options.getenv = options.getenv or function() return nil end
    return hub.load(target, options)
  end

  local function file(facts, path)
    for _, entry in ipairs(facts.files) do
      if entry.path == path then return entry end
    end
  end

  local function points(result)
    local by_name = {}
    for _, factor in ipairs(result.factors) do by_name[factor.name] = factor.points end
    return by_name
  end

  setup(function()
    folder = helper.directory()
    repository("acme/tiny", {
      ["README.md"] = "---\nlicense: apache-2.0\nlibrary_name: transformers\n---\n# Tiny\n",
      ["config.json"] = '{"model_type": "llama", "transformers_version": "4.30.0"}',
      ["model.safetensors"] = safetensors(1048576),
      [".hub.json"] = '{"downloads": 5, "likes": 120, "lastModified": "2024-01-02T00:00:00.000Z", "refs": {"refs/pr/1": true}}',
    })
    repository("acme/hostile", {
      ["model file.pkl"] = hostile, -- a name with a space
      [".hub.json"] = '{"securityRepoStatus": {"scansDone": true, "filesWithIssues": []}}',
    })
    repository("acme/flagged", {
      ["model.safetensors"] = safetensors(8), ["other.safetensors"] = safetensors(8),
      [".hub.json"] = '{"securityRepoStatus": {"scansDone": true, "filesWithIssues": [{"path": "model.safetensors", "level": "unsafe"}, {"path": "other.safetensors", "level": "brand-new"}]}, '
        .. '"files": {"model.safetensors": {"security": {"status": "unsafe", "avScan": {"status": "safe"}, "pickleImportScan": null, '
        .. '"jFrogScan": {"status": "unsafe", "message": "a \\u001b[31mvirus"}, "protectAiScan": {"status": "brand-new"}}}, '
        .. '"other.safetensors": {"security": {"status": "queued"}}}}',
    })
    helper.write(folder .. "/acme/.organizations.json", '{"isVerified": true, "numModels": 4, "numFollowers": 9}')
    for name, models in pairs { well = 10, little = 9 } do
      repository(name .. "/m", { ["model.safetensors"] = safetensors(8) })
      helper.write(folder .. "/" .. name .. "/.users.json", ('{"numModels": %d, "numFollowers": 100}'):format(models))
    end
    repository("google/m", { ["model.safetensors"] = safetensors(8) })
    repository("acme/private", { ["model.safetensors"] = safetensors(8), [".hub.json"] = '{"private": true, "token": "hf_good"}' })
    repository("acme/swapped", {
      ["model.safetensors"] = safetensors(8), [".hub.json"] = '{"files": {"model.safetensors": {"sha256": "' .. ("a"):rep(64) .. '"}}}',
    })
    repository("acme/dense", { ["m.pkl"] = "\128\2" .. ("N0"):rep(300000) .. "N.", [".hub.json"] = '{"files": {"m.pkl": {"sha256": "' .. ("a"):rep(64) .. '"}}}' })
    repository("acme/stream", { ["big.pkl"] = "\128\4" .. ("B\255\255\7\0" .. ("x"):rep(524287) .. "0"):rep(20) .. "cos\nsystem\n(X\4\0\0\0truetR." })
    repository("acme/licensed", { LICENSE = "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy of this software" })
    repository("acme/novel", { ["README.md"] = ("word "):rep(2 ^ 20) })
    for _, name in ipairs { "old/name", "google/renamed" } do
      repository(name, { ["model.safetensors"] = safetensors(9), [".hub.json"] = '{"id": "google/renamed"}' })
    end
    local many = {}
    for i = 1, 25 do many[("shard-%02d.safetensors"):format(i)] = safetensors(64) end
    repository("acme/many", many)
    site = server.hub(folder, "HUB_PAGE=10")
  end)

  teardown(function()
    site.stop()
    helper.remove(folder)
  end)

  it("is judged by its commit, from its metadata and a fraction of its bytes", function()
    local facts = assert(load("acme/tiny"))
    assert.equal("hub", facts.origin)
    assert.equal("safe", facts.safety)
    assert.is_true(facts.complete)
    assert.equal("acme/tiny", facts.repo)
    assert.equal(40, #facts.commit)
    assert.is_false(facts.pinned)
    assert.equal(120, facts.likes)
    assert.equal("apache-2.0", facts.license)
    assert.equal("permissive", facts.license_class)
    assert.equal("2024-01-02T00:00:00.000Z", facts.last_modified)
    assert.equal("safetensors", file(facts, "model.safetensors").kind)
    assert.is_true(facts.bytes_read < 200000)
    assert.is_true(file(facts, "model.safetensors").bytes_skipped > 900000)
    assert.is_true(file(facts, "model.safetensors").requests <= 2)
    assert.is_true(facts.requests <= 7) -- the record, the tree, the publisher, three files
  end)

  it("has facts of the documented types", function()
    for _, name in ipairs { "acme/tiny", "acme/hostile", "acme/flagged", "well/m", "acme/licensed" } do
      assert.same({}, differences(assert(load(name))), name)
    end
  end)

  it("is pinned when asked for by commit, and found by its address", function()
    local commit = assert(load("acme/tiny")).commit
    assert.is_true(assert(load("acme/tiny@" .. commit)).pinned)
    local facts = assert(load(site.endpoint .. "/acme/tiny/tree/" .. commit))
    assert.equal(commit, facts.revision)
    assert.equal("refs/pr/1", assert(load("acme/tiny@refs/pr/1")).revision)
  end)

  it("has a publisher of whom the Hub knows something, or whom a list names", function()
    assert.is_true(assert(load("acme/hostile")).publisher_verified)
    local facts = assert(load("well/m"))
    assert.is_false(facts.publisher_verified)
    assert.is_true(facts.publisher_history)
    assert.is_false(assert(load("little/m")).publisher_history)
    local session = {}
    local first, second = assert(load("acme/hostile", { session = session })), assert(load("acme/hostile", { session = session }))
    assert.equal(first.requests - 1, second.requests) -- asked once
    session.loop:close()
    local listed = assert(load("google/m"))
    assert.is_true(listed.publisher_known)
    assert.is_nil(listed.publisher_verified) -- not asked
    assert.equal(12, points(hugh.assess(first)).publisher_reputation)
    assert.equal(8, points(hugh.assess(facts)).publisher_reputation)
  end)

  it("is dangerous when a pickle in it calls os.system, and says that the Hub's scanners did not", function()
    local facts = assert(load("acme/hostile"))
    assert.equal("dangerous", facts.safety)
    local ids = {}
    for _, finding in ipairs(facts.findings) do ids[finding.id] = true end
    assert.is_true(ids["hub.scanners-disagree"])
    assert.equal("os.system", facts.globals[1].name)
  end)

  it("has what the Hub's scanners say beside what hugh says", function()
    local facts = assert(load("acme/flagged"))
    assert.same({
      status = "unsafe",
      scanners = { { name = "JFrog", status = "unsafe", message = "a  [31mvirus" }, { name = "Protect AI", status = "unknown" }, { name = "antivirus", status = "safe" } },
    }, file(facts, "model.safetensors").hub)
    assert.equal("queued", file(facts, "other.safetensors").hub.status)
    assert.equal(2, #facts.findings)
    assert.equal("hub.scanners-disagree", facts.findings[1].id)
    assert.matches("call this file brand%-new", facts.findings[2].message)
    assert.matches("unsafe %(JFrog: a  %[31mvirus%); hugh found nothing", facts.findings[1].message)
    local result = hugh.assess(facts)
    assert.equal("warn", result.verdict)
    local schema = json.decode(helper.read("docs/assessment.schema.json"))
    assert.is_nil(helper.violation(json.decode(json.encode(result)), schema))
    local shown = require("hugh.report.scorecard")(result, { paint = function(_, text) return text end })
    assert.matches("the Hub's own scanners have something against a file: model.safetensors", shown, 1, true)
    assert.matches("the Hub's scanners call this file unsafe", shown, 1, true)
  end)

  it("whose bytes are not the listed ones is suspicious, whatever they hold", function()
    for _, target in ipairs { "acme/swapped", "acme/dense" } do -- read at once, and in several reads
      local facts = assert(load(target))
      assert.equal("suspicious", facts.safety)
      assert.is_false(facts.complete)
      assert.equal("hub.digest-mismatch", facts.findings[1].id)
    end
  end)

  it("with a pickle that hides its call behind 10 MB costs only the bytes between its opcodes", function()
    local facts = assert(load("acme/stream"))
    assert.equal("dangerous", facts.safety)
    assert.is_true(file(facts, "big.pkl").bytes_read < 2 * 2 ^ 20)
    assert.is_true(file(facts, "big.pkl").requests < 40)
  end)

  it("has all its files when they come in pages", function() assert.equal(25, assert(load("acme/many")).file_count) end)

  it("that was renamed is judged under the name and the publisher it has now", function()
    local facts = assert(load("old/name"))
    assert.same({ "old/name", "google/renamed", "google", "safe" }, { facts.target, facts.repo, facts.publisher, facts.safety })
    local result = hugh.assess(facts)
    assert.matches("commit " .. facts.commit .. " of google/renamed", require("hugh.report.scorecard")(result, { paint = function(_, text) return text end }), 1, true)
  end)

  it("has the license of its license file when nothing else states one, as a directory has", function()
    local facts = assert(load("acme/licensed"))
    assert.same({ "mit", "permissive" }, { facts.license, facts.license_class })
  end)

  it("with a card that is too long to be read has one that is not known, and perhaps a license", function()
    local facts = assert(load("acme/novel"))
    assert.same({}, { facts.card, facts.license_class })
  end)

  it("that is private or does not exist gives a sentence with what to do", function()
    local facts, message, code = load("acme/private")
    assert.is_nil(facts)
    assert.equal("NOT_FOUND", code)
    assert.truthy(message:find("HF_TOKEN", 1, true))
    facts, message, code = load("acme/tiny@nope")
    assert.is_nil(facts)
    assert.equal("NOT_FOUND", code)
    assert.matches("no such revision.*Invalid rev id", message)
  end)

  it("is read with the token, which the CDN never sees", function() -- the example CDN refuses requests that carry one
    assert.equal(1, assert(load("acme/private", { token = "hf_good" })).file_count)
  end)

  it("costs one request when its commit was judged before", function()
    local cache = helper.directory()
    local first = assert(load("acme/tiny", { cache = cache }))
    local second = assert(load("acme/tiny", { cache = cache }))
    assert.equal(1, second.requests)
    assert.same(first.files, second.files)
    assert.same(first.dependencies, second.dependencies)
    helper.remove(cache)
  end)

  it("is looked for in the local cache alone when HF_HUB_OFFLINE is set", function()
    local home = helper.directory()
    local environment = { HF_HUB_OFFLINE = "1", HF_HUB_CACHE = home }
    local function offline(target) return load(target, { getenv = function(name) return environment[name] end }) end
    assert.equal("OFFLINE", select(3, offline("acme/tiny")))
    local commit = ("c"):rep(40)
    local snapshot = home .. "/models--acme--tiny/snapshots/" .. commit
    os.execute(("mkdir -p %s %s/models--acme--tiny/refs"):format(snapshot, home))
    helper.write(snapshot .. "/model.safetensors", safetensors(8))
    helper.write(home .. "/models--acme--tiny/refs/main", commit)
    local facts = assert(offline("acme/tiny"))
    assert.same({ "acme/tiny", "cache", commit, false }, { facts.target, facts.origin, facts.commit, facts.pinned })
    assert.is_true(assert(offline("acme/tiny@" .. commit)).pinned)
    assert.equal("OFFLINE", select(3, offline("acme/tiny@v1")))
    assert.equal("OFFLINE", select(3, offline("acme/tiny@../../x")))
    helper.remove(home)
  end)
end)
