-- The language: what it can say, and how it tells people what they got wrong.
local policy = require "hugh.policy"
local rules_of = require("spec.helper").rules_of
local sketch = require("hugh.policy.tests").facts

local function load(text) return assert(policy.load('policy "p" { extends = { "hugginghugh" } }\n' .. text)) end

describe("a policy", function()
  it("scales weights to 100 and keeps the rest", function()
    local heavier = load("weights { safetensors_usage = 68 }")
    local total = 0
    for _, factor in ipairs(heavier.description.factors) do total = total + factor.weight end
    assert.near(100, total, 1e-9)
    assert.near(100 * 68 / 150, heavier.description.factors[2].weight, 1e-9)
  end)

  it("raises the verdict by lists, ignoring case in file names", function()
    local strict = load('files { deny = { "**/*.{py,so}" } }\nglobals { deny = { "torch.hub.*" } }\nlicenses { allow = { "mit" }, unknown = warn }')
    local result = strict:assess(sketch { files = { "a.safetensors", "code/Evil.PY" }, globals = { "torch.hub.load" }, license = "gpl-3.0" })
    assert.equal("block", result.verdict)
    assert.equal("files.deny globals.deny licenses.unknown", rules_of(result))
    assert.same({ "code/Evil.PY" }, result.rules[1].paths)
  end)

  it("appends to a base's list or replaces it", function()
    local base = os.tmpname()
    local file = assert(io.open(base, "w"))
    file:write('policy "base" {}\nfiles { deny = { "*.py" } }\n')
    file:close()
    local appended = assert(policy.load(('policy "p" { extends = { %q } }\nfiles { deny = append { "*.so" } }'):format(base)))
    local replaced = assert(policy.load(('policy "p" { extends = { %q } }\nfiles { deny = replace { "*.so" } }'):format(base)))
    os.remove(base)
    assert.same({ "*.py", "*.so" }, appended.description.lists.files.deny)
    assert.same({ "*.so" }, replaced.description.lists.files.deny)
  end)

  it("fills messages from the facts, and only from them", function()
    local told = load('rule "r" { verdict = warn, when = function () return true end, message = "{repo} by {publisher}: {card.level} {kinds.here} {3 x}" }')
    local result = told:assess(sketch { repo = "a/{publisher}", publisher = "a", card = { level = "basic" } })
    assert.equal("a/{publisher} by a: basic unknown {3 x}", result.rules[1].message)
  end)

  it("blocks when a rule asks for a fact that does not exist, and says which one it may mean", function()
    local result = load('rule "r" { verdict = warn, message = "m", when = function (m) return m[lower("LICENCE")] end }'):assess(sketch {})
    assert.equal("block", result.verdict)
    assert.truthy(result.rules[1].message:find("there is no fact 'licence' Did you mean 'license'?", 1, true)
      or result.rules[1].message:find("Did you mean 'license'?", 1, true), result.rules[1].message)
  end)

  it("lowers a verdict only by an exemption, which is shown", function()
    local text = 'globals { deny = { "acme.*" } }\nexempt "globals.deny" { repo = "acme/ner", because = "SEC-412", expires = "%s" }'
    local given = sketch { repo = "acme/ner", files = { "m.pkl" }, globals = { { name = "acme.Layer", class = "safe" } } }
    local result = load(text:format("2027-03-31")):assess(given, "2027-03-31")
    assert.equal("used", result.exemptions[1].status)
    assert.falsy(rules_of(result):find("globals.deny", 1, true))
    result = load(text:format("2027-03-31")):assess(given, "2027-04-01")
    assert.equal("block", result.verdict)
    assert.truthy(rules_of(result):find("exemption.expired", 1, true))
  end)

  it("judges a score by the strictest of the bounds it is below", function()
    local bounded = load("below { [99] = block, [90] = warn }")
    local function told(likes)
      local rules = bounded:assess(sketch { files = { "a.safetensors" }, likes = likes }).rules
      return rules[1] and rules[1].verdict .. " " .. rules[1].message
    end
    assert.equal("block the score of 86.05 is below 99", told(5))
    assert.is_nil(told(5000))
    assert.equal("allow", load("below { [60] = allow }"):assess(sketch { files = { "a.pkl" } }).verdict)
  end)

  it("warns of an exemption that is not needed", function()
    local result = load('globals { deny = { "acme.*" } }\nexempt "globals.deny" { repo = "acme/ner", because = "x", expires = "2027-01-01" }')
      :assess(sketch { repo = "acme/ner", files = { "a.safetensors" } })
    assert.truthy(rules_of(result):find("exemption.unused", 1, true))
  end)

  it("runs its own tests", function()
    local tested = load('test "pickles are blocked" { given = { files = { "m.pkl" } }, expect = { verdict = block } }\n'
      .. 'test "safetensors are fine" { given = { files = { "m.safetensors" } }, expect = { verdict = allow } }')
    local results = tested:test()
    assert.is_false(results[1].passed)
    assert.equal("the verdict is warn, not block", results[1].why)
    assert.is_true(results[2].passed)
  end)

  it("can be a plain table", function()
    local made = assert(policy.load { name = "made", extends = { "hugginghugh" }, below = { [99] = "block" }, files = { deny = { "*.py" } } })
    local result = made:assess(sketch { files = { "a.py" } })
    assert.equal("block", result.verdict)
    assert.equal("made", result.policy)
  end)

  it("can say as a plain table what a text can, but for functions", function()
    local made = assert(policy.load {
      name = 'a "name"\n\\', about = "ü\0\255", extends = { "hugginghugh" }, requires = "hugh >= 1.0", weights = { license_clarity = 20.5 },
      grades = { A = 95, B = 85 }, below = { [50] = "block", [70.5] = "warn" }, files = { deny = { append = { "*.py" } }, default = "allow" },
      globals = { allow = { replace = { "acme.*" } }, default = "block" }, licenses = { deny = { "*-nc-*" }, unknown = "warn" },
      exempt = { { rule = "files.deny", repo = "acme/x", because = "SEC-1", by = "us", expires = "2999-03-31" } },
      tests = {
        { name = "code is blocked", given = { files = { "a.py", { path = "b.bin", safety = "safe", complete = true } } }, expect = { verdict = "block" } },
        { name = "but not in acme/x", given = { files = { "a.py" }, repo = "acme/x" }, expect = { verdict = "allow" } },
      },
    })
    assert.equal('a "name"\n\\', made.name)
    assert.equal("ü\0\255", made.about)
    local results = made:test()
    assert.same({ true, false }, { results[1].passed, results[2].passed })
    assert.equal("the verdict is warn, not allow", results[2].why) -- exempt, but without a license
    assert.same({ [50] = "block", [60] = "warn", [70.5] = "warn" }, (function()
      local bounds = {}
      for _, below in ipairs(made.description.below) do bounds[below.score] = below.verdict end
      return bounds
    end)())
  end)

  it("tells what is wrong with a plain table", function()
    assert.has_error(function() policy.load { nam = "x" } end, "hugh.policy.load: unknown option 'nam'. Did you mean 'name'?")
    assert.has_error(function() policy.load { rules = { { when = print } } } end, "hugh.policy.load: unknown option 'rules'. Did you mean 'files'?")
    assert.has_error(function() policy.load { weights = { a = print } } end, "a policy table holds texts, numbers and lists, not a function")
    assert.has_error(function() policy.load { weights = 5 } end, "hugh.policy.load: weights must be a table, not a number")
    assert.has_error(function() policy.load { extends = "hugginghugh" } end, "hugh.policy.load: extends must be a table, not a string")
    assert.has_error(function() policy.load { weights = { a = 0 / 0 } } end, "a policy table holds no number that is infinite or none")
    assert.has_error(function() policy.load { exempt = { { repo = "x" } } } end, "exempt: each must be a table with a rule")
    assert.has_error(function() policy.load { tests = { "x" } } end, "test: each must be a table with a name")
    assert.has_error(function() policy.load("hugginghugh", { seconds = 3 }) end, "hugh.policy.load: unknown option 'seconds'.")
    assert.has_error(function() policy.load("hugginghugh"):assess(nil) end, "policy:assess: expected the facts of a model, got a nil")
    assert.has_error(function() policy.load(3) end, "hugh.policy.load: expected a policy's name, file, text or table, got a number")
    local loaded, message, code = policy.load { name = "made", extends = { "hugginghugh" }, weights = { licence_clarity = 3 } }
    assert.is_nil(loaded)
    assert.equal("POLICY", code)
    assert.truthy(message:find("there is no factor 'licence_clarity'. Did you mean 'license_clarity'?", 1, true), message)
    message = select(2, policy.load { name = "made", below = { [50] = "blok" } })
    assert.truthy(message:find("below [50] must be allow, warn or block, not \"blok\"", 1, true), message)
    message = select(2, policy.load { name = '"} os.exit() --', weights = { ['"] = 1 } while true do end --'] = 1 } })
    assert.truthy(message:find("there is no factor", 1, true), message)
  end)
end)

describe("a policy that is not there", function()
  it("is told with those that hugh ships", function()
    local loaded, message, code = policy.load("hugginhugh")
    assert.is_nil(loaded)
    assert.equal("there is no policy 'hugginhugh': name one that hugh ships (hugginghugh, verified) or a file", message)
    assert.equal("POLICY", code)
  end)
end)
