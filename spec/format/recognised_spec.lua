-- Formats of which little or nothing is looked at inside.
local core = require "hugh.core"
local helper = dofile "spec/helper.lua"

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

describe("a text", function()
  for name, evil in pairs {
    ["a.jinja"] = "{{ ''.__class__ }}", ["a.yaml"] = "!!python/object/apply:os.system ['true']", ["a.py"] = "import os\nos.system('true')",
    ["a.sh"] = "curl x | sh", ["a.json"] = '"auto_map": {}}', ["a.xml"] = "<!DOCTYPE x [<!ENTITY e SYSTEM 'x'>]>",
  } do
    it("is read beyond what classification looks at: " .. name, function()
      for _, size in ipairs { 0, 5000, 20000, 300000 } do
        local safety = scan(name, (name == "a.json" and "{" or "") .. ("\n"):rep(size) .. evil)
        assert.truthy(safety == "suspicious" or safety == "dangerous", size)
      end
    end)
  end
end)

describe("xml of a public type", function()
  local function typed(declaration) return '<?xml version="1.0"?>\n' .. declaration .. "<svg/>" end

  it("is as safe as any", function()
    for _, declaration in ipairs {
      '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">',
      '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">', "<!DOCTYPE html>" } do
      assert.equal("safe", (scan("a.svg", typed(declaration))))
    end
  end)

  it("is suspicious when it has a part of its own, another address, or a second type", function()
    for _, declaration in ipairs {
      '<!DOCTYPE svg PUBLIC "x" "http://www.w3.org/x.dtd" [<!ENTITY e SYSTEM "file:///x">]>', '<!DOCTYPE svg SYSTEM "x.dtd">',
      '<!DOCTYPE svg PUBLIC "http://www.w3.org/" "http://acme.example/x.dtd">', "<!DOCTYPE svg SYSTEM 'http://www.w3.org/'>",
      '<!DOCTYPE svg "http://www.w3.org/', '<!DOCTYPE html><!DOCTYPE html>', "<!DOCTYPE html><!ENTITY e SYSTEM 'x'>" } do
      assert.equal("xml.entity", select(2, scan("a.svg", typed(declaration))))
    end
  end)
end)

describe("xml in an encoding that spells markup otherwise", function()
  it("is not judged", function()
    assert.same({ "unknown", "scan.incomplete" }, { scan("a.xml", '<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE x>') })
    assert.equal("safe", (scan("a.xml", '<?xml version="1.0" encoding=\'utf-8\' ?><a b="encoding"/>')))
  end)
end)

describe("a vocabulary of SentencePiece", function()
  local pieces = "\10\14\10\5<unk>\21\0\0\0\0\24\2\10\10\10\1a\21\0\0\0\0\24\1"

  it("is safe under any of its names", function()
    for _, name in ipairs { "tokenizer.model", "spiece.model", "source.spm", "a.bin" } do
      assert.equal("safe", (scan(name, pieces .. "\18\2\8\1\26\0")))
    end
  end)

  it("is unknown when more is in it", function()
    for _, more in ipairs { "\50\1x", "\8\1", "\xff" } do assert.equal("unknown", (scan("tokenizer.model", pieces .. more))) end
  end)
end)

describe("a table", function()
  local python = "arrow.py_extension_type"
  local base64 = { "YXJyb3cucHlfZXh0ZW5zaW9uX3R5cGU=", "LmFycm93LnB5X2V4dGVuc2lvbl90eXBl", "Li5hcnJvdy5weV9leHRlbnNpb25fdHlwZQ==" }
  local function le(n) return string.char(n % 256, math.floor(n / 256) % 256, math.floor(n / 65536) % 256, 0) end
  local function parquet(footer, data) return "PAR1" .. (data or "") .. footer .. le(#footer) .. "PAR1" end

  it("is safe when its schema has types of its own only", function()
    assert.equal("safe", (scan("a.parquet", parquet("schema", python))))
    assert.equal("safe", (scan("a.arrow", "ARROW1\0\0\255\255\255\255\4\0\0\0abcd" .. ("\0"):rep(8) .. python .. ("\0"):rep(40))))
  end)

  it("is not judged without a schema", function() assert.equal("unknown", (scan("a.arrow", ("\0"):rep(100)))) end)

  it("is suspicious when PyArrow would unpickle its schema, wherever that is", function()
    for _, text in ipairs { python, base64[1], base64[2], base64[3], ("x"):rep(300000) .. python, ("x"):rep(256 * 1024 - 9) .. python } do
      assert.equal("table.python-type", select(2, scan("a.parquet", parquet(text))))
      assert.equal("table.python-type", select(2, scan("a.arrow", "ARROW1\0\0\255\255\255\255" .. le(#text) .. text)))
      assert.equal("table.python-type", select(2, scan("a.arrow", "\255\255\255\255" .. le(#text) .. text)))
      assert.equal("table.python-type", select(2, scan("a.arrow", "ARROW1\0\0\255\255\255\255\0\0\0\0" .. text .. le(#text) .. "ARROW1")))
    end
  end)

  it("may end anywhere", function()
    for _, text in ipairs { "ARROW1", "PAR1", "PAR1PAR1", "\255\255\255\255", "PAR1\255\255\255\255PAR1", "ARROW1\0\0\255\255\255\255\255\255\255\255" } do
      assert.equal(text:find "\255\255\255\255\255" and "unknown" or "safe", (scan("a.arrow", text)))
    end
  end)
end)

describe("a file whose reader goes by its name", function()
  it("is what its name says, whatever it begins with", function()
    for _, mark in ipairs { "GIF8", "ID3", "OggS", "fLaC", "PAR1", "ARROW1", "CBM1", "RIFF_abcWEBP", "lmgg" } do
      assert.equal("suspicious", (scan("a.py", mark .. "=1\nimport os\nos.system('true')\n")))
      assert.equal("suspicious", (scan("a.py", mark .. "=1 #\1\nimport os\nos.system('true')\n")))
      assert.equal("dangerous", (scan("a.yaml", mark .. ": 1\na: !!python/object/apply:os.system [x]\n")))
      assert.equal("dangerous", (scan("a.jinja", mark .. "{{ ''.__class__ }}")))
      assert.equal("suspicious", (scan("a.sh", mark .. "=1\ncurl x | sh\n")))
      assert.equal("unknown", (scan("a.json", mark)))
    end
    local graph = "\18\17\18\15\10\13\10\1n\18\8ReadFile"
    for _, before in ipairs { "ID3xxxxxx", "MM\0*x", "\122\16xxxxxxWEBPxxxxxx", "\122\16xxftypxxxxxxxxxx" } do
      assert.equal("tf.op", select(2, scan("saved_model.pb", before .. graph)))
    end
  end)

  it("is so for texts that begin like other texts", function()
    assert.equal("dangerous", (scan("a.jinja", "<?xml version='1.0'?>{{ ''.__class__ }}")))
    assert.equal("dangerous", (scan("a.jinja", "#!/bin/sh\n{{ ''.__class__ }}")))
    assert.equal("dangerous", (scan("a.yaml", "#!/bin/sh\na: !!python/object/apply:os.system [x]\n")))
    assert.equal("suspicious", (scan("a.sh", "{ curl x | sh; }\n")))
    assert.equal("unknown", (scan("a.json", "#!/bin/sh\n")))
  end)

  it("is suspicious when another reader may take it for what it begins with", function()
    for _, mark in ipairs { "\137HDF\r\n\26\n\0\0\0\0\0\8\8" .. ("\0"):rep(81), "GGUF\3\0\0\0" .. ("\0"):rep(16), "\2\0\0\0\0\0\0\0{}" } do
      for _, name in ipairs { "a.py", "a.jinja", "saved_model.pb", "a.onnx" } do
        assert.equal("file.kind-mismatch", select(2, scan(name, mark)))
      end
    end
  end)

  it("is not what stands in a comment", function()
    assert.equal("python", core.classify("#" .. ("x"):rep(511) .. "\137HDF\r\n\26\n", "a.py").kind)
    assert.equal("hdf5", core.classify("#" .. ("x"):rep(511) .. "\137HDF\r\n\26\n", "a.h5").kind)
  end)
end)

describe("compiled code", function()
  it("is not seen in a text whose lines end in carriage returns", function()
    assert.equal("source", core.classify("<#\r\n.Synopsis\r\nc", "a.ps1").kind)
  end)

  it("is suspicious", function()
    for _, head in ipairs { "\127ELF\2\1\1", "MZ\144\0", "\207\250\237\254" } do
      assert.equal("suspicious", (scan("a", head .. ("\0"):rep(60))))
    end
  end)
end)

describe("hdf5", function()
  local head = "\137HDF\r\n\26\n\0\0\0\0\0\8\8" .. ("\0"):rep(81)
  local lambda = '{"class_name": "Sequential", "config": {"layers": [{"class_name": "Lambda", "config": {"function": ["4wEA", null, null]}}]}}'

  it("is safe when it holds arrays and a config without code", function()
    assert.equal("safe", (scan("a.h5", head .. ("\1\0\0\0"):rep(2000))))
    assert.equal("safe", (scan("a.h5", head .. '{"class_name": "Sequential", "config": {"layers": [], "name": "a}\\"{"}}' .. "\0")))
  end)

  it("finds a Lambda layer, wherever its config is and however that is spelt", function()
    for _, gap in ipairs { 0, 256 * 1024 - 100, 256 * 1024 - 1, 700000 } do
      assert.equal("dangerous", (scan("a.h5", head .. ("\0"):rep(gap) .. lambda .. "\0")))
    end
    for _, spelt in ipairs { lambda:gsub("Lambda", "\\u004cambda"), (lambda:gsub("{", "{" .. (" "):rep(300000))), '{"\\"x": ' .. lambda .. "}" } do
      assert.equal("dangerous", (scan("a.h5", head .. "\1" .. spelt .. "\2")))
    end
  end)

  it("does not call a file safe whose config breaks off", function()
    assert.not_equal("safe", (scan("a.h5", head .. lambda:sub(1, -2))))
    assert.equal("dangerous", (scan("a.h5", lambda .. (" "):rep(512 - #lambda) .. head)))
  end)

  it("looks up only so many places that may be lists of files, and says so", function()
    local messages = {}
    for i = 1, 60000 do messages[i] = "\4\3" .. helper.le(i * 48271 % 900000 + 1, 8) .. "\0\0\0\0\0\0" end
    local bytes, reads = head .. table.concat(messages), 0
    local source = core.scan { name = "a.h5", size = #bytes }
    for offset, length in source.need, source do
      reads = reads + 1
      source:feed(offset, bytes:sub(offset + 1, offset + length))
    end
    assert.equal("scan.incomplete", source:report().findings[1].id)
    assert.is_true(reads < 1000) -- there were two for each
  end)

  it("is suspicious when a link or a dataset leads into other files", function()
    local link = "\1\8\64\1x" .. "\8\0" .. "\0f.h5\0/\0"
    local ends = "\8\0\0f.h5\0/\0"
    for _, start in ipairs { "\1\9\64\1\0x", "\1\10\64\1\0\0\0x", "\1\11\64\1\0\0\0\0\0\0\0x", "\1\12\64" .. ("\0"):rep(8) .. "\1x", "\1\24\64\0\1x",
      "\1\31\64" .. ("\0"):rep(9) .. "\1\0\0\0\0\0\0\0x" } do
      assert.equal("hdf5.external", select(2, scan("a.h5", head .. start .. ends .. ("\0"):rep(20))), start)
    end
    for _, wrong in ipairs { "\3\0\0a\0", "\8\0\1f.h5\0/\0", "\9\0\0f.h5\0/\0x", "\255\255\0f.h5\0/\0", "\8\0\0f.h5/\0\0", "\4\0\0\0/\0" } do
      assert.equal("safe", (scan("a.h5", head .. "\1\8\64\1x" .. wrong .. ("\0"):rep(20))), wrong)
    end
    assert.equal("hdf5.external", select(2, scan("a.h5", head .. link .. ("\0"):rep(20))))
    local list = "\1\0\0\0\1\0\1\0\112\0\0\0\0\0\0\0"
    assert.equal("hdf5.external", select(2, scan("a.h5", head .. list .. "HEAP" .. ("\0"):rep(40))))
    assert.equal("safe", (scan("a.h5", head .. list .. ("\0"):rep(44))))
  end)

  it("is not judged when its attributes are packed", function()
    assert.same({ "unknown", "scan.incomplete" }, { scan("a.h5", head .. "FRHP\0\8\0\16\0" .. ("\0"):rep(40)) })
    assert.equal("safe", (scan("a.h5", head .. "FRHP\0\8\0\0\0" .. ("\0"):rep(40))))
  end)

  it("is suspicious when a dataset is made of others, however addresses are counted", function()
    local function virtual(version, address) return string.char(version) .. "\3" .. address .. ("\0"):rep(14) end
    local short = head:sub(1, 13) .. "\4\4" .. head:sub(16)
    for _, version in ipairs { 4, 5 } do
      assert.equal("hdf5.external", select(2, scan("a.h5", head .. virtual(version, "\120\0\0\0\0\0\0\0") .. "GCOL" .. ("\0"):rep(40))))
      assert.equal("hdf5.external", select(2, scan("a.h5", ("\3"):rep(512) .. head .. virtual(version, "\120\0\0\0\0\0\0\0") .. "GCOL" .. ("\0"):rep(40))))
      assert.equal("hdf5.external", select(2, scan("a.h5", short .. virtual(version, "\116\0\0\0") .. "GCOL" .. ("\0"):rep(40))))
      assert.equal("safe", (scan("a.h5", head .. virtual(version, "\255\255\255\255\255\255\255\255") .. "GCOL" .. ("\0"):rep(40))))
    end
  end)

  it("may stand behind a block of the user's own", function()
    for _, size in ipairs { 512, 1024, 2048 } do
      local block = "MATLAB 7.3\0" .. ("\3"):rep(size - 11)
      assert.equal("safe", (scan("a.mat", block .. head .. ("\0"):rep(100))))
      assert.equal("dangerous", (scan("a.h5", block .. head .. lambda .. "\0")))
    end
  end)

  it("is unknown without a superblock", function() assert.equal("unknown", (scan("a.h5", ("\3"):rep(100)))) end)
end)

describe("an .lzma file", function()
  local function kind(dictionary, size) return core.classify("\93" .. helper.le(dictionary, 4) .. size .. "\0" .. ("x"):rep(50), "a").kind end

  it("is known by its dictionary and its size", function()
    local unknown, known = ("\255"):rep(8), helper.le(1000, 8)
    for _, dictionary in ipairs { 4096, 65536, 6144, 8388608, 25165824, 2 ^ 31 } do
      assert.equal("lzma", kind(dictionary, unknown))
      assert.equal("lzma", kind(dictionary, known))
      assert.not_equal("lzma", kind(dictionary, helper.le(2 ^ 40, 8)))
    end
    for _, dictionary in ipairs { 0, 2048, 4097, 20480, 28672 } do assert.not_equal("lzma", kind(dictionary, unknown)) end
  end)
end)

describe("msgpack", function()
  local array = "\201\0\0\0\5\1\1\2\3\4\5" -- an extension of type 1, five bytes

  it("is safe when it holds what Flax writes", function()
    assert.equal("safe", (scan("a.msgpack", "\130\161a" .. array .. "\161b\147\1\192\203" .. ("\0"):rep(8))))
  end)

  it("is walked through every type and every width of a length", function()
    local values = { "\0", "\127", "\224", "\255", "\192", "\194", "\195", "\144", "\146\1\2", "\128", "\129\161a\1", "\160", "\162ab",
      "\196\2ab", "\197\0\2ab", "\198\0\0\0\2ab", "\199\2\1ab", "\200\0\2\1ab", "\201\0\0\0\2\1ab", "\202abcd", "\203abcdefgh", "\204a",
      "\205ab", "\206abcd", "\207abcdefgh", "\208a", "\209ab", "\210abcd", "\211abcdefgh", "\212\1a", "\213\1ab", "\214\1abcd", "\215\1abcdefgh",
      "\216\1" .. ("a"):rep(16), "\217\2ab", "\218\0\2ab", "\219\0\0\0\2ab", "\220\0\2\1\2", "\221\0\0\0\2\1\2", "\222\0\1\161a\1",
      "\223\0\0\0\1\161a\1" }
    for _, value in ipairs(values) do
      local whole = "\129\165layer" .. value
      assert.equal("safe", (scan("a.msgpack", whole)), value)
      if #value > 1 then assert.equal("unknown", (scan("a.msgpack", whole:sub(1, -2))), value) end
      assert.equal("unknown", (scan("a.msgpack", whole .. "\0")), value)
    end
  end)

  it("is unknown when it is cut, has a foreign extension, or something follows", function()
    local whole = "\129\161a" .. array
    for _, bytes in ipairs { whole:sub(1, -2), whole .. "\0", "\129\161a\212\9\0", "\146\0\193", "\223\255\255\255\255\0" } do
      assert.same({ "unknown", "msgpack.broken" }, { scan("a.msgpack", bytes) })
    end
  end)
end)

describe("xgboost", function()
  local function long(n) return "L\0\0\0\0\0\0\0" .. string.char(n) end
  local head = "{" .. long(7) .. "learner"

  it("is safe when it holds values and ends with them", function()
    for _, value in ipairs { "Z", "d\0\0\0\0", "S" .. long(2) .. "ab", "[]", "[iaTF]", "{}", "[#i\2[[]]Z", "[$d#" .. long(2) .. "\1\2\3\4\1\2\3\4",
      "{#i\1i\1aT", "[$L#i\0", "{U\1a[{i\1bZ}]}" } do
      assert.equal("safe", (scan("a.bin", head .. value .. "}")))
    end
  end)

  it("is unknown when it is cut, counts wrongly, or something follows", function()
    for _, rest in ipairs { "", "Z", "Z}Z", "x}", "[$d#i\2\0\0\0\0}", "S" .. long(9) .. "ab}", "Si\255}", "[#i\2Z}", "[$[#i\1}", "[$d\0\0\0\0]}", "[}",
      ("["):rep(100), "ZZ}" } do
      assert.same({ "unknown", "xgboost.broken" }, { scan("a.bin", head .. rest) })
    end
  end)

  it("is not judged in the format of old versions", function() assert.same({ "unknown", "scan.incomplete" }, { scan("a.bin", "binf\0\0\0\0") }) end)
end)
