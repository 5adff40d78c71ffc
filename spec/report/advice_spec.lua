local advise = require("hugh.report.advice")

describe("the advice", function()
  it("says what to do about every finding of the core", function()
    local file = assert(io.open("csrc/findings.def"))
    for id in file:read("*a"):gmatch('HUGH_FINDING%([%w_]+, "([^"]+)"') do assert.is_string(advise(id), id .. " has no advice") end
    file:close()
  end)

  it("is the most exact there is", function()
    assert.matches("Do not load this file", advise("pickle.call.dangerous"))
    assert.are.equal(advise("zip"), advise("zip.anything"))
    assert.is_nil(advise("nonsense.id"))
  end)
end)
