-- Hubs that misbehave, through the whole loader: each trouble ends soon, in a sentence or a finding, and never in "safe".

local core = require("hugh.core")
local helper = require("spec.helper")
local hub = require("hugh.model.hub")
local json = require("hugh.json")
local server = require("spec.hub.server")

describe("a model on a Hub that misbehaves", function()
  local site

  setup(function() site = server.faults() end)
  teardown(function() site.stop() end)

  local function load(organisation, most, timeout)
    local started = require("hugh.curl").now()
    local facts, message, code = hub.load(organisation .. "/m", {
      endpoint = site.endpoint, cache = false, backoff = 0.01, retries = 1, timeouts = { connect = 1, stall = timeout and 10 or 1, whole = timeout and 10 or 3 },
      getenv = function() end, most = most, timeout = timeout,
    })
    assert.is_true(require("hugh.curl").now() - started < 12, organisation)
    return facts, message, code
  end

  it("is read as ever where the Hub does not", function()
    assert.equal("safe", assert(load("fine")).safety)
    assert.equal("safe", assert(load("file_whole")).safety) -- no ranges, but a small file
    assert.equal("safe", assert(load("info_busy")).safety) -- 429 once, and a wait
    assert.equal("safe", assert(load("file_busy")).safety)
  end)

  local failures = {
    info_500 = "HTTP", info_401 = "NOT_FOUND", info_403 = "GATED", info_404 = "NOT_FOUND", info_429 = "RATE", info_html = "PROTOCOL",
    info_mute = "TIMEOUT", info_cut = "BROKEN", info_circle = "REDIRECTS", info_endless = "LIMIT", tree_500 = "HTTP",
    tree_403 = "GATED", tree_404 = "NOT_FOUND", tree_html = "PROTOCOL", tree_cut = "BROKEN", tree_circle = "REDIRECTS",
    tree_endless = "LIMIT", tree_pages = "LIMIT", file_500 = "HTTP", file_401 = "NOT_FOUND", file_403 = "GATED", file_404 = "NOT_FOUND",
    file_429 = "RATE", file_stall = "TIMEOUT", file_cut = "BROKEN", file_circle = "REDIRECTS", file_short = "BROKEN",
  }
  for organisation, expected in pairs(failures) do
    it("is not judged: " .. organisation, function()
      local facts, message, code = load(organisation)
      assert.is_nil(facts)
      assert.equal(expected, code, message)
      assert.is_true(#message > 20 and #message < 250 and not message:find("[%c]"), message)
    end)
  end

  it("keeps what was found before the promise was broken", function()
    for _, case in ipairs { { "file_changes_evil", "hub.changed" }, { "fine_evil", "scan.budget", 100000 } } do
      local facts = assert(load(case[1], case[3]))
      assert.equal("dangerous", facts.safety)
      local ids = {}
      for _, finding in ipairs(facts.findings) do ids[finding.id] = true end
      assert.is_true(ids[case[2]] and ids["pickle.call.dangerous"])
      assert.is_nil(ids["scan.shrunk"] or ids["pickle.broken"]) -- it is not known to be short
    end
    local facts = assert(load("fine", 100000))
    assert.equal("unknown", facts.safety)
    assert.is_true(facts.bytes_read < 200000)
    assert.matches("needs more than 100.0 kB", facts.findings[1].message)
    assert.matches("its model needs more than 80 B", assert(load("fine", 10)).findings[1].message)
  end)

  it("is unknown as far as it could not be read in the time it was given", function()
    local facts = assert(load("file_mute", nil, 1.5))
    assert.same({ "unknown", false, "unknown", 1572904 }, { facts.safety, facts.complete, facts.files[1].kind, facts.files[1].size })
    assert.equal("scan.budget", facts.findings[1].id)
    assert.matches("model.pkl was not read to its end: the time is up", facts.findings[1].message, 1, true)
    for _, organisation in ipairs { "info_mute", "tree_mute" } do assert.equal("DEADLINE", select(3, load(organisation, nil, 1.5))) end
  end)

  local findings = {
    file_html = "hub.size-mismatch", file_lies = "hub.size-mismatch", file_changes = "hub.changed", file_commit = "hub.changed",
    file_shifted = "hub.protocol", file_gzip = "hub.protocol", file_endless = "hub.size-mismatch",
  }
  for organisation, expected in pairs(findings) do
    it("is judged by the promise it breaks: " .. organisation, function()
      local facts = assert(load(organisation))
      assert.equal(expected, facts.findings[1].id)
      assert.is_false(facts.complete)
      assert.not_equal("safe", facts.safety)
    end)
  end
end)

describe("hugh score", function()
  local site, home

  setup(function() site, home = server.faults(), helper.directory() end)
  teardown(function()
    site.stop()
    helper.remove(home)
  end)

  local function environment() return ("HF_ENDPOINT=%s XDG_CACHE_HOME=%s HF_HOME=%s"):format(site.endpoint, home, home) end

  it("says what went wrong and exits with 2, or warns of what it could not read", function()
    local run = helper.hugh("score info_403/m", environment())
    assert.equal(2, run.code)
    assert.equal("", run.out)
    assert.matches("^hugh: info_403/m: .*HF_TOKEN.*ask first[^\n]*\n$", run.err)
    run = helper.hugh("score --json file_lies/m fine/m", environment())
    assert.equal(0, run.code, run.err)
    local results = json.decode(run.out)
    assert.equal("warn", results[1].verdict)
    assert.equal("suspicious-file", results[1].rules[1].name)
    assert.equal("fine/m", results[2].target)
  end)

  it("asks no more once its time is up", function()
    local run = helper.hugh("score --timeout 2 --json file_mute/m info_mute/m", environment())
    assert.equal(2, run.code)
    assert.same({ "hugh: info_mute/m: 127.0.0.1: the time for this is up\n", "warn" }, { run.err, json.decode(run.out)[1].verdict })
    run = helper.hugh("score --timeout soon fine/m", environment())
    assert.equal(2, run.code)
    assert.matches("wants a number of seconds, not 'soon'", run.err, 1, true)
  end)

  it("looks at several models side by side, and tells of them in the order they were named", function()
    local targets = {}
    for i = 1, 20 do targets[i] = i % 3 == 0 and "file_slow/m" or i % 7 == 0 and "info_404/m" or "fine_" .. i .. "/m" end
    local run = helper.hugh("score --jsonl spec/fixtures/benign " .. table.concat(targets, " "), environment())
    assert.equal(2, run.code)
    local seen, missing = {}, {}
    for line in run.out:gmatch("[^\n]+") do seen[#seen + 1] = json.decode(line).target end
    for target in run.err:gmatch("hugh: ([%w_/]+): 127.0.0.1 has nothing there") do missing[#missing + 1] = target end
    for i = #targets, 1, -1 do
      if targets[i]:find("404", 1, true) then table.remove(targets, i) end
    end
    table.insert(targets, 1, "spec/fixtures/benign")
    assert.same({ targets, { "info_404/m", "info_404/m" } }, { seen, missing })
  end)

  it("asks once about a commit, however many runs ask at the same time", function()
    local cache = helper.directory()
    local variables = environment():gsub("XDG_CACHE_HOME=%S+", "XDG_CACHE_HOME=" .. cache)
    local command = ("%s bin/hugh score -q file_slow/m >/dev/null 2>>%s/errors & "):format(helper.lua, cache)
    os.execute(("export %s; %swait"):format(variables, command:rep(5)))
    assert.equal("", helper.read(cache .. "/errors"))
    local entries = core.list(cache .. "/hugh/answers")
    assert.equal(1, #entries)
    assert.matches("%.json$", entries[1].path)
    assert.equal(1, json.decode(helper.hugh("score --json file_slow/m", variables).out).model.requests)
    -- A cache that cannot be used is done without; a relative XDG_CACHE_HOME is none.
    for _, base in ipairs { "/dev/null/x", "relative" } do
      variables = environment():gsub("XDG_CACHE_HOME=%S+", "HOME=/dev/null XDG_CACHE_HOME=" .. base)
      assert.equal(0, helper.hugh("score -q fine/m", variables).code)
    end
    assert.is_nil(core.list("relative"))
    helper.remove(cache)
  end)

  it("does not hold a broken promise against a commit for good: the network may be to blame", function()
    local cache = helper.directory()
    local variables = environment():gsub("XDG_CACHE_HOME=%S+", "XDG_CACHE_HOME=" .. cache)
    assert.equal(0, helper.hugh("score -q file_html/m", variables).code)
    assert.same({}, core.list(cache .. "/hugh/answers"))
    helper.remove(cache)
  end)

  it("ends at Ctrl-C with 130 and nothing half done", function()
    for _, target in ipairs { "info_mute/m", "file_mute/m" } do
      local run = helper.hugh("score " .. target, environment() .. " timeout --preserve-status -s INT 1")
      assert.equal(130, run.code, run.err)
      assert.is_nil(run.err:find("mistake", 1, true))
    end
    for _, entry in ipairs(core.list(home)) do assert.is_nil(entry.path:find("%.tmp$")) end
  end)
end)
