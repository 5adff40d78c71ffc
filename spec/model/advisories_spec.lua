local advisories = require("hugh.model.advisories")
local cvss = require("hugh.model.cvss")
local dependencies = require("hugh.model.dependencies")
local versions = require("hugh.model.versions")

describe("versions", function()
  it("are ordered as PEP 440 says", function()
    local ordered = {
      "1.0.dev1", "1.0a1.dev1", "1.0a1", "1.0a2", "1.0b1", "1.0rc1", "1.0", "1.0.post1.dev1", "1.0.post1", "1.0.1", "1.2", "1.10", "2.0.0", "1!0.1",
    }
    for i = 1, #ordered do
      for j = 1, #ordered do
        assert.equal(i < j and -1 or i > j and 1 or 0, versions.compare(ordered[i], ordered[j]), ordered[i] .. " " .. ordered[j])
      end
    end
    assert.equal(0, versions.compare("1.0", "1.0.0+cu118"))
    assert.equal(0, versions.compare("v1.0-rc1", "1.0c1"))
    for a, b in pairs { ["1.0-1"] = "1.0.post1", ["1.0r2"] = "1.0.rev-2", ["1.0postdev"] = "1.0.post0.dev0", ["1.0_alpha.3"] = "1a3", ["1.0PRE"] = "1rc" } do
      assert.equal(0, versions.compare(a, b), a)
    end
    for _, text in ipairs { "latest", "", "1.0foo", "1..0", "1.0-", "2004d", "1.0+", "a1", "1.0.dev1.rc1", ("1"):rep(200) } do
      assert.is_nil(versions.compare(text, "1.0"), text)
    end
  end)
end)

describe("advisories", function()
  local function worst(name, version)
    local found = advisories.check { { name = name, version = version } }
    return found[1] and found[1].severity
  end

  it("know the famous ones out of the box", function()
    assert.equal("critical", worst("torch", "2.5.1"))
    assert.equal("high", worst("torch", "2.6.0"))
    assert.is_nil(worst("torch", "2.10.0"))
    assert.equal("critical", worst("keras", "2.12.0"))
    assert.is_nil(worst("keras", "3.15.0"))
    assert.equal("high", worst("keras", "3.14.0"))
    assert.equal("high", worst("pillow", "10.2.0"))
    assert.equal("medium", worst("requests", "2.31.0"))
    assert.equal("medium", worst("scipy", "1.9.3"))
    assert.is_nil(worst("llama-cpp-python", "0.2.28"))
    assert.equal("critical", worst("llama-cpp-python", "0.2.30"))
  end)

  it("of the snapshot are dated, and each is well-formed and told once", function()
    local snapshot, seen = require("hugh.data.advisories"), {}
    assert.truthy(snapshot.date:find("^%d%d%d%d%-%d%d%-%d%d$"))
    for _, record in ipairs(snapshot.records) do
      assert.is_nil(seen[record.id])
      seen[record.id] = true
      assert.truthy(record.id:find("^GHSA%-%w%w%w%w%-%w%w%w%w%-%w%w%w%w$") or record.id:find("^CVE%-%d+%-%d+$"), record.id)
      for _, range in ipairs(record.affected[1].ranges) do
        assert.equal(-1, versions.compare(range.events[1].introduced, range.events[2].fixed), record.id)
      end
    end
  end)

  it("are not known when no version is", function()
    assert.is_nil(advisories.check { { name = "torch" } })
    assert.same({}, advisories.check { { name = "torch", version = "2.10.0" }, { name = "numpy" } })
  end)

  it("match ranges with several events, last_affected and lists of versions", function()
    local affected = {
      ranges = { { type = "ECOSYSTEM", events = { { fixed = "2.3" }, { introduced = "2.0" }, { introduced = "0" }, { fixed = "1.5" } } } },
      versions = { "9.9" },
    }
    local hits = { ["1.0"] = true, ["1.5"] = false, ["1.9"] = false, ["2.0"] = true, ["2.2.9"] = true, ["2.3"] = false, ["9.9"] = true }
    for version, hit in pairs(hits) do
      assert.equal(hit, (advisories.affects(affected, version)), version)
    end
    local last = { ranges = { { type = "ECOSYSTEM", events = { { introduced = "0" }, { last_affected = "3.1" } } } } }
    assert.is_true((advisories.affects(last, "3.1")))
    assert.is_false((advisories.affects(last, "3.1.1")))
    local limit = { ranges = { { type = "SEMVER", events = { { introduced = "1.0.0-alpha.1" }, { limit = "2.0.0" } } } } }
    table.insert(limit.ranges[1].events, { limit = "*" })
    assert.is_true((advisories.affects(limit, "2.0"))) -- one of the limits is above all versions
    table.remove(limit.ranges[1].events)
    for version, hit in pairs { ["1.0.0a0"] = false, ["1.0.0a1"] = true, ["1.9"] = true, ["2.0"] = false } do
      assert.equal(hit, (advisories.affects(limit, version)), version)
    end
  end)

  it("tell the fix even when the version is listed", function()
    local affected = { versions = { "1.0", 7 }, ranges = { { type = "ECOSYSTEM", events = { { introduced = "0" }, { fixed = "1.1" } } } } }
    assert.same({ true, "1.1" }, { advisories.affects(affected, "1.0+cu118") })
  end)

  it("count more as affected, not less, where a range holds what is no version", function()
    local function hit(events) return (advisories.affects({ ranges = { { type = "ECOSYSTEM", events = events } } }, "1.0")) end
    assert.is_true(hit { { introduced = "?" } })
    assert.is_true(hit { { introduced = "0" }, { fixed = "?" }, { fixed = {} }, 3 })
    assert.is_true(hit { { introduced = "0", limit = "?", fixed = "?" } })
    assert.is_false(hit { {}, { fixed = "1.0" } })
    assert.is_false((advisories.affects({ ranges = { { type = "GIT", events = { { introduced = "0" } } }, 1 } }, "1.0")))
  end)

  it("ignore withdrawn records and other ecosystems, and survive malformed ones", function()
    local function record(fields)
      local it = { id = "X", affected = { { package = { ecosystem = "PyPI", name = "Foo.Bar" }, versions = { "1" } } } }
      for key, value in pairs(fields) do it[key] = value end
      return it
    end
    local wanted = { { name = "foo-bar", version = "1" } }
    assert.equal("X", advisories.check(wanted, { record {} })[1].id)
    assert.same({}, advisories.check(wanted, { record { withdrawn = "2024-01-01T00:00:00Z" } }))
    assert.equal(1, #advisories.check(wanted, { record { withdrawn = require("hugh.json").null } }))
    assert.is_nil(advisories.check({ { name = "foo-bar", version = "latest" } }, { record {} }))
    assert.same({}, advisories.check(wanted, { record { affected = { { package = { ecosystem = "npm", name = "foo-bar" } } } } }))
    assert.same({}, advisories.check(wanted, { record { affected = "?" }, record { affected = { { package = 1 } } } }))
  end)

  it("of several databases about the same vulnerability are one", function()
    local function record(id, aliases, severity, fixed)
      return {
        id = id, aliases = aliases, database_specific = { severity = severity },
        affected = { { package = { ecosystem = "PyPI", name = "foo" }, ranges = { { type = "ECOSYSTEM", events = { { introduced = "0" }, { fixed = fixed } } } } } },
      }
    end
    local found = advisories.check({ { name = "foo", version = "1.0" } }, {
      record("PYSEC-1", { "CVE-1" }, nil, "1.2"), record("GHSA-2", { "CVE-2" }, "LOW", "3.0"), record("GHSA-1", { "CVE-1", "CVE-9" }, "MODERATE", "1.3"),
      record("OTHER-1", { "CVE-9" }, nil, nil),
    })
    assert.equal(2, #found)
    assert.same({ "GHSA-1", "medium", "1.3" }, { found[1].id, found[1].severity, found[1].fixed })
    assert.same({ "CVE-1", "CVE-9", "OTHER-1", "PYSEC-1" }, found[1].aliases)
    assert.equal("GHSA-2", found[2].id)
  end)

  it("take the severity from the database, else from the worst CVSS vector; one that nobody states is high", function()
    local function severity(fields)
      fields.id, fields.affected = fields.id or "X", { { package = { ecosystem = "PyPI", name = "foo" }, versions = { "1" }, severity = fields.own } }
      return advisories.check({ { name = "foo", version = "1" } }, { fields })[1].severity
    end
    local low, critical = { type = "CVSS_V3", score = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N" }, { score = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N" }
    assert.equal("medium", severity { database_specific = { severity = "moderate" }, severity = { critical } })
    assert.equal("low", severity { severity = { low } })
    assert.equal("critical", severity { severity = { low, critical } })
    assert.equal("critical", severity { severity = "?", own = { critical } })
    assert.equal("high", severity { severity = { { score = "CVSS:9" } }, database_specific = { severity = 5 } })
    assert.equal("critical", severity { id = "MAL-2024-1" })
  end)
end)

describe("CVSS", function()
  it("scores vectors of versions 3 and 4 as FIRST's calculators do", function()
    for vector, score in pairs {
      ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"] = 9.8, ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"] = 10,
      ["CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"] = 6.1, ["CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"] = 7.8,
      ["CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N"] = 0, ["CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"] = 9.3,
      ["CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H"] = 10, ["CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:A/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H"] = 7.3,
      ["CVSS:4.0/AV:L/AC:L/AT:N/PR:L/UI:N/VC:L/VI:L/VA:L/SC:N/SI:N/SA:N/E:P"] = 4.8, ["CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N"] = 0,
      ["CVSS:4.0/AV:P/AC:H/AT:N/PR:N/UI:P/VC:L/VI:H/VA:L/SC:N/SI:H/SA:N"] = 5.7, ["CVSS:4.0/AV:N/AC:H/AT:P/PR:L/UI:P/VC:N/VI:L/VA:N/SC:N/SI:H/SA:N"] = 4.6,
      ["CVSS:4.0/AV:N/AC:H/AT:N/PR:L/UI:A/VC:N/VI:L/VA:N/SC:L/SI:L/SA:H"] = 4.8, ["CVSS:4.0/AV:A/AC:H/AT:N/PR:L/UI:A/VC:H/VI:H/VA:N/SC:H/SI:L/SA:L"] = 6.9,
    } do assert.equal(score, cvss.score(vector), vector) end
    for _, vector in ipairs { "CVSS:3.1/AV:N", "CVSS:4.0/AV:N/AC:L", "CVSS:2.0/AV:N", "" } do assert.is_nil(cvss.score(vector)) end
  end)
end)

describe("dependencies", function()
  local function infer(facts, texts)
    local by_name = {}
    for _, entry in ipairs(dependencies.infer(facts, texts)) do by_name[entry.name] = entry end
    return by_name
  end

  it("come from the library, the files and the config", function()
    local found = infer({ library_name = "diffusers", kinds = { gguf = 1 }, config = { transformers_version = "4.30.2" } })
    assert.truthy(found.pillow and found.accelerate and found["llama-cpp-python"])
    assert.same({ name = "transformers", version = "4.30.2", exact = false, source = "config.json" }, found.transformers)
  end)

  it("take exact pins, and only those, as exact", function()
    local found = infer({}, {
      ["requirements.txt"] = "# a comment\nTorch==2.1.0+cu118 ; python_version > '3.8'\nnumpy>=1.20\nscikit_learn[x]==1.2 # why\n"
        .. "-r other.txt\nhttp://x/y.whl\n",
      ["pyproject.toml"] = '[project]\ndependencies = [\n  "requests==2.31.0",\n  "joblib",\n]\n'
        .. '[tool.poetry.dependencies]\npython = "^3.8"\nscipy = "1.9.0"\n',
    })
    assert.same({ name = "torch", version = "2.1.0+cu118", exact = true, source = "requirements.txt" }, found.torch)
    assert.is_nil(found.numpy.version)
    assert.equal("1.2", found["scikit-learn"].version)
    assert.equal("2.31.0", found.requests.version)
    assert.is_false(found.joblib.exact)
    assert.equal("1.9.0", found.scipy.version)
    assert.is_nil(found.python)
  end)

  it("are read as pip-compile, several specifiers and poetry's tables write them", function()
    local found = infer({}, {
      ["requirements.txt"] = "\239\187\191torch==2.1.0 \\\n    --hash=sha256:ab \\\n    --hash=sha256:cd\nnumpy==1.26.4 --hash=sha256:ab\nscipy>=1,==1.9.0\n",
      ["pyproject.toml"] = '[project]\ndependencies = [\n  # "keras==1.0",\n]\n[tool.poetry.dependencies]\n'
        .. 'pillow = { version = "9.0.0", optional = true }\ntimm = { git = "https://x" }\njoblib = "^1.0"\n',
    })
    local pins = {}
    for name, entry in pairs(found) do pins[name] = entry.exact and entry.version or "none" end
    assert.same({ torch = "2.1.0", numpy = "1.26.4", scipy = "1.9.0", pillow = "9.0.0", timm = "none", joblib = "none" }, pins)
  end)

  it("are read in one pass, however long a line is", function()
    local spaces = (" "):rep(1000000)
    for _, line in ipairs { "torch==1.0" .. spaces .. "x", "torch" .. spaces .. "\\x", spaces .. "#" .. spaces, "torch" .. ("["):rep(1000000) } do
      infer({}, { ["requirements.txt"] = line, ["pyproject.toml"] = "[project]\ndependencies = [ '" .. line .. "' ]\n[tool.poetry.dependencies]\na = { " .. line })
    end
  end)

  it("without a pin have the version that was current when the model was last changed", function()
    assert.equal("2.1.0", infer({ library_name = "timm", last_modified = "2023-12-31T00:00:00Z" }).torch.version)
    assert.is_nil(infer({ library_name = "timm" }).torch.version)
    assert.is_nil(infer({ library_name = "timm", last_modified = "2099-01-01T00:00:00Z" }).torch.version) -- nobody knows what will be current
  end)
end)
