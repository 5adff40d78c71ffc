-- GGUF: lengths, counts and places are checked, and the chat template is judged.
local core = require "hugh.core"
local le = dofile("spec/helper.lua").le

local function text(s, number) return (number or le)(#s, 8) .. s end

-- A file of one template and tensors of 8 floats; `options` says what is wrong with it.
local function file(template, options)
  options = options or {}
  local number = options.big_endian and function(n, width) return le(n, width):reverse() end or le
  local function string_of(s) return text(s, number) end
  local tensors = options.tensors or { {} }
  local head = "GGUF" .. number(options.version or 3, 4) .. number(#tensors, 8) .. number(options.pairs or 3, 8)
    .. string_of "general.architecture" .. number(8, 4) .. string_of "llama"
    .. string_of "tokenizer.ggml.tokens" .. number(9, 4) .. number(8, 4) .. number(2, 8) .. string_of "a" .. string_of "b"
    .. string_of "tokenizer.chat_template" .. number(8, 4) .. string_of(template) .. (options.more or "")
  for i, t in ipairs(tensors) do
    local shape = t.shape or { 8 }
    head = head .. string_of(t.name or "t" .. i) .. number(#shape, 4)
    for _, side in ipairs(shape) do head = head .. number(side, 8) end
    head = head .. number(t.type or 0, 4) .. number(t.offset or (i - 1) * 32, 8)
  end
  return head .. ("\0"):rep(-#head % 32) .. ("\0"):rep(32 * #tensors + (options.spare or 0))
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

local function verdict(bytes)
  local safety, id = scan(bytes)
  return { safety, id }
end

local function finding(options) return select(2, scan(file("x", options))) end

describe("gguf", function()
  it("is safe with a plain template, and says what it holds", function()
    for _, big_endian in ipairs { true, false } do
      for _, piece in ipairs { 1, 100000 } do
        local safety, id, report = scan(file("{{ messages[0].content }}", { big_endian = big_endian }), piece)
        assert.equal("", id)
        assert.equal("safe", safety)
        assert.equal("llama", report.notes["gguf.architecture"])
      end
    end
  end)

  it("is safe with tensors of every shape and type that fill their places", function()
    assert.equal("", finding { tensors = { { shape = {} }, { shape = { 2, 2, 2, 1 } }, { shape = { 4, 0 } }, { type = 1, offset = 64 } }, spare = -32 })
    assert.equal("", finding { tensors = { { type = 12, shape = { 256 } } }, spare = 128 }) -- a block of 144 bytes, padded to 160
    assert.equal("", finding { tensors = { { type = 12, shape = { 256 } } }, spare = 112 }) -- the last one's padding may be missing
  end)

  it("is dangerous when its template walks to the interpreter, in either byte order", function()
    for _, big_endian in ipairs { true, false } do
      assert.same({ "dangerous", "jinja.attribute-walk" }, verdict(file("{{ ''.__class__ }}", { big_endian = big_endian })))
    end
  end)

  it("is refused when it claims what is not there", function()
    assert.equal("gguf.header", finding { pairs = 2 ^ 50 })
    assert.equal("gguf.header", select(2, scan(file("x"):sub(1, 60))))
    assert.equal("gguf.header", select(2, scan((file("x"):gsub("^GGUF", "GGVF")))))
  end)

  it("is not safe when its last tensor is cut off, or bytes follow it", function()
    assert.same({ "unknown", "scan.truncated" }, verdict(file("x"):sub(1, -2)))
    assert.same({ "unknown", "scan.truncated" }, verdict(file("x", { tensors = { { shape = { 9 } } } })))
    assert.same({ "suspicious", "gguf.trailing" }, verdict(file("x", { spare = 1 })))
    assert.equal("dangerous", (scan(file("x") .. "cos\nsystem\n(S'true'\ntR.")))
  end)

  it("is refused when its tensors do not follow each other", function()
    for _, offset in ipairs { 7, 0, 64, 2 ^ 40 } do
      assert.equal("gguf.header", finding { tensors = { {}, { offset = offset } }, spare = 64 })
    end
  end)

  it("is refused when a tensor's size overflows or is no whole block", function()
    for _, shape in ipairs { { 2 ^ 32, 2 ^ 32 }, { 2 ^ 52, 2 ^ 52, 2 ^ 52, 2 ^ 52 }, { 2 ^ 50, 2 ^ 12 }, { 0, 2 ^ 50, 2 ^ 50 }, { 1, 1, 1, 1, 1 } } do
      assert.equal("gguf.header", finding { tensors = { { shape = shape } } })
    end
    assert.equal("gguf.header", finding { tensors = { { type = 12, shape = { 255 } } } })
  end)

  it("is refused when a name occurs twice, is too long or no text", function()
    assert.equal("gguf.header", finding { tensors = { { name = "\255" } } })
    assert.equal("gguf.header", finding { tensors = { { name = "a" }, { name = "a" } } })
    assert.equal("gguf.header", finding { tensors = { { name = ("a"):rep(64) } } })
    assert.equal("gguf.header", finding { pairs = 4, more = text "general.architecture" .. le(0, 4) .. "\0" })
    assert.equal("", finding { tensors = { { name = "general.architecture" } } })
  end)

  it("is refused when its alignment is no power of two", function()
    local function align(n, kind) return { pairs = 4, more = text "general.alignment" .. le(kind or 4, 4) .. le(n, 4) } end
    assert.equal("", finding(align(16)))
    for _, n in ipairs { 0, 24 } do assert.equal("gguf.header", finding(align(n))) end
    assert.equal("gguf.header", finding(align(16, 5)))
  end)

  it("is unknown in a version or with a tensor type that hugh does not know", function()
    for _, version in ipairs { 1, 4 } do assert.same({ "unknown", "scan.incomplete" }, verdict(file("x", { version = version }))) end
    for _, kind in ipairs { 4, 33, 42, 2 ^ 31 } do
      assert.same({ "unknown", "scan.incomplete" }, verdict(file("x", { tensors = { { type = kind } } })))
    end
  end)
end)
