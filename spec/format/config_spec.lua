-- JSON configs and templates: where they ask for code.
local core = require "hugh.core"

local function scan(name, bytes, piece)
  local source = core.scan { name = name, size = #bytes }
  for offset, length in source.need, source do
    if piece then length = math.min(length, piece) end
    source:feed(offset, bytes:sub(offset + 1, offset + length))
  end
  local report = source:report()
  return report.safety, report.findings[1] and report.findings[1].id or ""
end

local chatml = [[{"chat_template": "{% for m in messages %}{{'<|im_start|>' + m['role'] + '\\n' + m['content'] | trim }}{% endfor %}",
  "model_max_length": 1e30, "other": [NaN, true, null]}]]

describe("a config", function()
  it("is safe when it only states facts", function()
    assert.same({ "safe", "" }, { scan("config.json", '{"architectures":["BertModel"],"layers":[{"class_name":"Dense"}]}') })
    assert.same({ "safe", "" }, { scan("tokenizer_config.json", chatml) })
    assert.same({ "safe", "" }, { scan("a.json", '{"a":1}\n{"a":2}\n') })
  end)

  it("names what asks for code, however small the pieces are that it is read in", function()
    local cases = {
      ["config.auto-map"] = '{"auto_map":{"AutoModel":"modeling_x.X"}}',
      ["config.target"] = '{"a":[{"_target_":"acme.Model"}]}',
      ["keras.lambda"] = '{"config":{"layers":[{"config":{"layer":{"class_name":"Lam\\u0062da"}}}]}}',
      ["jinja.attribute-walk"] = [[{"chat_template":[{"name":"default","template":"{{ ''.__cl\u0061ss__ }}"}]}]],
    }
    for id, text in pairs(cases) do
      assert.equal(id, select(2, scan("config.json", text)))
      assert.equal(id, select(2, scan("config.json", text, 1)))
    end
  end)

  it("is judged by what it has Keras import and call, in either order and at any depth", function()
    local function keras(object) return scan("config.json", '{"config":{"layers":[{"config":[' .. object .. "]}]}}") end
    assert.same({ "dangerous", "keras.call" }, { keras '{"module":"os","class_name":"system","config":{"command":"true"}}' })
    assert.same({ "dangerous", "keras.call" }, { keras '{"class_name":"system","config":{"module":"keras"},"module":"os"}' })
    assert.same({ "dangerous", "keras.call" }, { keras '{"module":"builtins","class_name":"function","config":"exec"}' })
    assert.same({ "dangerous", "keras.call" }, { keras '{"module":"keras.utils","class_name":"get_file","config":{}}' })
    assert.same({ "suspicious", "keras.module" }, { keras '{"module":"acme","config":{"module":"keras"},"class_name":"Layer"}' })
    assert.same({ "suspicious", "keras.module" }, { keras '{"class_name":"Layer","config":{},"module":"acme.layers"}' })
    assert.same({ "safe", "" }, { keras '{"module":"keras.layers","class_name":"Dense","config":{"activation":{"module":"builtins","class_name":"function","config":"relu"}}}' })
    assert.same({ "safe", "" }, { keras '{"module":"acme"},{"class_name":"Dense","module":null}' })
  end)

  it("is dangerous when its target is", function()
    assert.same({ "dangerous", "config.target.dangerous" }, { scan("config.json", '{"a":[{"_target_":"os.system"}]}') })
  end)

  it("is dangerous when a target by another name is, and only then", function()
    for _, key in ipairs { "target", "class_path", "()", "py/object", "py/function" } do
      assert.same({ "dangerous", "config.target.dangerous" }, { scan("config.json", ('{"a":{"%s":"os.system"}}'):format(key)) })
      assert.same({ "safe", "" }, { scan("config.json", ('{"a":{"%s":"ldm.models.Diffusion"},"%s":"eval"}'):format(key, key)) })
    end
  end)

  it("of a pipeline may name a class, and asks for code when it names a file", function()
    assert.same({ "safe", "" }, { scan("model_index.json", '{"_class_name":"StableDiffusionPipeline","unet":["diffusers","UNet2DConditionModel"]}') })
    for _, text in ipairs { '{"_class_name":["pipeline","Mine"]}', '{"custom_pipeline":"acme/pipeline"}' } do
      assert.same({ "suspicious", "config.auto-map" }, { scan("model_index.json", text) })
    end
  end)

  it("that trusts the repository's code says so", function()
    assert.equal("config.auto-map", select(2, scan("config.json", '{"trust_remote_code":true}')))
    assert.equal("", select(2, scan("config.json", '{"trust_remote_code":false}')))
  end)

  it("is not judged when it is no JSON, unless it never said it was", function()
    assert.same({ "unknown", "json.broken" }, { scan("config.json", '{"a":') })
    assert.same({ "safe", "" }, { scan("README.md", "[![badge](x)] text") })
  end)

  it("is read behind a byte order mark, and is not judged as plain text", function()
    assert.equal("config.auto-map", select(2, scan("config.json", '\239\187\191{"auto_map":{"AutoModel":"m.X"}}')))
    assert.same({ "unknown", "json.broken" }, { scan("config.json", '// why\n{"auto_map":{"AutoModel":"m.X"}}') })
    assert.same({ "safe", "" }, { scan("a.json", '"text"') })
  end)

  it("may hold its templates by name", function()
    local walk = "{{ x.__class__ }}"
    for _, text in ipairs { '{"chat_template":{"default":"%s"}}', '{"chat_template":{"a":{"b":["%s"]}}}' } do
      assert.equal("dangerous", (scan("tokenizer_config.json", text:format(walk))))
    end
    assert.equal("safe", (scan("tokenizer_config.json", ('{"chat_template":{"default":"x"},"other":"%s"}'):format(walk))))
  end)

  it("that takes files from elsewhere says which", function()
    for _, text in ipairs { '{"weight_map":{"a":"x.bin","b":"../../y.bin"}}', '{"weight_map":{"a":"/etc/x"}}', '{"class_name":"StringLookup","config":{"vocabulary":"/etc/passwd"}}',
      '{"config":{"vocabulary":"https://acme.example/x"}}' } do
      assert.same({ "suspicious", "config.path" }, { scan("model.safetensors.index.json", text) })
    end
    for _, text in ipairs { '{"weight_map":{"a":"model-00001.safetensors"},"b":"../x"}', '{"config":{"vocabulary":["/etc/passwd"]}}', '{"vocabulary":"ListWrapper([\'a\', \'b:\'])"}' } do
      assert.same({ "safe", "" }, { scan("model.safetensors.index.json", text) })
    end
  end)

  it("of sentence-transformers names modules", function()
    local function modules(kind) return scan("modules.json", ('[{"idx":0,"name":"0","path":"","type":"%s"}]'):format(kind)) end
    assert.same({ "safe", "" }, { modules "sentence_transformers.models.Transformer" })
    assert.same({ "suspicious", "config.auto-map" }, { modules "custom_st.Transformer" })
    assert.same({ "safe", "" }, { scan("other.json", '{"type":"custom.Thing"}') })
  end)

  it("finds the operators that a layer calls, and modules had through others", function()
    for _, text in ipairs { '{"class_name":"TFOpLambda","config":{"function":"io.write_file"}}', '{"class_name":"TFOpLambda","config":{"function":"raw_ops.ReadFile"}}',
      '{"class_name":"TFSMLayer","config":{"filepath":"x"}}', '{"module":"keras.src.backend.os","class_name":"system"}' } do
      assert.same({ "dangerous", "keras.call" }, { scan("config.json", text) })
    end
    assert.same({ "safe", "" }, { scan("config.json", '{"class_name":"TFOpLambda","config":{"function":"math.add"}}') })
  end)

  it("finds the walk in a template file", function()
    assert.equal("dangerous", (scan("chat_template.jinja", "{{ x|attr('a') }}")))
    assert.equal("", select(2, scan("chat_template.jinja", "{% for m in messages %}{{ m.content }}{% endfor %}")))
  end)
end)
