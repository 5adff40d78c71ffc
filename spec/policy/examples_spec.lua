-- The example policies load and pass their own tests.
local policy = require "hugh.policy"

describe("examples/policies", function()
  for _, name in ipairs { "default", "production", "research", "licenses", "air-gapped", "only-safetensors" } do
    it(name .. " passes its own tests", function()
      local loaded = assert(policy.load("examples/policies/" .. name .. ".lua"))
      local results = loaded:test()
      assert.truthy(#results > 0)
      for _, test in ipairs(results) do assert.truthy(test.passed, test.name .. ": " .. tostring(test.why)) end
    end)
  end
end)

describe("the policies that hugh ships", function()
  for _, name in ipairs { "hugginghugh", "verified" } do
    it(name .. " has no mistake that is looked for in other texts", function() assert(policy.load("lua/hugh/policies/" .. name .. ".lua")) end)
  end
end)
