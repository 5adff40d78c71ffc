-- The example policies load, pass their own tests, and judge the example models as their descriptions say.
local core = require "hugh.core"
local helper = require "spec.helper"
local hugh = require "hugh"
local policy = hugh.policy

local PATH = "examples/policies/"

-- Verdicts of the example models.
local verdicts = {
  default = { ["safetensors-only"] = "allow", ["os-system"] = "block", ["renamed-pickle"] = "warn" },
  production = { ["safetensors-only"] = "block", ["os-system"] = "block" }, -- a directory is not pinned
  research = { ["pickle-only"] = "allow", ["os-system"] = "block" },
  ["only-safetensors"] = { ["safetensors-only"] = "allow", ["gguf-only"] = "block", ["safetensors-and-pickle"] = "block", ["renamed-pickle"] = "block" },
  ["air-gapped"] = { ["safetensors-only"] = "allow", ["renamed-pickle"] = "block", ["os-system"] = "block" },
  licenses = { ["safetensors-only"] = "allow", ["gguf-only"] = "warn" },
}

describe("examples/policies", function()
  local readme, count = helper.read(PATH .. "README.md"), 0
  for _, entry in ipairs(core.list("examples/policies")) do
    local name = entry.path:match("^(.*)%.lua$")
    if name then
      count = count + 1
      it(name .. " is in the index, passes its own tests, and judges models", function()
        assert.truthy(readme:find("](" .. name .. ".lua)", 1, true))
        local loaded = assert(policy.load(PATH .. name .. ".lua"))
        local results = loaded:test()
        assert.truthy(#results > 1)
        for _, test in ipairs(results) do assert.truthy(test.passed, test.name .. ": " .. tostring(test.why)) end
        for model, verdict in pairs(verdicts[name]) do
          assert.equal(verdict, assert(hugh.assess(assert(hugh.model("examples/models/" .. model)), loaded)).verdict, name .. " of " .. model)
        end
      end)
    end
  end

  it("are six or more", function() assert.truthy(count >= 6) end)
end)

describe("the policies that hugh ships", function()
  for _, name in ipairs { "hugginghugh", "verified" } do
    it(name .. " has no mistake that is looked for in other texts", function() assert(policy.load("lua/hugh/policies/" .. name .. ".lua")) end)
  end
end)
