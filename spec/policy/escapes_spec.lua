-- What escapes a naive sandbox, one by one: each is refused when the policy is read, or ends in time and blocks. All that a policy from a stranger
-- can do is to waste its budget: 50 ms of processor time, and what one call of a helper takes beyond that.
local core = require "hugh.core"
local json = require "hugh.json"
local policy = require "hugh.policy"
local facts = require("hugh.policy.tests").facts

local MOST = 3 -- seconds of processor time: the worst measured is 0.08, what gets out never ends, and a busy machine must not matter
local worst, worst_name = 0, nil

local function timed(name, f, ...)
  local start = os.clock()
  local a, b, c = f(...)
  local spent = os.clock() - start
  if spent > worst then worst, worst_name = spent, name end
  assert.truthy(spent < MOST, ("%s took %.3f s"):format(name, spent))
  return a, b, c
end

local function load(body) return policy.load('policy "p" {}\nrule "r" { verdict = warn, message = "m", when = function (m) ' .. body .. " end }") end

describe("a policy from a stranger", function()
  for name, body in pairs {
    ["pcall around an endless loop"] = "while true do pcall(function () while true do end end) end",
    ["pcall around failing allocations"] = "while true do pcall(function () local s = 'x' while true do s = s .. s end end) end",
    ["coroutines"] = "local c = coroutine.wrap(function () while true do end end) c()",
    ["__gc"] = "setmetatable({}, { __gc = function () while true do end end })",
    ["error objects with __tostring"] = "error(setmetatable({}, { __tostring = function () while true do end end }))",
    ["patterns"] = "return string.find(string.rep('a', 26), string.rep('a-', 9) .. 'b')",
    ["table.move"] = "table.move({}, 1, 1e8, 2)", ["table.insert"] = "table.insert({}, 1, 1)", ["table.concat"] = "table.concat({}, 'x', 1, 1e9)",
    ["string.format"] = "return string.format('%99999d', 1)", ["load"] = "load('while true do end')()", ["bytecode"] = "string.dump(print)",
    ["the debug library"] = "debug.sethook()", ["the collector"] = "collectgarbage('stop')", ["the JIT"] = "jit.on()", ["its environment"] = "_ENV.x = 1",
    ["raw access"] = "rawset(m, 'safety', 'safe')", ["metatables"] = "getmetatable('').__index = {}", ["files"] = "io.open('/etc/passwd')",
    ["the clock"] = "os.execute('true')", ["modules"] = "require 'hugh.core'",
  } do
    it("has no " .. name, function()
      local loaded, message = timed(name, load, body)
      assert.is_nil(loaded)
      assert.truthy(message:find("policy:2: unknown name ", 1, true), message)
    end)
  end

  for name, body in pairs {
    ["an endless loop"] = "while true do end",
    ["a loop that a JIT compiles"] = "local n = 0 for i = 1, 1e15 do n = n + i end return n > 0",
    ["a numeric loop without end"] = "for i = 1, math.huge do end",
    ["a numeric loop down without end"] = "for i = math.huge, -math.huge, -1 do end",
    ["goto"] = "::again:: goto again",
    ["recursion"] = "local function f() return 1 + f() end return f()",
    ["recursion of two"] = "local f, g function f(a) return 1 + g(a) end g = f return f()",
    ["recursion with many arguments"] = "local function f(...) return f(1, ...) + 1 end return f()",
    ["tail calls"] = "local function f() return f() end return f()",
    ["a string that doubles"] = "local s = 'x' while true do s = s .. s end",
    ["strings one by one"] = "local s = '' while true do s = s .. 'x' end",
    ["many strings in one expression"] = "local s = m.target while true do s = s .. s .. s .. s .. s .. s .. s .. s .. s .. s end",
    ["comparing long strings"] = "local a = 'x' for i = 1, 19 do a = a .. a end local b, c = a .. 'b', a .. 'c' while b < c do end",
    ["a table that grows"] = "local t = {} for i = 1, math.huge do t[i] = i end",
    ["a table that grows by keys"] = "local t = {} for i = 1, math.huge do t['k' .. i] = i end",
    ["nested tables"] = "local t = {} while true do t = { t } end",
    ["closures"] = "local t = {} while true do t[#t + 1] = function () return t end end",
    ["the length of a table with holes"] = "local t = {} for i = 1, 20 do t[2 ^ i] = 1 end while true do local _ = #t end",
    ["tostring"] = "while true do tostring(1e300) end",
    ["tonumber of a long text"] = "local s = '1' for i = 1, 20 do s = s .. s end while true do tonumber(s) end",
    ["select"] = "local function f(...) while true do select('#', ...) end end f(1, 2, 3)",
    ["sorting over and over"] = "local t = {} for i = 1, 10000 do t[i] = i * 7919 % 10007 end while true do sorted(t) end",
    ["sorting long texts"] = "local s = 'x' for i = 1, 9 do s = s .. s end local t = {} for i = 1, 10000 do t[i] = s end while true do sorted(t) end",
    ["sorting huge texts"] = "local s = 'x' for i = 1, 20 do s = s .. s end local t = {} for i = 1, 10000 do t[i] = s end return sorted(t)",
    ["sorting what is not comparable"] = "return sorted({ 1, 'a', {} })",
    ["sorting NaN"] = "local t = {} for i = 1, 100 do t[i] = 0 / 0 end return sorted(t)",
    ["globs"] = "local t = 'a' for i = 1, 11 do t = t .. t end while true do glob('*a*a*a*a*a*b', t) end",
    ["globs with alternatives"] = "while true do glob('{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}*{a,b}*{a,b}*{a,b}*c', 'abababababababababababababababab') end",
    ["a glob of a long text"] = "local t = 'a' for i = 1, 20 do t = t .. t end return glob('*b', t)",
    ["searching a long text for a long part"] = "local t = 'a' for i = 1, 20 do t = t .. t end local p = 'a' for i = 1, 18 do p = p .. p end return contains(t, p .. 'b')",
    ["searching as much as one may"] = "local t = 'a' for i = 1, 13 do t = t .. t end local p = t .. 'b' while true do contains(t .. t, p) end",
    ["walking all facts over and over"] = "while true do next(m) for _ in pairs(m.files) do end end",
    ["lists of arguments"] = "local function g(n, ...) if n == 0 then return select('#', ...) end return g(n - 1, n, ...) end while true do g(200) end",
    ["results that double"] = "local function f(...) return ..., ... end local function g(n) if n == 0 then return 1 end return f(g(n - 1)) end g(1e5)",
    ["a glob of many stars"] = "local p = '' for i = 1, 200 do p = p .. '**/' end while true do glob(p .. 'b', p) end",
    ["a fact with a long name"] = "local s = 'x' for i = 1, 20 do s = s .. s end return m[s] == nil",
    ["facts in the place of numbers"] = "return m + 1 > 0", ["facts in the place of functions"] = "m()", ["a key that is not in a list"] = "return next(m.files, 'zz')",
    ["searching a long list"] = "local t = {} for i = 1, 100000 do t[i] = i end while true do contains(t, 0) end",
    ["lower of a long text"] = "local t = 'a' for i = 1, 20 do t = t .. t end while true do lower(t) end",
    ["days_since of a long text"] = "local t = '2020' for i = 1, 18 do t = t .. t end while true do days_since(t) end",
    ["an error that is a table"] = "error({ {} })", ["an error that is a function"] = "error(function () while true do end end)",
    ["an error that is the facts"] = "error(m)", ["an error that is huge"] = "local t = 'a' for i = 1, 21 do t = t .. t end error(t)",
    ["an error of nothing"] = "error()", ["an assertion"] = "assert(false)",
    ["methods of strings"] = "local s = m.target == 'x' and {} or 'x' return s:rep(1e9)",
    ["a metatable of strings"] = "local s = 'x' return s.rep(s, 1e9)",
    ["changing the facts"] = "local f = function (t) t.safety = 'safe' end f(m)",
  } do
    it("cannot do harm with " .. name, function()
      local loaded = assert(load(body))
      local result = timed(name, loaded.assess, loaded, facts { files = { "a.bin" } })
      assert.equal("block", result.verdict)
      assert.equal("r", result.rules[1].name)
      assert.equal("POLICY_ERROR", result.rules[1].code)
      assert.truthy(#result.rules[1].message < 2500)
      assert.truthy(json.decode(json.encode(result)))
    end)
  end

  it("can at most block, whatever its text does when it is read", function()
    for _, text in ipairs {
      "while true do end", "local function f() return 1 + f() end f()", "local s = 'x' while true do s = s .. s end", "error({})", "error('x')",
      "for i = 1, math.huge do rule('r' .. i) { verdict = warn, message = 'm', when = function (m) return true end } end",
      "for i = 1, math.huge do local _ = nothing end", "files { deny = append(append(append { '*' })) }", "weights { [weights] = 1, [{}] = 2, [true] = 3 }",
      "local t = {} t[1] = t files { deny = t, allow = { t } }", "local t = {} t.files = { t } test 't' { given = t, expect = t }",
      "local t = {} t.notes = t t[1] = t test 't' { given = { files = { t } }, expect = {} }", "policy(policy)", "rule(rule)(rule)", "rule 'x' (nil)",
      "error(nil)", "grades { [{}] = 5 }", "exempt 'r' { repo = {}, because = {}, expires = {} }",
    } do
      local loaded, message, code = timed(text, policy.load, 'policy "p" {}\n' .. text)
      assert.is_nil(loaded, text)
      assert.truthy(message:find("^policy:"), message)
      assert.truthy(code == "POLICY" or code == "BUDGET", code)
      assert.falsy(message:find("lua/hugh/policy/", 1, true), message)
      assert.falsy(message:find("0x%x%x%x"), message)
    end
  end)

  it("returns plain data, and only so much of it", function()
    for name, body in pairs {
      ["a table that holds itself"] = "local t = {} for i = 1, 50 do t[i] = t end t.path = t return true, t",
      ["deep tables"] = "local t = {} for i = 1, 1000 do t = { t, path = t } end return true, t",
      ["functions"] = "return true, { function () end, path = function () end }, function () end",
      ["what is no list"] = "return true, 'x', 3",
      ["numbers"] = "return true, { 1, 0/0, math.huge }",
    } do
      local result = timed(name, function() return assert(load(body)):assess(facts {}) end)
      assert.equal("warn", result.verdict, name)
      assert.equal(0, #(result.rules[1].paths or {}), name)
    end
    local result = timed("many paths", function() return assert(load("local t = {} for i = 1, 20000 do t[i] = 'x' .. i end return true, t")):assess(facts {}) end)
    assert.equal(1000, #result.rules[1].paths)
  end)

  it("is not exempted by a list of paths that was cut short", function()
    local text = 'policy "p" {}\nrule "r" { verdict = block, message = "m", when = function (m) local t = {} for i = 1, %d do t[i] = "x" end return true, t end }\n'
      .. 'exempt "r" { path = "x", because = "b", expires = "2999-01-01" }'
    assert.equal("allow", assert(policy.load(text:format(3))):assess(facts { files = { "x" } }).verdict)
    assert.equal("block", assert(policy.load(text:format(2000))):assess(facts { files = { "x" } }).verdict)
  end)

  it("scores from 0 to 1, or fails", function()
    for returned, told in pairs { ["0/0"] = "nan", ["math.huge"] = "inf", ["-1"] = "-1", ["30"] = "30", ["'1'"] = '"1"', ["{}"] = "a table" } do
      local loaded = assert(policy.load('policy "p" {}\nfactor "f" { weight = 1, score = function (m) return ' .. returned .. " end }"))
      local result = loaded:assess(facts {})
      assert.equal("the policy itself failed: score must return a number from 0 to 1, or nil and why it is not known, but not " .. told,
        result.rules[1].message)
      assert.equal(0, result.score)
      assert.equal("block", result.verdict)
    end
  end)

  it("prints what can be printed", function()
    local loaded = assert(policy.load('policy "p" {}\nfactor "f" { weight = 1, score = function (m) return 1, m.name .. "\\255\\27[31m{name}" end }\n'
      .. 'rule "r" { verdict = warn, message = "\\255\\254 {name}' .. ("ü"):rep(3000) .. '", when = function (m) return true end }'))
    local result = timed("messages", loaded.assess, loaded, facts { name = ("{name}\255"):rep(10000) })
    assert.truthy(#result.rules[1].message < 2100)
    assert.truthy(#result.factors[1].reason < 2100)
    local text = json.encode(result)
    assert.truthy(json.decode(text))
    assert.equal(text, require("hugh.utf8").valid(text))
    result.model, result.files = {}, {}
    local card = require("hugh.report.scorecard")(result, { paint = function(_, what) return what end })
    assert.falsy(card:find("[%z\1-\9\11-\31]"))
  end)

  it("cannot outrun its budget by catching the error, nor by catching that there is no memory", function()
    local box = core.sandbox { memory = 4194304, instructions = 20000000, milliseconds = 50 }
    assert(box:load([[local host = ...
      function spin() while true do host.pcall(function() while true do end end) end end
      function fill() while true do host.pcall(function() local s = "x" while true do s = s .. s end end) end end]], "=t"))
    for _, name in ipairs { "spin", "fill" } do
      local result, _, code = timed(name .. " caught", box.call, box, name)
      assert.is_nil(result)
      assert.equal("BUDGET", code)
    end
  end)

  it("gets arithmetic with texts alike on every Lua", function()
    assert.equal("warn", assert(load("return '10' + 1 == 11 and '3' * '2' == 6 and tostring(2.0) == '2' and tostring({}) == 'table'")):assess(facts {}).verdict)
  end)

  it("never took longer than a moment", function() assert.truthy(worst < MOST, worst_name) end)
end)
