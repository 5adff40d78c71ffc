-- Names that mean nothing are found before a policy runs, also inside functions; and nothing else is.
local policy = require "hugh.policy"

local function condition(body) return ('policy "p" {}\nrule "r" { verdict = warn, message = "m", when = function (m)\n%s\nend }'):format(body) end

describe("names in a policy", function()
  -- What stands in the third line, the message, and the text that the caret points at.
  for body, told in pairs {
    ["return not clmap(1, 2, 3)"] = { "unknown name 'clmap'. Did you mean 'clamp'?", "clmap" },
    ["return m.downlods > 3"] = { "there is no fact 'downlods'. Did you mean 'downloads'?", "downlods" },
    ["local function f() return m.licence end return f()"] = { "there is no fact 'licence'. Did you mean 'license'?", "licence" },
    ["for _, file in ipairs(m.file) do return file end"] = { "there is no fact 'file'. Did you mean 'files'?", "file)" },
    ["if m.pinned then local a = 1 end return a"] = { "unknown name 'a'", "a", 3 },
    ["for i = 1, 3 do end return i"] = { "unknown name 'i'", "i", 2 },
    ["local f = function (x) return x end return x"] = { "unknown name 'x'", "x", 3 },
    ["do local x = 1 end while x do end"] = { "unknown name 'x'", "x do" },
    ["if m.pinned then elseif m.gated then local x = 1 else return x end"] = { "unknown name 'x'", "x end" },
    ["repeat local x = 1 until x == 1 return { x = y }"] = { "unknown name 'y': a text stands in quotes, like \"y\"", "y }" },
    ["return m.repo:find('acme')"] = { "texts have no methods here: texts are asked with glob, contains, starts, ends and lower", ":find" },
    ["return string.find(m.repo, 'x')"] = { "unknown name 'string': texts are asked with glob, contains, starts, ends and lower", "string" },
    ["return m.pinned == None"] = { "unknown name 'None': Lua says nil", "None" },
    ["return math.flor(1.5)"] = { "there is no function 'flor'. Did you mean 'floor'?", "flor" },
    ["found = true return found"] = { "a policy sets no globals: write `local found`", "found" },
    ["function helper() end"] = { "a policy sets no globals: write `local function helper`", "helper" },
    ["m.safety = 'safe'"] = { "facts cannot be changed", "m.safety" },
    ["m.card.level = 'complete'"] = { "facts cannot be changed", "m.card" },
    ["for _, file in ipairs(m.files) do if file.saftey then return true end end"] = { "a file has no fact 'saftey'. Did you mean 'safety'?", "saftey" },
    ["return m.files[#m.files + 1].pth"] = { "a file has no fact 'pth'. Did you mean 'path'?", "pth" },
    ["return m.card and m.card.levl == 'none'"] = { "a card has no fact 'levl'. Did you mean 'level'?", "levl" },
    ["local card = m.card return card and card.levl"] = { "a card has no fact 'levl'. Did you mean 'level'?", "levl" },
    ["for _, f in ipairs(m.files) do for _, g in ipairs(f.globals) do return g.nam end end"] = { "a global has no fact 'nam'. Did you mean 'name'?", "nam end" },
    ["for _, file in ipairs(m.files) do return file.path:find('x') end"]
      = { "texts have no methods here: texts are asked with glob, contains, starts, ends and lower", ":find" },
    ["return m.repo.find('acme')"] = { "texts have no methods here: texts are asked with glob, contains, starts, ends and lower", ".find" },
    ["for i, file in m.files do return i == file end"] = { "a list is walked with ipairs(…)", "m.files" },
    ["local list = m.files for file in list do return file end"] = { "a list is walked with ipairs(…)", "list do" },
    ["return m.files[0].path == 'x'"] = { "a list starts at 1", "0]" },
    ["return { a = 1, b = 2, a = 3 }"] = { "a is given twice in these braces", "a = 3" },
    ["local facts = m return facts.nothing"] = { "there is no fact 'nothing'", "nothing" },
    ["return _ENV"] = { "unknown name '_ENV'", "_ENV" },
    ["return _G.print"] = { "unknown name '_G'", "_G" },
  } do
    it("are told: " .. body, function()
      local loaded, message = policy.load(condition(body))
      assert.is_nil(loaded)
      local at = 0
      for _ = 1, told[3] or 1 do at = body:find(told[2], at + 1, true) end
      assert.equal(("policy:3: %s\n    %s\n    %s^"):format(told[1], body, (" "):rep(at - 1)), message)
    end)
  end

  for _, body in ipairs {
    "local m = { anything = 1 } return m.anything",
    "for _, m in ipairs({ { x = 1 } }) do return m.x end",
    "for m = 1, 2 do return m == 1 end",
    "local function f(m) return m.anything end return f({ anything = 1 })",
    "if not m.pinned then m = { x = 1 } end return m.x",
    "local t = { glob = 1, x = 2, [1] = 3; y = 4 } return t.x + t.y + t.glob",
    "local t = {} function t.find(a) return a end function t:get() return self.find(1) end return t:get()",
    "local a, b, c = 1, 2 return a, b, c",
    "local function again(n) if n == 0 then return 0 end return again(n - 1) end return again(3)",
    "repeat local done = true until done return false",
    "while true do local x = 1 if x then break end end return false",
    "for i = 1, 3 do for j = i, 3 do if j == 2 then goto next end end ::next:: end return false",
    "local s = 'm.nothing string.find unknown' --[[ unknown ]] return s -- unknown\n ",
    "local s = [==[ unknown ]] m.nothing ]==] return s",
    "local f = function (...) local a = ... return select('#', ...), a end return f(1)",
    "local card = m.card return card and card.level == 'none'",
    "local x = m.card or { other = 1 } return x.other",
    "local list = {} for name, count in pairs(m.kinds) do list[#list + 1] = name .. count end return #list > 5, list",
    "return m['downloads'], #m.files, m.files[1] and m.files[1].path",
    "local t = { when = function (x) return x.anything end } return t.when({})",
    "return math.floor(1.5) + math.huge > 0 and clamp(1, 2, 3) and type(nil)",
    "local rule = 3 return rule",
    "local k = { m = { x = 1 } } return k.m.x",
    "local k = { a = { a = 1 }, b = { a = 2 } } local l = { a = 3 } return k.a.a + k.b.a + l.a",
    "for i, file in ipairs(m.files) do file = { x = i } return file.x end",
    "for _, file in ipairs(m.files or {}) do return file.path end",
    "for name, count in pairs(m.kinds) do return name == 'x' and count > 1 and m.kinds.anything end",
    "for _, tag in ipairs(m.tags or {}) do return tag == 'x' end return m.tags and m.tags[1] == 'y'",
    "local first = m.files[1] return first ~= nil and first.path == 'x', { first and first.notes and first.notes['pickle.protocol'] }",
    "do local x = 1 if x then elseif x then else end end return (function () return 1 end)()",
  } do
    it("that mean something are let be: " .. body, function()
      local loaded, message = policy.load(condition("local function f() " .. body .. " end f() return false"))
      assert.truthy(loaded, message)
      local rule = loaded:assess(require("hugh.policy.tests").facts {}).rules[1]
      assert.is_nil(rule, rule and rule.message)
    end)
  end

  it("are known in helpers too, when every call hands over the same", function()
    local function told(helpers, body)
      local _, message = policy.load(('policy "p" {}\n%s\nrule "r" { verdict = warn, message = "m", when = function (m) %s end }'):format(helpers, body))
      return message and message:match("^[^\n]*")
    end
    assert.equal("policy:2: there is no fact 'licence'. Did you mean 'license'?",
      told("local function free(m) return m.licence == 'mit' end", "return free(m)"))
    assert.equal("policy:2: a file has no fact 'pth'. Did you mean 'path'?",
      told("local function odd(file, x) return file.pth == x end", "for _, f in ipairs(m.files) do if odd(f, 'x') then return true end end return odd(m.files[1], 'y')"))
    assert.equal("policy:2: there is no fact 'licence'. Did you mean 'license'?",
      told("local function a(x) return x.licence end local function b(y) return a(y) end local function c(z) return b(z) end", "return c(m) == 1"))
    for helpers, body in pairs {
      ["local function f(x) return x.anything end"] = "return f(m) == f({})",
      ["local function f(x) x = { anything = 1 } return x.anything end"] = "return f(m) == 1",
      ["local function f(x) return x.anything end local g = f"] = "return f(m) == g(1)",
      ["local function f(x) return x.anything end local function h(k) return k({}) end"] = "return f(m) == h(f)",
      ["local function f(x) return x.anything end function f(m) return m.other end"] = "return f(m) == 1",
      ["local function f(x) return x == nil or x.anything or f(x.next) end"] = "return f(m) == 1",
      ["local function f(...) return ... end"] = "return f(m) == 1",
      ["local function f() return 1 end"] = "return f(m) == 1",
      ["local function f(x) return x.anything end "] = "return f(m and {}) == 1",
      ["local function f(a, b) return b.anything end"] = "return f(m, m) == 1",
    } do assert.is_nil(told(helpers, body), helpers) end
  end)

  it("are told each, in the order of the text", function()
    local _, message = policy.load('policy "p" {}\nwieghts { a = 1 }\nrule "r" { verdict = wran, message = "m",\n  when = function (m) return strats(m.rep, "x") end }')
    local told = {}
    for line in message:gmatch("policy:[^\n]*") do told[#told + 1] = line end
    assert.same({
      "policy:2: unknown name 'wieghts'. Did you mean 'weights'?", "policy:3: unknown name 'wran'. Did you mean 'warn'?",
      "policy:4: unknown name 'strats'. Did you mean 'starts'?", "policy:4: there is no fact 'rep'. Did you mean 'repo'?",
    }, told)
  end)

  it("of statements take no =", function()
    local _, message = policy.load 'policy "p" {}\nweights = { a = 1 }\n'
    assert.equal("policy:2: weights is a statement: write it without =\n    weights = { a = 1 }\n    ^", message)
  end)
end)
