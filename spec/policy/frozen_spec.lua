-- One model must not influence what is said of the next, whatever the policy tries.
local policy = require "hugh.policy"
local facts = require("hugh.policy.tests").facts

local function text(before, body)
  return ('policy "p" {}\n%s\nrule "r" { verdict = warn, message = "m", when = function (m) %s end }'):format(before, body)
end

-- The verdicts on three models, judged one after the other.
local function verdicts(loaded)
  local list = {}
  for i = 1, 3 do list[i] = loaded:assess(facts { files = { "a.bin" }, repo = "a/b" .. i }).verdict end
  return table.concat(list, " ")
end

describe("a condition keeps nothing for the next model:", function()
  for name, case in pairs {
    ["a local"] = { "local seen", "local was = seen seen = true return was" },
    ["a table"] = { "local seen = {}", "seen[m.repo] = true return false" },
    ["the first of several"] = { "local seen", "local x seen, x = 1, 2 return false" },
    ["the last of several"] = { "local seen", "local x x, seen.y[3].z = 1, 2 return false" },
  } do
    it(name .. " is refused when the text is read", function()
      local _, message = policy.load(text(case[1], case[2]))
      assert.equal("policy:3: a condition keeps nothing for the next model: seen stands outside of it and cannot be changed", message:match("^[^\n]+"))
    end)
  end

  for name, case in pairs {
    ["a helper's count"] = { "local n = 0 local function bump() n = n + 1 return n end", "return bump() > 1" },
    ["a helper's first time"] = { "local old local function first(m) local o = old old = old or m return o == nil end", "return not first(m)" },
    ["a function in a table"] = { "local t = {} do local n = 0 function t.f() n = n + 1 return n end end", "return t.f() > 1" },
    ["a function put in the place of another"] =
      { "local f = function () return false end local function swap() f = function () return true end end", "local was = f() swap() return was" },
  } do
    it(name .. " starts anew", function() assert.equal("allow allow allow", verdicts(assert(policy.load(text(case[1], case[2]))))) end)
  end

  it("a closure made for a condition starts anew", function()
    assert.equal("allow allow allow", verdicts(assert(policy.load [[
policy "p" {}
local function counter() local n = 0 return function (m) n = n + 1 return n > 1 end end
rule "r" { verdict = warn, message = "m", when = counter() }]])))
  end)

  for name, case in pairs {
    ["by another name"] = { "local seen = {}", "local s = seen s[1] = true return false" },
    ["within another"] = { "local seen = { { x = {} } }", "local s = seen[1].x s[1] = true return false" },
    ["as a key"] = { "local seen = { [{}] = 1 }", "for key in pairs(seen) do key[1] = true end return false" },
    ["in a helper"] = { "local seen = {} local function see(x) seen[x] = true end", "see(m.repo) return false" },
    ["of Lua's own"] = { "", "local k = math k.floor = nil return false" },
  } do
    it("a table changed " .. name .. " fails", function()
      local loaded = assert(policy.load(text(case[1], case[2])))
      local rule = loaded:assess(facts {}).rules[1]
      assert.equal("POLICY_ERROR", rule.code)
      assert.truthy(rule.message:find("policy:[23]: facts cannot be changed, nor can what stands outside of a condition$"), rule.message)
    end)
  end

  it("names that are taken are not set either", function()
    for _, body in ipairs { "local x glob, x = 1, 2 return false", "local x x, glob = 1, 2 return false", "glob = nil return false" } do
      local _, message = policy.load(text("", body))
      assert.equal("policy:3: a policy sets no globals: write `local glob`", message:match("^[^\n]+"))
    end
    assert.truthy(select(2, policy.load(text("", "math.floor = nil return false"))):find("policy:3: math cannot be changed", 1, true))
  end)

  it("tables are read as ever, and made when the text is read", function()
    for before, body in pairs {
      ["local ok = { ['a/b2'] = true } local list = { 'x', 'w' }"] = "return ok[m.repo] and #list == 2 and contains(list, 'x') and sorted(list)[1] == 'w'",
      ["local t = { a = 1, b = 2 }"] = "local n = 0 for _, v in pairs(t) do n = n + v end return n == 3 and type(t) == 'table' and m.repo == 'a/b2'",
      ["local t = { 1, 2, n = 3 } t.a = t"] = "return t.a.a == t and t.a.a.n == 3 and m.repo == 'a/b2'",
      ["local list = {} local function add(x) list[#list + 1] = x end add(1) add(2)"] = "return #list == 2 and m.repo == 'a/b2'",
      ["local denied = { '*.py' } files { deny = denied }"] = "return #denied == 1 and m.repo == 'a/b2'",
    } do assert.equal("allow warn allow", verdicts(assert(policy.load(text(before, (body:gsub("return ok%[m.repo%] and", "return ok[m.repo] == true and")))))), before) end
  end)
end)
