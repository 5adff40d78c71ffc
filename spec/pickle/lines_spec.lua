local hugh = require("hugh")

local function scan(data) return hugh.scan({ name = "a.pkl", data = data }).files[1] end

-- The same through a source that gives no more than what is asked for, as files and ranges do.
local function scan_pieces(data)
  return hugh.scan({
    name = "a.pkl", size = #data,
    read = function(offset, length) return data:sub(offset + 1, offset + length) end,
  }).files[1]
end

describe("text lines in pickles", function()
  local long = ("x"):rep(1000000)

  it("are strings of any length, read to their end", function()
    for _, opcode in ipairs { "V" .. long, "S'" .. long .. "'" } do
      for _, look in ipairs { scan, scan_pieces } do
        local file = look("(lp0\n" .. opcode .. "\np1\naI7\na.")
        assert.equal("safe", file.safety)
        assert.is_true(file.complete)
        file = look("(lp0\n" .. opcode .. "\np1\nacposix\nsystem\n(g1\ntR.")
        assert.equal("dangerous", file.safety)
        assert.is_true(file.globals[1].called)
      end
    end
  end)

  it("that never end break the pickle", function()
    for _, look in ipairs { scan, scan_pieces } do
      local file = look("(lp0\nV" .. long)
      assert.equal("suspicious", file.safety)
      assert.equal("pickle.broken", file.findings[1].id)
    end
  end)

  it("that are no strings and longer than hugh reads leave the file incomplete", function()
    assert.is_false(scan("L" .. ("1"):rep(1000000) .. "L\n.").complete)
  end)
end)
