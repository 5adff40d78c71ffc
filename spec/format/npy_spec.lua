-- NumPy arrays: data, unless their dtype is object.
local core = require "hugh.core"

local function scan(descr, data)
  local header = ("{'descr': %s, 'fortran_order': False, 'shape': (1,), }"):format(descr)
  header = header .. (" "):rep((53 - #header) % 64) .. "\n"
  local bytes = "\147NUMPY\1\0" .. string.char(#header % 256, math.floor(#header / 256)) .. header .. data
  local source = core.scan { name = "a.npy", size = #bytes }
  for offset, length in source.need, source do source:feed(offset, bytes:sub(offset + 1, offset + length)) end
  local report = source:report()
  return report.safety, report.findings[1] and report.findings[1].id, report
end

local payload = "cos\nsystem\n(S'true'\ntR."

describe("npy", function()
  it("is safe when it holds numbers", function()
    for _, descr in ipairs { "'<f4'", "'|b1'", "[('Offset', '<f4'), ('b', '|V8')]" } do
      assert.equal("safe", (scan(descr, ("\0"):rep(16))))
    end
  end)

  it("runs the pickle behind an object dtype, however it is spelt", function()
    for _, descr in ipairs { "'|O'", "'O8'", "'object'", "'f4,O'", "[('a', '<f4'), ('b', '|O')]" } do
      local safety, _, report = scan(descr, payload)
      assert.equal("dangerous", safety)
      assert.equal("os", report.globals[1].module)
    end
  end)

  it("does not let an escape hide the dtype", function()
    assert.equal("npy.header", select(2, scan("'\\x4f'", payload)))
  end)
end)
