-- docs/policy.md: its snippets are policies that load and pass their own tests, and its reference is what the table says.
local policy = require "hugh.policy"
package.path = package.path .. ";./?.lua"
local reference = require "docs.policy_reference"

local function text_of(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

describe("docs/policy.md", function()
  local text = text_of "docs/policy.md"

  it("shows policies that load and pass their own tests", function()
    local count = 0
    for snippet in text:gmatch("```lua\n(.-)```") do
      count = count + 1
      local loaded = assert(policy.load(snippet))
      for _, test in ipairs(loaded:test()) do assert.truthy(test.passed, test.name .. ": " .. tostring(test.why)) end
    end
    assert.truthy(count >= 5)
  end)

  it("has the reference that `make docs` writes", function()
    assert.equal(reference.placed(text), text)
    assert.equal(reference.meta(), text_of "docs/hugh-policy.meta.lua")
  end)
end)

describe("the words of the language", function()
  local words = require "hugh.policy.words"

  it("are those that a policy finds", function()
    local _, message = policy.load('policy "p" {}\nlocal all = { ' .. table.concat(words.names(), ", ") .. ', nonsense }')
    assert.truthy(message:find("unknown name 'nonsense'", 1, true))
    assert.falsy(message:find("\n[^%s]"), message)
    assert(policy.load('policy "p" {}\nlocal all = { math.' .. table.concat(words.math, ", math.") .. " }"))
    for _, name in ipairs(words.math) do
      assert(policy.load(('policy "p" {}\nassert(math.%s)'):format(name)))
    end
  end)

  it("are those of the standard for luacheck", function()
    local rc = { stds = {}, files = {} }
    if setfenv then setfenv(assert(loadfile(".luacheckrc")), rc)() else assert(loadfile(".luacheckrc", "t", rc))() end
    local listed = {}
    for key, name in pairs(rc.stds.hugh_policy.read_globals) do listed[#listed + 1] = type(key) == "number" and name or key end
    local names, maths = words.names(), rc.stds.hugh_policy.read_globals.math.fields
    for _, list in ipairs { listed, names, maths } do table.sort(list) end
    assert.same(names, listed)
    assert.same(words.math, maths)
  end)
end)
