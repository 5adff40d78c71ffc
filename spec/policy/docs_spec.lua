-- docs/policy.md: its snippets are policies that load and pass their own tests, and its reference is what the table says.
local policy = require "hugh.policy"
package.path = package.path .. ";./?.lua"
local reference = require "docs.policy_reference"

local helper = require "spec.helper"

-- The snippets of a page, in order: { kind = "lua" or "console", text }.
local function snippets(text)
  local list = {}
  for kind, snippet in text:gmatch("```(%l+)\n(.-)```") do list[#list + 1] = { kind = kind, text = snippet } end
  return list
end

-- Runs "$ hugh …" on acme.lua and compares what is printed.
local function check_console(text, acme)
  local directory = helper.directory()
  helper.write(directory .. "/acme.lua", acme)
  local command, wanted = text:match("^%$ hugh ([^\n]*)\n(.*)$")
  local result = helper.hugh((command:gsub("acme%.lua", directory .. "/acme.lua")))
  helper.remove(directory)
  helper.assert_shown(wanted, ((result.out .. result.err):gsub(directory:gsub("%p", "%%%0") .. "/", "")))
end

describe("docs/policy.md", function()
  local text = helper.read "docs/policy.md"
  local list = snippets(text)

  for i, snippet in ipairs(list) do
    local shown = list[i + 1] and list[i + 1].kind == "console"
    local first = snippet.text:match("[^\n]*"):sub(1, 50)
    if snippet.kind == "console" then
      it(("prints what it shows (%d: %s)"):format(i, first), function() check_console(snippet.text, list[i - 1].text) end)
    elseif snippet.text:find("^policy") and not shown then
      it(("shows policies that load and pass their own tests (%d: %s)"):format(i, first), function()
        local loaded = assert(policy.load(snippet.text))
        for _, test in ipairs(loaded:test()) do assert.truthy(test.passed, test.name .. ": " .. tostring(test.why)) end
      end)
    elseif not snippet.text:find("^policy") then
      it(("shows Lua that runs (%d)"):format(i), function()
        local env = setmetatable({ print = function() end }, { __index = _G })
        local chunk = setfenv and setfenv(assert(loadstring(snippet.text)), env) or assert(load(snippet.text, "=snippet", "t", env))
        chunk()
      end)
    end
  end

  it("ends with the production example, and has snippets of all kinds", function() assert.truthy(#list > 15) end)

  it("has the reference that `make docs` writes", function()
    assert.equal(reference.placed(text), text)
    assert.equal(reference.meta(), helper.read "docs/hugh-policy.meta.lua")
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
