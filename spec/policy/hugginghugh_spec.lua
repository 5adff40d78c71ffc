-- The published method, to the point.
local policy = require "hugh.policy"
local sketch = require("hugh.policy.tests").facts

local hugginghugh = assert(policy.load("hugginghugh"))
local verified = assert(policy.load("verified"))

local function factor(given, name, judge)
  for _, entry in ipairs((judge or hugginghugh):assess(sketch(given)).factors) do
    if entry.name == name then return entry.points, entry.status end
  end
end

local cases = {
  publisher_reputation = {
    { { publisher = "a", publisher_verified = true }, 12 }, { { publisher = "meta", publisher_known = true }, 12 },
    { { publisher = "a", publisher_known = false, publisher_history = true, downloads = 5 }, 8 },
    { { publisher = "a", publisher_known = false, downloads = 1000000 }, 4 }, { { publisher = "a", publisher_known = false, downloads = 999999 }, 0 },
    { {}, nil }, { { publisher = "a", publisher_known = false }, nil },
  },
  safetensors_usage = {
    { { files = { "a.safetensors" } }, 18 }, { { files = { "a.gguf" } }, 18 }, { { files = { "a.onnx" } }, 18 },
    { { files = { "a.safetensors", "b.bin" } }, 12 }, { { files = { "b.bin" } }, 0 }, { { files = { "b.pkl" } }, 0 }, { { files = { "b.pickle" } }, 0 },
    { { files = { "b.pt" } }, 0 }, { { files = { "README.md" } }, nil },
  },
  no_pickle_files = {
    { { files = { "a.safetensors" } }, 18 }, { { files = { "README.md" } }, 18 }, { { files = { "a.safetensors", "b.bin" } }, 9 }, { { files = { "b.bin" } }, 0 },
  },
  vulnerabilities = {
    { { advisories = {} }, 15 }, { { advisories = { { id = "x", package = "p", severity = "low" } } }, 12 },
    { { advisories = { { id = "x", package = "p", severity = "low" }, { id = "y", package = "p", severity = "medium" } } }, 8 },
    { { advisories = { { id = "x", package = "p", severity = "high" } } }, 4 }, { { advisories = { { id = "x", package = "p", severity = "critical" } } }, 0 },
    { {}, nil },
  },
  license_clarity = {
    { { license = "mit", license_class = "permissive" }, 10 }, { { license = "gemma", license_class = "conditional" }, 8 },
    { { license = "gpl-3.0", license_class = "copyleft" }, 5 }, { { license = "cc-by-nc-4.0", license_class = "restrictive" }, 2 },
    { { license = "other", license_class = "unknown" }, 2 }, { { license_class = "none" }, 0 }, { {}, nil },
  },
  recent_updates = {
    { { age_days = 0 }, 8 }, { { age_days = 30 }, 8 }, { { age_days = 31 }, 6 }, { { age_days = 90 }, 6 }, { { age_days = 91 }, 4 }, { { age_days = 180 }, 4 },
    { { age_days = 181 }, 2 }, { { age_days = 365 }, 2 }, { { age_days = 366 }, 0 }, { {}, nil },
  },
  community_engagement = {
    { { likes = 1000 }, 7 }, { { likes = 999 }, 5 }, { { likes = 100 }, 5 }, { { likes = 99 }, 3 }, { { likes = 10 }, 3 }, { { likes = 9 }, 1 },
    { { likes = 0 }, 1 }, { {}, nil },
  },
  documentation_quality = {
    { { card = { level = "complete" } }, 12 }, { { card = { level = "basic" } }, 8 }, { { card = { level = "minimal" } }, 4 }, { { card = { level = "none" } }, 0 },
    { {}, nil },
  },
}

describe("hugginghugh", function()
  for name, list in pairs(cases) do
    for i, case in ipairs(list) do
      it(("gives %s %s (%d)"):format(name, case[2] and case[2] .. " points" or "no points it cannot know", i), function()
        local points, status = factor(case[1], name)
        if case[2] then assert.near(case[2], points, 1e-9)
        else
          assert.is_nil(points)
          assert.equal("inconclusive", status)
        end
      end)
    end
  end

  it("weighs 100 points in all", function()
    local total = 0
    for _, entry in ipairs(hugginghugh.description.factors) do total = total + entry.weight end
    assert.near(100, total, 1e-9)
    assert.equal(8, #hugginghugh.description.factors)
  end)

  it("scores the share of what is known, and says how much that is", function()
    local result = hugginghugh:assess(sketch { files = { "a.safetensors" }, license = "gpl-3.0", license_class = "copyleft" })
    assert.near(100 * (18 + 18 + 5) / 46, result.score, 0.005)
    assert.near(46, result.coverage, 1e-9)
  end)

  for _, bound in ipairs { { 90, "A" }, { 80, "B" }, { 70, "C" }, { 60, "D" } } do
    it("grades from " .. bound[1] .. " as " .. bound[2], function()
      local exact = assert(policy.load(('policy "x" { extends = { "hugginghugh" } }\n'
        .. 'factor "only" { weight = 1, score = function (m) return m.likes / 100000 end }\nweights { publisher_reputation = 0, safetensors_usage = 0,'
        .. 'no_pickle_files = 0, vulnerabilities = 0, license_clarity = 0, recent_updates = 0, community_engagement = 0, documentation_quality = 0 }')))
      assert.equal(bound[2], exact:assess(sketch { likes = bound[1] * 1000 }).grade)
      assert.not_equal(bound[2], exact:assess(sketch { likes = bound[1] * 1000 - 10 }).grade)
    end)
  end

  it("blocks a dangerous file whatever the score is, and the score stays the sum", function()
    local given = { files = { { path = "a.safetensors", safety = "dangerous" } }, license = "mit", license_class = "permissive" }
    local result = hugginghugh:assess(sketch(given))
    assert.equal("block", result.verdict)
    assert.near(100, result.score, 1e-9)
    assert.same({ "a.safetensors" }, result.rules[1].paths)
  end)

  it("never allows what was not read", function()
    assert.equal("warn", hugginghugh:assess(sketch { files = { { path = "a.safetensors", complete = false } } }).verdict)
    local metadata = sketch { files = { "a.safetensors" } }
    metadata.safety = nil
    assert.equal("warn", hugginghugh:assess(metadata).verdict)
  end)
end)

describe("verified", function()
  it("does not count a .bin that is raw weights as a pickle", function()
    assert.near(18, factor({ files = { "a.safetensors", { path = "b.bin", kind = "unknown" } } }, "no_pickle_files", verified), 1e-9)
    assert.near(9, factor({ files = { "a.safetensors", { path = "b.bin", kind = "unknown" } } }, "no_pickle_files", hugginghugh), 1e-9)
  end)

  it("counts a pickle that is called .safetensors", function()
    assert.near(0, factor({ files = { { path = "a.safetensors", kind = "pickle" } } }, "no_pickle_files", verified), 1e-9)
  end)

  it("counts a .safetensors file only when it validates", function()
    local broken = { files = { { path = "a.safetensors", kind = "safetensors", safety = "suspicious" }, { path = "b.pkl" } } }
    assert.near(0, factor(broken, "safetensors_usage", verified), 1e-9)
  end)
end)
