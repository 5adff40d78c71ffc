local suggest = require("hugh.suggest")

describe("suggest", function()
  it("finds the word that was meant", function()
    local known = { "scan", "score", "classify" }
    assert.are.equal("scan", suggest.nearest("scna", known))
    assert.are.equal("classify", suggest.nearest("clasify", known))
  end)

  it("says nothing when no word is near", function()
    assert.is_nil(suggest.nearest("teapot", { "scan", "score" }))
    assert.are.equal("", suggest.hint("teapot", { "scan" }))
  end)
end)
