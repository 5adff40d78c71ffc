-- What a failing condition is told in: words of our own and lines that every Lua agrees on.
local policy = require "hugh.policy"
local facts = require("hugh.policy.tests").facts

local function failure(body, text)
  local loaded, message = policy.load(text or 'policy "p" {}\nrule "r" { verdict = warn, message = "m", when = function (m)\n' .. body .. "\nend }")
  assert.truthy(loaded, message)
  return (loaded:assess(facts {}).rules[1].message:gsub("^the policy itself failed: ", ""))
end

local look = "; what is not known is nil, so look first"

describe("a failure over several lines", function()
  for body, told in pairs {
    ["return 1 +\n2 +\nm.downloads > 5"] = "3: 'downloads' is nil: it is no number" .. look,
    ["local a = 1\nlocal f = m.repo\nf(\n1,\n2)\nreturn a"] = "5: 'f' is nil: it cannot be called" .. look,
    ["if m.repo\nand m.downloads > 1\nor\nm.likes > 2\nthen return true end"] = "3: nil and number cannot be compared" .. look,
    ["local t = {\na = 1,\nb = m.likes + 1,\n}\nreturn t"] = "5: 'likes' is nil: it is no number" .. look,
    ["return clamp(\nm.likes\n,\n0,\n1) > 0"] = "3: clamp wants a number, not nil",
    ["local function g(x)\nreturn x.y == 1\nend\nlocal y = g(\nnil\n)\nreturn y"] = "4: 'x' is nil: it has no fields" .. look,
    ["local x = m.files\n[1]\n.path\nreturn x"] = "3: a value is nil: it has no fields" .. look,
    ["repeat local x = 1\nuntil\nm.likes > 5\nreturn x"] = "4: nil and number cannot be compared" .. look,
    ["local x = 1; error(\n'no'\n)"] = "3: no",
  } do
    it("is told of the line in which the statement starts: " .. body:gsub("\n", " "), function()
      assert.equal("policy:" .. told, failure((body:gsub("return x$", "return true"))))
    end)
  end

  it("is told so when the text is read", function()
    local _, message = policy.load('policy "p" {}\nrule "r" {\n  verdict = warn,\n  message = "a" +\n\n  "b",\n  when = function (m) return true end,\n}')
    assert.equal('policy:4: a value is a text: it is no number; .. joins texts\n      message = "a" +\n      ^', message)
  end)
end)

describe("a failure of Lua's own functions", function()
  for body, told in pairs {
    ["for _ in ipairs(m.config) do end"] = "policy:3: ipairs wants a list or a table, not nil" .. look,
    ["for _ in pairs(3) do end"] = "policy:3: pairs wants a list or a table, not 3",
    ["local x = next('x') return x"] = "policy:3: next wants a list or a table, not \"x\"",
    ["error('no', 3)"] = "policy:3: no", ["error('no', 0)"] = "no", ["return m[0 / 0]"] = "policy:3: there is no fact 'nan'. Did you mean 'name'?",
  } do
    it("is told in no other words: " .. body, function() assert.equal(told, failure(body)) end)
  end

  it("names no function that some Lua does not know of", function()
    for _, body in ipairs { "local x = math.floor('x') return x", "local x = math.abs('x') return x" } do
      assert.truthy(failure(body):find("argument 1 of a function must be a number, not a text$"), failure(body))
    end
  end)
end)

describe("what only some Luas read", function()
  for line, told in pairs {
    ["local _ENV = {}"] = "unknown name '_ENV'", ["local function f(_ENV) return glob end"] = "unknown name '_ENV'", ["local x = 0b11"] = "'0b11' is not a number",
    ["local x = 5LL"] = "'5LL' is not a number", ["local x <close> = nil"] = "only Lua 5.4 has these: write the local without <close>",
  } do
    it("is refused everywhere: " .. line, function()
      assert.equal("policy:2: " .. told, select(2, policy.load('policy "p" {}\n' .. line)):match("^[^\n]+"))
    end)
  end
end)
