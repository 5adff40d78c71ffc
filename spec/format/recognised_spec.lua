-- Formats of which little or nothing is looked at inside.
local core = require "hugh.core"

local function scan(name, bytes)
  local source = core.scan { name = name, size = #bytes }
  for offset, length in source.need, source do source:feed(offset, bytes:sub(offset + 1, offset + length)) end
  local report = source:report()
  return report.safety, report.findings[1] and report.findings[1].id
end

describe("xml", function()
  it("is safe without a document type", function()
    assert.equal("safe", (scan("a.pmml", '<?xml version="1.0"?><PMML version="4.4"/>')))
  end)

  it("is suspicious with one, wherever it is", function()
    for _, spaces in ipairs { 0, 256 * 1024 - 25, 600000 } do
      local text = '<?xml version="1.0"?>' .. (" "):rep(spaces) .. '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///x">]><PMML/>'
      assert.equal("xml.entity", select(2, scan("a.xml", text)))
    end
  end)
end)

describe("compiled code", function()
  it("is suspicious", function()
    for _, head in ipairs { "\127ELF\2\1\1", "MZ\144\0", "\207\250\237\254" } do
      assert.equal("suspicious", (scan("a", head .. ("\0"):rep(60))))
    end
  end)
end)
