local json = require("hugh.json")

describe("json", function()
  it("keeps whole numbers whole", function()
    assert.are.equal("[1, 2.5, 123456789012345, -3]", json.encode(json.decode("[1, 2.5, 123456789012345, -3]")))
  end)

  it("writes the same text for the same value", function()
    assert.are.equal('{"a": 1, "b": 2, "c": 3}', json.encode { c = 3, a = 1, b = 2 })
  end)

  it("writes doubles that read back the same", function()
    assert.are.equal(0.1 + 0.2, json.decode(json.encode(0.1 + 0.2)))
    assert.are.equal("0.1", json.encode(0.1))
  end)

  it("tells empty lists from empty objects when asked", function()
    assert.are.equal('{"a": [], "b": {}}', json.encode { a = {}, b = json.object {} })
  end)

  it("is always valid UTF-8", function()
    assert.are.equal([["\\xff\u001b[31mé\\xc3"]], json.encode("\255\27[31mé\195"))
    assert.are.equal([["\\xed\\xa0\\x80"]], json.encode("\237\160\128"))
  end)

  it("refuses what JSON has not", function()
    assert.has_error(function() json.encode(0 / 0) end)
    assert.has_error(function() json.encode(print) end)
    assert.is_nil((json.decode("[NaN]")))
  end)

  it("answers bad text, and nesting without end, with nil and a message", function()
    local value, message, code = json.decode("{")
    assert.is_nil(value)
    assert.is_string(message)
    assert.are.equal("JSON", code)
    assert.is_nil((json.decode(("["):rep(100000))))
  end)

  it("shows what is invisible or turns the direction of text", function()
    assert.equal('"a\\u009bb\\u202ec\\u200bd\\u2066e\\ufeff"', json.encode("a\194\155b\226\128\174c\226\128\139d\226\129\166e\239\187\191"))
    local plain = "\195\164 \226\130\172 \240\159\152\128"
    assert.equal('"' .. plain .. '"', json.encode(plain))
  end)
end)
