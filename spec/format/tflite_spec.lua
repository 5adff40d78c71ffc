-- TensorFlow Lite: the list of operators is found, and those that are not built in are named.
local core = require "hugh.core"
local le = dofile("spec/helper.lua").le

-- A model whose operator codes are `names` (false: a built-in one), laid out forwards: root, model, vector, then the codes.
local function model(names, spoil)
  local head = le(20, 4) .. "TFL3" .. le(8, 2) .. le(8, 2) .. le(0, 2) .. le(4, 2) .. ("\0"):rep(4)
  local body = le(12, 4) .. le(4, 4) .. le(#names, 4) -- the model at 20: its fields are 12 bytes before it; the vector follows
  local codes, at = {}, 20 + #body + 4 * #names
  for i, name in ipairs(names) do
    local fields = name and le(8, 2) .. le(8, 2) .. le(0, 2) .. le(4, 2) or le(6, 2) .. le(8, 2) .. le(4, 2) .. "\0\0"
    local table_at = at + #fields
    body = body .. le(table_at - (32 + 4 * (i - 1)), 4)
    codes[i] = fields .. le(8, 4) .. le(4, 4) .. (name and le(#name, 4) .. name .. "\0" or "")
    at = at + #codes[i]
  end
  local bytes = head .. body .. table.concat(codes)
  return spoil and spoil(bytes) or bytes
end

local function scan(bytes, piece)
  local source = core.scan { name = "a.tflite", size = #bytes }
  for offset, length in source.need, source do
    if piece then length = math.min(length, piece) end
    source:feed(offset, bytes:sub(offset + 1, offset + length))
  end
  local report = source:report()
  return { report.safety, report.findings[1] and report.findings[1].id or "" }
end

describe("tflite", function()
  it("is safe when its operators are built in", function()
    for _, piece in ipairs { 1, 100000 } do
      assert.same({ "safe", "" }, scan(model { false, false }, piece))
      assert.same({ "safe", "" }, scan(model {}, piece))
    end
  end)

  it("is not judged when a library brings its operators", function()
    for _, piece in ipairs { 1, 100000 } do
      assert.same({ "unknown", "tflite.custom-op" }, scan(model { false, "AcmeOp" }, piece))
      assert.same({ "unknown", "tflite.custom-op" }, scan(model { "FlexErf" }, piece))
    end
  end)

  it("is as bad as the operators of TensorFlow that it names", function()
    assert.same({ "suspicious", "tf.op" }, scan(model { false, "FlexReadFile" }))
    assert.same({ "dangerous", "tf.op.dangerous" }, scan(model { "FlexWriteFile" }))
  end)

  it("is suspicious when an offset leads nowhere", function()
    local broken = { "suspicious", "graph.broken" }
    local whole = model { false, "AcmeOp" }
    for at = 16, #whole - 4 do -- a cut is only seen if it hits what is read
      local verdict = scan(whole:sub(1, at))
      assert.is_true(verdict[2] == "graph.broken" or verdict[2] == "tflite.custom-op")
    end
    assert.same(broken, scan((whole:gsub("^....", le(2 ^ 31, 4)))))
    assert.same(broken, scan(whole:sub(1, 20) .. le(24, 4) .. whole:sub(25)))
    assert.same(broken, scan(whole:sub(1, 24) .. le(2 ^ 32 - 1, 4) .. whole:sub(29)))
    assert.same(broken, scan(whole:sub(1, 28) .. le(2 ^ 30, 4) .. whole:sub(33)))
    assert.same(broken, scan(model({ ("x"):rep(257) })))
  end)
end)
