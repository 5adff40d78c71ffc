-- What a verdict follows from, where it would be easy to be too kind.
local policy = require "hugh.policy"
local rules_of = require("spec.helper").rules_of
local sketch = require("hugh.policy.tests").facts

local function judge(text, given, date) return assert(policy.load('policy "p" {}\n' .. text)):assess(sketch(given), date) end

describe("a verdict", function()
  it("is block when a factor divides nothing by nothing, on every Lua", function()
    for _, score in ipairs { "0 / 0", "clamp(0 / 0, 0, 1)", "clamp(1, 1, 0)", "clamp(1, 0, 0 / 0)" } do
      local result = judge(('factor "f" { weight = 1, score = function (m) return %s end }'):format(score), {})
      assert.equal("block", result.verdict, score)
      assert.equal("POLICY_ERROR", result.rules[1].code)
    end
  end)

  it("does not pass a pickle that was not read in full where what is named needs a permit", function()
    local text = 'globals { allow = { "acme.*" }, default = block }'
    local unread = { path = "a.bin", complete = false, kind = "pickle" }
    local result = judge(text, { files = { unread, "b.safetensors" }, complete = false })
    assert.equal("globals.default", rules_of(result))
    assert.equal("block", result.verdict)
    assert.same({ "a.bin" }, result.rules[1].paths)
    assert.equal("what a.bin names is not known: it was not read in full", result.rules[1].message)
    assert.equal("allow", judge(text, { files = { "a.bin" } }).verdict)
    assert.equal("allow", judge('globals { deny = { "acme.*" } }', { files = { unread } }).verdict) -- a rule's business
  end)

  it("is lowered until the last day of an exemption, and by the one that still holds", function()
    local text = 'files { deny = { "*.py" } }\n'
    local function exempt(expires) return ('exempt "files.deny" { repo = "a/b", because = "x", expires = "%s" }\n'):format(expires) end
    local given = { files = { "a.py" }, repo = "a/b" }
    assert.equal("allow", judge(text .. exempt "2027-03-31", given, "2027-03-31").verdict)
    assert.equal("files.deny exemption.expired", rules_of(judge(text .. exempt "2027-03-31", given, "2027-04-01")))
    local renewed = judge(text .. exempt "2027-03-31" .. exempt "2028-03-31", given, "2027-04-01")
    assert.equal("allow", renewed.verdict)
    assert.equal("2028-03-31", renewed.exemptions[1].expires)
  end)

  it("is of a day that there is", function()
    local loaded = assert(policy.load 'policy "p" {}')
    assert.has_error(function() loaded:assess(sketch {}, "tomorrow") end, "policy:assess: the date must be like 2027-03-31")
    local text = 'files { deny = { "*.py" } }\nexempt "files.deny" { repo = "a/b", because = "x", expires = "2999-01-01" }'
    assert.equal("block", judge(text, { files = { "a.py" }, repo = "a/b" }, "2027-13-45").verdict)
  end)

  it("is lowered for a digest, however it is spelt", function()
    local text = 'files { deny = { "*.py" } }\nexempt "files.deny" { sha256 = "ABCD", because = "x", expires = "2999-01-01" }'
    assert.equal("allow", judge(text, { files = { { path = "a.py", sha256 = "abcd" } } }).verdict)
  end)

  it("is the same with and without words", function()
    local texts = {
      'policy "p" { extends = { "hugginghugh" } }', 'policy "p" {}', 'policy "p" { extends = { "verified" } }\nbelow { [90] = block, [95] = warn }',
      'policy "p" {}\nrule "r" { verdict = warn, message = "m", when = function (m) return m.likes > 3 end }',
      'policy "p" {}\nrule "r" { verdict = warn, message = "m", when = function (m) while m.repo do end return true end }',
      'policy "p" {}\nfactor "f" { weight = 1, score = function (m) return m.likes and m.likes / 10 end }\ngrades { fine = 50 }',
      'policy "p" {}\nfiles { deny = { "*.bin" } }\nexempt "files.deny" { path = "a.bin", because = "b", expires = "2999-01-01" }',
      'policy "p" {}\n' .. ('rule "r%d" { verdict = allow, message = "m", when = function (m) while m.repo do end end }\n'):rep(5):gsub("%%d", function()
        return tostring({}):gsub("%W", "")
      end),
    }
    for _, text in ipairs(texts) do
      local loaded = assert(policy.load(text))
      for _, given in ipairs { {}, { files = { "a.bin" }, likes = 3 }, { files = { "b.bin", "c.safetensors" }, repo = "a/b", likes = 700 } } do
        local facts = sketch(given)
        local full, short = loaded:assess(facts), loaded:rank(facts)
        for _, name in ipairs { "target", "score", "coverage", "grade", "verdict" } do assert.equal(full[name], short[name], text) end
      end
    end
  end)

  it("knows no days but those of the calendar", function()
    for _, date in ipairs { "2027-02-29", "2027-1-1", "2027-01-011", "20270101", "01/02/2027", "" } do
      local rule = ('rule "r" { verdict = warn, message = "m", when = function (m) return days_since("%s") ~= nil end }'):format(date)
      assert.equal("allow", judge(rule, {}).verdict, date)
    end
    for date, days in pairs { ["2027-03-01"] = 0, ["2027-02-28T23:59:59.000Z"] = 1, ["2024-02-29"] = 1096, ["2027-03-02"] = -1, ["1999-12-31"] = 9922, ["1900-02-28"] = 46387,
      ["1600-02-29"] = 155959 } do
      local rule = ('rule "r" { verdict = warn, message = "m", when = function (m) return days_since("%s") == %d end }'):format(date, days)
      assert.equal("warn", judge(rule, {}, "2027-03-01").verdict, date)
    end
  end)
end)
