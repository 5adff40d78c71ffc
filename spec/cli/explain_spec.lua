local helper = dofile("spec/helper.lua")
local json = require("hugh.json")

local bad = "examples/models/os-system/pytorch_model.bin"

describe("hugh explain", function()
  it("prints the program, with what is dangerous marked", function()
    local result = helper.hugh("explain " .. bad)
    assert.are.equal(1, result.code)
    assert.matches("data.pkl", result.out, 1, true)
    assert.matches("%d+  ! os.system%('true'%)\n", result.out)
    assert.matches("%d+    from collections import OrderedDict\n", result.out)
  end)

  it("prints the same as JSON", function()
    local entries = json.decode(helper.hugh("explain --json " .. bad).out)
    local found = false
    for _, line in ipairs(entries[1].lines) do found = found or (line.safety == "dangerous" and line.text == "os.system('true')") end
    assert.is_true(found)
  end)

  it("says so when there is no pickle, and answers 2 for what is not there", function()
    local result = helper.hugh("explain README.md")
    assert.are.equal(0, result.code)
    assert.matches("holds no pickle", result.out)
    assert.are.equal(2, helper.hugh("explain nowhere.pkl").code)
  end)

  it("never lets a name speak to the terminal", function()
    local path = os.tmpname()
    helper.write(path, "\128\2cos\nsys\27[2Jtem\n.")
    local result = helper.hugh("explain " .. path)
    assert.is_nil(result.out:find("\27", 1, true))
    os.remove(path)
  end)
end)
