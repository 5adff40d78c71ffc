-- GGUF: lengths and counts are checked, and the chat template is judged.
local core = require "hugh.core"

local function le(n, width)
  local bytes = {}
  for i = 1, width do
    bytes[i] = string.char(n % 256)
    n = math.floor(n / 256)
  end
  return table.concat(bytes)
end

local function text(s) return le(#s, 8) .. s end

local function file(template, options)
  options = options or {}
  local head = "GGUF" .. le(3, 4) .. le(1, 8) .. le(options.pairs or 3, 8)
    .. text "general.architecture" .. le(8, 4) .. text "llama"
    .. text "tokenizer.ggml.tokens" .. le(9, 4) .. le(8, 4) .. le(2, 8) .. text "a" .. text "b"
    .. text "tokenizer.chat_template" .. le(8, 4) .. text(template)
    .. text "w" .. le(1, 4) .. le(8, 8) .. le(0, 4) .. le(options.offset or 0, 8)
  return head .. ("\0"):rep(-#head % 32) .. ("\0"):rep(32)
end

local function scan(bytes, piece)
  local source = core.scan { name = "a.gguf", size = #bytes }
  for offset, length in source.need, source do
    if piece then length = math.min(length, piece) end
    source:feed(offset, bytes:sub(offset + 1, offset + length))
  end
  local report = source:report()
  return report.safety, report.findings[1] and report.findings[1].id or "", report
end

describe("gguf", function()
  it("is safe with a plain template, and says what it holds", function()
    for _, piece in ipairs { false, 1 } do
      local safety, id, report = scan(file "{{ messages[0].content }}", piece)
      assert.equal("", id)
      assert.equal("safe", safety)
      assert.equal("llama", report.notes["gguf.architecture"])
    end
  end)

  it("is dangerous when its template walks to the interpreter", function()
    assert.same({ "dangerous", "jinja.attribute-walk" }, { (scan(file "{{ ''.__class__ }}")), (select(2, scan(file "{{ ''.__class__ }}"))) })
  end)

  it("is refused when it claims what is not there", function()
    assert.equal("gguf.header", select(2, scan(file("x", { pairs = 2 ^ 50 }))))
    assert.equal("gguf.header", select(2, scan(file("x", { offset = 2 ^ 40 }))))
    assert.equal("gguf.header", select(2, scan(file("x", { offset = 7 }))))
    assert.equal("gguf.header", select(2, scan(file("x"):sub(1, 60))))
  end)
end)
