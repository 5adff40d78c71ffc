-- NumPy arrays: data, unless their dtype is object.
local core = require "hugh.core"

local function array(header, data, version)
  header = header .. (" "):rep((53 - #header) % 64) .. "\n"
  local length = string.char(#header % 256, math.floor(#header / 256)) .. (version == 1 and "" or "\0\0")
  return "\147NUMPY" .. string.char(version) .. "\0" .. length .. header .. data
end

local function scan(bytes, piece)
  local source = core.scan { name = "a.npy", size = #bytes }
  for offset, length in source.need, source do
    if piece then length = math.min(length, piece) end
    source:feed(offset, bytes:sub(offset + 1, offset + length))
  end
  local report = source:report()
  return report.safety, report.findings[1] and report.findings[1].id, report
end

local function of(descr, shape, size, version)
  local header = ("{'descr': %s, 'fortran_order': False, 'shape': %s, }"):format(descr, shape)
  return array(header, ("\0"):rep(size), version or 1)
end

local payload = "cos\nsystem\n(S'true'\ntR."

describe("npy", function()
  for descr, size in pairs {
    ["'<f4'"] = 4, ["'|b1'"] = 1, ["'<U3'"] = 12, ["'|S0'"] = 0, ["'|V8'"] = 8, ["'<M8[25us]'"] = 8, ["'>c16'"] = 16,
    ["[('Offset', '<f4'), ('b', '|V8')]"] = 12, ["[('a', '<f4', (2, 3)), ('b', [('c', '|u1'), ('d', '<i8')], (2,))]"] = 42,
    ["[(('title', 'a'), '<f4'), ('', '|V4')]"] = 8, ["('<f4', (2,))"] = 8, ["[('a', ('<i2', (5,)), 2)]"] = 20,
  } do
    it("is safe when its length is that of its items: " .. descr, function()
      for shape, count in pairs { ["()"] = 1, ["(3,)"] = 3, ["(2, 3)"] = 6, ["(0, 7)"] = 0 } do
        for version = 1, 3 do assert.equal("safe", (scan(of(descr, shape, count * size, version)))) end
        assert.equal("npy.trailing", select(2, scan(of(descr, shape, count * size + 1))))
        if count * size > 0 then assert.equal("scan.truncated", select(2, scan(of(descr, shape, count * size - 1)))) end
      end
    end)
  end

  it("is never safe when its shape overflows", function()
    for _, shape in ipairs { "(4294967296, 4294967296)", "(18446744073709551617,)", "(9223372036854775807, 2)" } do
      assert.equal("scan.truncated", select(2, scan(of("'<f4'", shape, 16))))
    end
  end)

  it("may be written in other ways that mean the same", function()
    for _, header in ipairs {
      "{'shape': (1,), 'descr': '<f4', 'fortran_order': True}", '{"descr":"<f4","fortran_order":False,"shape":(1,)}',
      "{'descr': 'f4', 'fortran_order': False, 'shape': (1L,), }",
    } do
      assert.equal("safe", (scan(array(header, "\0\0\0\0", 1))))
    end
  end)

  it("runs the pickle behind an object dtype, or behind a header that may mean one", function()
    for _, descr in ipairs { "'|O'", "'O8'", "'object'", "'f4,O'", "[('a', '<f4'), ('b', '|O')]", "'\\x4f'", "'|' 'O'", "u'|O'", "('|O', (2,))" } do
      local bytes = array(("{'descr': %s, 'fortran_order': False, 'shape': (1,), }"):format(descr), payload, 1)
      for _, piece in ipairs { 1, 100000 } do
        local safety, _, report = scan(bytes, piece)
        assert.equal("dangerous", safety)
        assert.equal("os", report.globals[1].module)
      end
    end
  end)

  it("is suspicious when its header is not one that NumPy writes", function()
    for _, header in ipairs {
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'descr': '|O'}", "{'descr': '<f4', 'shape': (1,)}", "[1]", "{",
      "{'descr': '<f4', 'fortran_order': False, 'shape': 1}", "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
      "{'descr': " .. ("[('a', "):rep(40) .. "'<f4'" .. (")]"):rep(40) .. ", 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}", "{'descr': '<M8x', 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '<M8[x]', 'fortran_order': False, 'shape': (1,)}", "{'descr': '<M8[', 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '<f3', 'fortran_order': False, 'shape': (1,)}", "{'descr': '<f4', 'fortran_order': False, 'shape': (1)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (01,)}", "{'descr': [('a\0', '<f4')], 'fortran_order': False, 'shape': (1,)}", "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} #",
    } do
      local safety, _, report = scan(array(header, "\0\0\0\0", 1))
      local found = {}
      for _, finding in ipairs(report.findings) do found[finding.id] = true end
      assert.equal("suspicious", safety)
      assert.is_true(found["npy.header"])
    end
  end)

  it("may be followed by more arrays, and by nothing else", function()
    local one = of("'<f4'", "(2,)", 8)
    for _, piece in ipairs { 1, 100000 } do assert.equal("safe", (scan(one .. one .. one, piece))) end
    assert.equal("dangerous", (scan(one .. "\128\4" .. payload)))
    assert.equal("dangerous", (scan(one .. array("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", payload, 1))))
  end)
end)
