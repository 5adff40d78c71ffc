-- The pickle machine on sources that give few bytes at a time.
local hugh = require "hugh"

local function scan(data, most)
  local function read(offset, length) return data:sub(offset + 1, offset + math.min(length, most)) end
  local report = assert(hugh.scan { name = "x.pkl", size = #data, read = read })
  return report.files and report.files[1] or report
end

describe("the pickle machine", function()
  it("finds the text of a name that was pushed long before it is used", function()
    local far = "X\0\0\1\0" .. ("x"):rep(65536) .. "0"
    local data = "\128\4\140\2os\148" .. far .. "\140\6system\148" .. far .. "h\0h\1\147" .. "X\0\8\0\0" .. ("y"):rep(2048) .. "\133R."
    for _, most in ipairs { 1000, 5000, 1000000 } do
      local file = scan(data, most)
      assert.are.equal("dangerous", file.safety)
      assert.are.equal("os", file.globals[1].module)
      assert.is_true(file.globals[1].called)
    end
  end)

  it("does not look for the end of a line anew at every opcode that has one", function()
    for _, data in ipairs { ("c"):rep(1000000), ("(i"):rep(500000), ("p"):rep(1000000) .. "\n", ("i"):rep(200000) .. "\nx\n" .. ("y"):rep(400000) } do
      local before, fed = os.clock(), 0
      local function read(offset, length)
        fed = fed + math.min(length, #data - offset)
        return data:sub(offset + 1, offset + length)
      end
      local file = hugh.scan({ name = "x.pkl", size = #data, read = read }).files[1]
      assert.are.equal("suspicious", file.safety)
      assert.is_true(fed <= 20 * #data)
      assert.is_true(os.clock() - before < 5) -- it was minutes
    end
  end)

  it("reads a name up to its newline, however near the end of the input that is", function()
    for _, length in ipairs { 6, 300, 5000 } do
      local name = ("s"):rep(length)
      local data = ("N0"):rep(3000) .. "Vos\nV" .. name .. "\n\147)R."
      for _, most in ipairs { 1, 7, 100, 997 } do assert.are.equal(name, scan(data, most).globals[1].name) end
    end
  end)

  it("keeps no more for many opcodes that are cut by a frame than for one", function()
    local data = "\128\4" .. ("\149\1\0\0\0\0\0\0\0K\0010"):rep(50000) .. "N."
    local report = assert(hugh.scan({ name = "x.pkl", data = data }, { limits = { kept = 1000000 } })).files[1]
    assert.are.equal("pickle.divergence", report.findings[1].id)
    assert.is_true(report.complete)
  end)

  it("does work in proportion to the input, however often a value is used", function()
    local data = "\128\4]\148" .. ("h\0h\0\134\1480h\0"):rep(20000) .. "."
    assert.are.equal("safe", scan(data, 1000000).safety)
  end)

  it("looks as far behind an error for the end of a line, however the bytes arrive", function()
    local line = "F" .. ("a"):rep(3000) .. "\140\9acme.nets\140\5Layer\147" .. "\n"
    local data = "\128\4\255" .. ("N"):rep(3000) .. line .. "."
    local whole = #scan(data, 1000000).globals
    for _, most in ipairs { 50, 700, 2100, 5000 } do assert.are.equal(whole, #scan(data, most).globals) end
  end)

  it("ends in good order wherever the memory ends", function()
    local data = "\128\4\149\2\0\0\0\0\0\0\0\140\32" .. ("x"):rep(32) .. "0cos\nsystem\n(S'true'\ntR."
    for kept = 1, 120000, 401 do
      local report = hugh.scan { name = "x.pkl", data = data, limits = { kept = kept } }
      if report then assert.are_not.equal("safe", report.files[1].safety) end
    end
  end)
end)
