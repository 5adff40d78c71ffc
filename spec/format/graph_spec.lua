-- Graphs in protocol buffers: ONNX and TensorFlow.
local core = require "hugh.core"

local function scan(name, bytes, piece)
  local source = core.scan { name = name, size = #bytes }
  for offset, length in source.need, source do
    length = math.min(length, piece or length)
    source:feed(offset, bytes:sub(offset + 1, offset + length))
  end
  local report = source:report()
  return report.safety, report.findings[1] and report.findings[1].id, report
end

local function varint(n)
  local out = ""
  while n >= 128 do
    out, n = out .. string.char(n % 128 + 128), math.floor(n / 128)
  end
  return out .. string.char(n)
end

-- A field that holds bytes: a text or a message.
local function field(number, text) return varint(number * 8 + 2) .. varint(#text) .. text end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

describe("onnx", function()
  local function model(graph, more) return "\8\8" .. field(7, graph) .. (more or "") end
  local function node(op, more) return field(1, field(4, op) .. (more or "")) end
  local function external(path) return field(5, field(13, field(1, "location") .. field(2, path))) end

  it("is safe when it is a graph of known operators, however it is fed", function()
    local bytes = read("examples/models/onnx/model.onnx")
    for _, piece in ipairs { 1, 7, 1000 } do assert.equal("safe", (scan("a.onnx", bytes, piece))) end
  end)

  it("may keep its weights next to itself, and nowhere else", function()
    assert.equal("safe", (scan("a.onnx", model(external("weights/model.data")))))
    for _, path in ipairs { "/etc/passwd", "../x", "a/../../x", "a\\..\\x", "C:\\x", "\\\\host\\x", "*/_ORT_MEM_ADDR_/*" } do
      assert.equal("onnx.external-data", select(2, scan("a.onnx", model(external(path)))))
    end
  end)

  it("finds an external file in a graph inside an attribute", function()
    local branch = field(5, field(6, external("../x")))
    assert.equal("onnx.external-data", select(2, scan("a.onnx", model(node("If", branch)))))
  end)

  it("is suspicious when an operator calls Python", function()
    assert.equal("onnx.python-op", select(2, scan("a.onnx", model(node("PyOp")))))
  end)

  it("is not judged when a native library brings its operators", function()
    local safety, id = scan("a.onnx", model(node("X", field(7, "acme.ops")), field(8, field(1, "acme.ops"))))
    assert.same({ "unknown", "onnx.custom-domain" }, { safety, id })
  end)

  it("is not judged when it holds a compiled program", function()
    local safety, id = scan("a.onnx", model(node("EPContext", field(7, "com.microsoft"))))
    assert.same({ "unknown", "onnx.custom-domain" }, { safety, id })
  end)

  it("may define a domain by functions of its own", function()
    local own = field(8, field(1, "pkg.own")) .. field(25, field(10, "pkg.own") .. field(7, field(4, "Add")))
    assert.equal("safe", (scan("a.onnx", model(node("X", field(7, "pkg.own")), own))))
  end)

  it("is suspicious when it is cut, when a field has the wrong type, when there is no graph, and when it is too deep", function()
    local bytes = read("examples/models/onnx/model.onnx")
    local deep = ""
    for _ = 1, 200 do deep = field(1, field(5, field(6, deep))) end
    for _, hostile in ipairs { bytes:sub(1, -2), "\8\8\56\1", "\8\8", model(deep), model("\10\127") } do
      assert.equal("graph.broken", select(2, scan("a.onnx", hostile)))
    end
  end)
end)

describe("a message that is neither", function()
  it("is not taken for a graph by its first bytes", function()
    local core_ml = "\8\4\18\12\10\10\10\5image\18\1x" -- specificationVersion 4, description
    for _, bytes in ipairs { core_ml, (core_ml:gsub("^\8\4", "\8\1")) } do
      local safety, id, report = scan("model.bin", bytes)
      assert.same({ "unknown", "unknown" }, { safety, report.kind })
      assert.is_nil(id)
    end
  end)
end)

describe("tensorflow", function()
  local function graph(op, more) return field(1, field(1, "n") .. field(2, op) .. (more or "")) end
  local function saved(bytes) return "\8\1" .. field(2, field(2, bytes)) end

  it("is of unknown safety when no operator reaches out: no list of operators is complete", function()
    assert.equal("unknown", (scan("saved_model.pb", saved(graph("MatMul")))))
  end)

  it("finds operators in the graph, in its functions, and without a SavedModel around", function()
    local inside = field(2, field(1, field(3, field(2, "PyFunc"))))
    for _, bytes in ipairs { saved(graph("PyFunc")), saved(inside), graph("PyFunc"), graph("Add") .. inside } do
      assert.equal("tf.op", select(2, scan("a.pb", bytes)))
    end
    assert.equal("dangerous", (scan("a.pb", saved(graph("WriteFile")))))
  end)

  it("knows an operator by any of its names", function()
    for name, id in pairs { TFRecordDatasetV2 = "tf.op", ExperimentalSqlDataset = "tf.op", SnapshotDatasetV2 = "tf.op.dangerous" } do
      assert.equal(id, select(2, scan("a.pb", graph(name))))
    end
  end)

  it("finds the layers that Keras makes from metadata", function()
    local lambda = '{"class_name": "Lambda", "config": {"function": {"class_name": "__tuple__", "items": ["4wEA", null, null]}}}'
    local object = field(7, field(1, field(4, field(1, "_tf_keras_layer") .. field(3, lambda))))
    for name, bytes in pairs {
      ["keras_metadata.pb"] = field(1, "\16\1" .. field(3, "root") .. field(5, "{}")) .. field(1, field(5, lambda)),
      ["saved_model.pb"] = "\8\1" .. field(2, object), ["a.pb"] = "\8\1" .. field(2, object) } do
      local safety, id = scan(name, bytes)
      assert.same({ "dangerous", "keras.lambda" }, { safety, id })
    end
    local safety, id = scan("keras_metadata.pb", field(1, field(5, '{"class_name": "Dense"}')))
    assert.same({ "unknown" }, { safety, id })
  end)

  it("is read as text too", function()
    local function node(op) return 'node {\n  name: "n"\n  ' .. op .. '\n}\n' end
    assert.same({ "unknown" }, { (scan("saved_model.pbtxt", node 'op: "Add"' .. '# "WriteFile"\nnop: "WriteFile"')) })
    for _, op in ipairs { 'op: "WriteFile"', "op : 'WriteFile'", '} node {op:"WriteFile"' } do
      for _, before in ipairs { "", ("x"):rep(256 * 1024 - 15) .. "\n" } do
        assert.equal("tf.op.dangerous", select(2, scan("saved_model.pbtxt", before .. node(op))))
      end
    end
    assert.equal("unknown", (scan("graph.pbtxt", 'op: "')))
    assert.equal("tf.op.dangerous", select(2, scan("other.txt", node 'op: "WriteFile"')))
    assert.equal("dangerous", (scan("saved_model.pb", field(12, "e {") .. saved(graph("WriteFile"))))) -- which begins with a "b"
    assert.equal("safe", (scan("label_map.pbtxt", 'item {\n  id: 1\n  name: "cat"\n}\n')))
  end)

  it("is not expected in every file that is named .pb", function()
    local tensor = "\8\2\16\1" .. field(9, "\0\0\0\0\0\0\128\63") -- an ONNX TensorProto
    local safety, id, report = scan("input_0.pb", tensor)
    assert.same({ "unknown", "unknown" }, { safety, report.kind })
    assert.is_nil(id)
    assert.equal("graph.broken", select(2, scan("saved_model.pb", tensor)))
    local found = select(3, scan("a.pb", "\16\1" .. graph("WriteFile"))).findings
    assert.same({ "tf.op.dangerous", "graph.broken" }, { found[1].id, found[2].id })
  end)

  it("finds the file that PrintV2 writes to", function()
    local attribute = field(5, field(1, "output_stream") .. field(2, field(2, "file:///tmp/x")))
    assert.equal("tf.op", select(2, scan("a.pb", saved(graph("PrintV2", attribute)))))
  end)

  it("finds what a graph hides by beginning like a SavedModel", function()
    local library = field(2, field(1, field(3, field(2, "PyFunc"))))
    for _, bytes in ipairs { "\8\1" .. graph("PyFunc"), "\8\1" .. graph("Add") .. library, "\8\1" .. library } do
      assert.equal("tf.op", select(2, scan("a.pb", bytes)))
    end
    assert.is_nil(select(2, scan("a.pb", "\8\1" .. field(2, field(1, field(4, "serve")) .. field(2, graph("Add"))))))
  end)

  it("takes saved_model.pb for a SavedModel whatever it begins with", function()
    local hidden = graph("Add") .. field(2, field(2, graph("WriteFile")))
    assert.equal("dangerous", (scan("saved_model.pb", hidden)))
  end)
end)
