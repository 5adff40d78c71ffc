-- A policy from a stranger can at worst waste its budget. Each trick here escapes some naive sandbox.
local core = require "hugh.core"
local policy = require "hugh.policy"
local facts = require("hugh.policy.tests").facts

local function box() return core.sandbox { memory = 4194304, instructions = 20000000, milliseconds = 50 } end

local function judge(body)
  local loaded, message = policy.load(('policy "p" {}\nrule "r" { verdict = warn, message = "m", when = function (m) %s end }'):format(body))
  assert.truthy(loaded, message)
  return loaded:assess(facts {})
end

describe("the sandbox", function()
  for name, body in pairs {
    ["an endless loop"] = "while true do end",
    ["recursion without end"] = "local function f() return f() + 1 end return f()",
    ["tail calls without end"] = "local function f() return f() end return f()",
    ["a string that doubles"] = "local s = 'x' while true do s = s .. s end",
    ["a table that grows"] = "local t = {} for i = 1, math.huge do t[i] = i end",
    ["many small strings"] = "local t = {} for i = 1, math.huge do t[i] = 'x' .. i end",
    ["sorting over and over"] = "local t = {} for i = 1, 10000 do t[i] = i * 7919 % 10007 end while true do sorted(t) end",
    ["globbing over and over"] = "local t = 'a' for i = 1, 11 do t = t .. t end while true do glob('*a*a*a*a*a*b', t) end",
  } do
    it("ends " .. name .. " and blocks", function()
      local result = judge(body)
      assert.equal("block", result.verdict)
      assert.equal("POLICY_ERROR", result.rules[1].code)
    end)
  end

  it("names what ran away, and still hears the others", function()
    local loaded = assert(policy.load [[
policy "p" {}
factor "fast" { weight = 1, score = function (m) return 1, "fine" end }
factor "slow" { weight = 1, score = function (m) while true do end end }
rule "before" { verdict = warn, message = "before", when = function (m) return true end }
rule "endless" { verdict = warn, message = "m", when = function (m) while true do end end }
rule "after" { verdict = warn, message = "after", when = function (m) return true end }
below { [60] = warn }
]])
    local result = loaded:assess(facts {})
    local told = {}
    for i, rule in ipairs(result.rules) do told[i] = ("%s %s %s: %s"):format(rule.verdict, rule.name, rule.source, rule.message) end
    assert.same({
      "block slow policy:3: the policy itself failed: it used up its time: a condition must not loop for long",
      "warn before policy:4: before",
      "block endless policy:5: the policy itself failed: it used up its time: a condition must not loop for long",
      "warn after policy:6: after",
    }, told)
    assert.equal("block", result.verdict)
    assert.near(100, result.score, 1e-9)
    assert.near(50, result.coverage, 1e-9)
  end)

  it("asks no more when everything runs away, and blocks", function()
    local rule = 'rule "r%d" { verdict = warn, message = "m", when = function (m) while true do end end }\n'
    local text = 'policy "p" {}\nbelow { [60] = warn }\n'
    for i = 1, 20 do text = text .. rule:format(i) end
    local result = assert(policy.load(text)):assess(facts {})
    assert.equal(1, #result.rules)
    assert.equal("block", result.verdict)
    assert.equal("the policy itself failed: too many of its factors and rules ran away", result.rules[1].message)
  end)

  it("stops code that catches the error of its own budget", function()
    local sandbox = box()
    assert(sandbox:load("local host = ... function run() while true do host.pcall(function() while true do end end) end end", "=t"))
    local result, _, code = sandbox:call("run")
    assert.is_nil(result)
    assert.equal("BUDGET", code)
  end)

  it("can be used again after a budget was spent", function()
    local sandbox = box()
    assert(sandbox:load("function spin() while true do end end function add(t) return t.a + 1 end", "=t"))
    sandbox:call("spin")
    assert.equal(2, (sandbox:call("add", { a = 1 })))
  end)

  for _, name in ipairs {
    "io", "os", "require", "load", "loadstring", "dofile", "loadfile", "debug", "coroutine", "pcall", "xpcall", "setmetatable", "getmetatable",
    "rawset", "rawget", "string", "table", "collectgarbage", "print", "package", "jit", "ffi", "newproxy", "getfenv", "setfenv", "_G",
  } do
    it("does not give policies " .. name, function()
      local loaded, message = policy.load(('policy "p" {}\nlocal x = %s'):format(name))
      assert.is_nil(loaded)
      assert.truthy(message:find("unknown name '" .. name .. "'", 1, true), message)
    end)
  end

  it("gives strings no methods", function()
    for _, body in ipairs { "return ('x'):rep(1e9)", "return ('x').format", "return ('%s'):len()" } do
      assert.equal("POLICY_ERROR", judge(body).rules[1].code)
    end
  end)

  it("shows nothing of a file that is no policy", function()
    local _, message = policy.load('policy "p" { extends = { "/etc/passwd" } }')
    assert.truthy(message:find("'/etc/passwd' is not a policy", 1, true))
    assert.falsy(message:find("root:", 1, true))
  end)

  it("refuses compiled Lua", function()
    local loaded, message = policy.load("\27Lua" .. ("\n"):rep(3))
    assert.is_nil(loaded)
    assert.truthy(message:find("a policy is text", 1, true))
  end)

  it("does not let a policy change the facts or its own language", function()
    assert.equal("POLICY_ERROR", judge("local set = function (t) t.safety = 'safe' end set(m) return false").rules[1].code)
    local _, message = policy.load('policy "p" {}\nverdicts = 1')
    assert.truthy(message:find("a policy sets no globals", 1, true))
  end)

  it("leaves the host's strings, hooks and globals alone", function()
    judge("return true")
    assert.equal("xx", ("x"):rep(2))
    assert.is_nil((debug.gethook()))
    assert.is_nil(rawget(_G, "weights"))
  end)
end)
