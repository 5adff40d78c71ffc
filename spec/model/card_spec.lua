local card = require("hugh.model.card")

local front = "---\nlicense: apache-2.0 # ours\ntags:\n- bert\n- 'two words'\nlanguage: [en, \"de\"]\nmodel-index:\n- name: x\n  results: 1\n---\n"
local usage = "```python\nmodel = AutoModel.from_pretrained('acme/bert')\n```\n"

describe("card.read", function()
  it("reads the flat part of the front matter", function()
    local _, metadata = card.read(front .. "# BERT\n")
    assert.are.equal("apache-2.0", metadata.license)
    assert.are.same({ "bert", "two words" }, metadata.tags)
    assert.are.same({ "en", "de" }, metadata.language)
  end)

  it("grades the card", function()
    local function level(text) return card.read(text).level end
    assert.are.equal("none", level(nil))
    assert.are.equal("none", level(" \n"))
    assert.are.equal("minimal", level("# A model\n"))
    assert.are.equal("basic", level("# A model\n" .. usage))
    assert.are.equal("basic", level(front .. ("This model reads. "):rep(30)))
    assert.are.equal("complete", level(front .. "# A model\n" .. usage))
  end)

  it("takes prose that mentions an import for prose", function()
    assert.is_false(card.read("We import from_pretrained( models.\n").usage)
  end)

  it("does not fall for front matter that never ends, CRLF or a BOM", function()
    assert.is_false(card.read("---\nlicense: mit\n").metadata)
    local _, metadata = card.read("\239\187\191---\r\nlicense: mit\r\n---\r\n")
    assert.are.equal("mit", metadata.license)
    assert.has_no_error(function() card.read("---\n" .. ("- x\n"):rep(100000) .. "---\n") end)
  end)
end)
