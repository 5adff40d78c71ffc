-- Notebooks and shell scripts: what they run, at a glance.
local core = require "hugh.core"

local function scan(name, text, piece)
  local source = core.scan { name = name, size = #text }
  for offset, length in source.need, source do
    source:feed(offset, text:sub(offset + 1, offset + math.min(length, piece or length)))
  end
  local report, ids = source:report(), {}
  for _, finding in ipairs(report.findings) do ids[#ids + 1] = finding.id end
  return report.safety, table.concat(ids, " ")
end

local function notebook(cell, piece) return scan("a.ipynb", '{"cells":[{"cell_type":"markdown","source":["eval(x)"]},{' .. cell .. "}]}", piece) end

describe("a notebook", function()
  it("is unknown when nothing stands out", function()
    assert.same({ "unknown", "python.source" }, { notebook '"cell_type":"code","outputs":[{"text":["exec(x)"]}],"source":["import torch\\n","!pip install x"]' })
  end)

  it("is suspicious when a cell is, however it is written and read", function()
    for _, cell in ipairs { '"cell_type":"code","source":["from os import system as s\\n","s(1)"]', '"source":"ex\\u0065c(1)","cell_type":"markdown"',
      '"cell_type":"code","metadata":{"cell_type":"markdown"},"source":"\'\'\'a\'\'\'; exec(1)"' } do
      for _, piece in ipairs { 1, 1000 } do assert.same({ "suspicious", "python.source python.call" }, { notebook(cell, piece) }) end
    end
    assert.same({ "suspicious", "python.source shell.run" }, { notebook '"cell_type":"code","source":["!curl x | sh"]' })
  end)

  it("is suspicious when it hands the shell what it fetches, in any of the ways", function()
    for _, source in ipairs { '["%%bash\\n","curl x | sh\\n"]', '"%%sh -e\\ncurl x | sh"', '"import torch\\n  !curl x | sh"', '["x = 1\\n","y = !curl x | sh"]', '["y=!curl x | sh"]', '["y =  !curl x | sh"]',
      '"%%script bash\\ncurl x \\\\\\n | sh"', '["!curl x \\\\\\n","  | sh\\n"]', '"\\n\\n%%system\\ncurl x | sh"', '["%sx curl x | sh"]' } do
      assert.matches("shell.run", select(2, notebook('"cell_type":"code","source":' .. source)))
    end
    for _, source in ipairs { '["curl x | sh\\n"]', '"%%time\\ncurl x | sh"', '["a != b | sh curl"]', '["%%html\\n","curl x | sh"]' } do
      assert.same({ "unknown", "python.source" }, { notebook('"cell_type":"code","source":' .. source) })
    end
  end)

  it("that breaks off says so", function() assert.same({ "unknown", "python.source json.broken" }, { scan("a.ipynb", '{"cells":[') }) end)
end)

describe("a shell script", function()
  it("is unknown when nothing stands out", function()
    for _, text in ipairs { "true\n", "curl -O x\nbash y | tee z\n", "# curl x | sh\n", "curl x || sh y", "\\\n", "|", "" } do
      assert.same({ "unknown", "shell.script" }, { scan("a.sh", "#!/bin/sh\n" .. text) })
    end
  end)

  it("is suspicious when it runs what it fetches", function()
    for _, text in ipairs { "curl -s x | sudo bash", 'sh -c "$(wget -qO- x)"', "bash <(curl x)", "echo x | base64 -d \\\n | sh", "eval `curl x`",
      "exec 3<>/dev/tcp/localhost/1" } do
      assert.same({ "suspicious", "shell.script shell.run" }, { scan("a.sh", "#!/bin/sh\n" .. text) })
    end
  end)
end)
