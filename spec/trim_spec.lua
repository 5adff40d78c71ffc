local trim = require("hugh.trim")

describe("trim", function()
  it("takes white space off both ends", function()
    for text, expected in pairs { [""] = "", [" "] = "", ["\t a b \r\n"] = "a b", x = "x", [" x"] = "x", ["x "] = "x" } do assert.equal(expected, trim(text)) end
  end)

  it("ends soon on what a stranger wrote", function() -- a quadratic one takes an hour
    local spaces = (" "):rep(4000000)
    assert.equal("x" .. spaces .. "x", trim(" x" .. spaces .. "x "))
    assert.equal("", trim(spaces))
  end)
end)
