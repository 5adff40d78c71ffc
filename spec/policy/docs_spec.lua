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
