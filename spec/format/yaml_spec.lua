-- YAML: what unsafe loaders and Hydra would call.
local core = require "hugh.core"

local function scan(text)
  local source = core.scan { name = "hparams.yaml", size = #text }
  for offset, length in source.need, source do source:feed(offset, text:sub(offset + 1, offset + length)) end
  local report = source:report()
  return report.findings[1] and report.findings[1].id or "nothing", report.safety
end

describe("YAML", function()
  it("is data as long as it is only data", function()
    for _, text in ipairs { "a: 1\nb: [x, !!str y, !!python/tuple [1]]\n", "# !!python/object/apply:os.system\na: b # _target_: os.system\n",
      "a: wow!!python/object:x\n", "my_target_: x\n", "!", "!!", "_target_", "_target_:", "!!%", "!<tag:yaml.org," } do
      assert.same({ "nothing", "safe" }, { scan(text) })
    end
  end)

  it("is dangerous when a tag calls, however it is spelt", function()
    for _, text in ipairs { "a: !!python/object/apply:os.system ['true']", "!!python/object/new:os.system\n- x", "{a: !!python/name:builtins.eval }", "a: !new:subprocess.Popen [x]", "a: !apply:os.system [x]", "!apply:speechbrain.utils.superpowers.run_shell [x]",
      "- !!p%79thon/object/apply:os.system [x]", "!<tag:yaml.org,2002:python/object/apply:os.system> [x]", "[!!python/object/apply:eval ['1']]",
      "# a\r!!python/object/apply:os.system [x]", "# a\194\133!!python/object/apply:os.system [x]", "\239\187\191!!python/object/apply:os.system [x]" } do
      assert.same({ "yaml.call", "dangerous" }, { scan(text) })
    end
  end)

  it("is suspicious when a tag builds something, or is hidden", function()
    for _, text in ipairs { "a: !!python/object:acme.Thing {}", "!!python/module:acme", "!!python/object/apply:torch.x []", "a: !new:acme.Model", "!apply:speechbrain.x [x]", "%TAG !x! tag:yaml.org,2002:python/\n--- !x!object/apply:os.system [x]" } do
      assert.same({ "yaml.python-tag", "suspicious" }, { scan(text) })
    end
  end)

  it("may name what honest configs do", function()
    for _, text in ipairs { "- !!python/name:material.extensions.emoji.twemoji", "model: !new:speechbrain.nnet.linear.Linear\nopt: !name:torch.optim.AdamW",
      "seed: !apply:torch.manual_seed [!ref <seed>]\nloss: !name:speechbrain.nnet.losses.nll_loss\ntokenizer: !new:sentencepiece.SentencePieceProcessor" } do
      assert.same({ "nothing", "safe" }, { scan(text) })
    end
  end)

  it("finds a target behind whatever stands between it and its key", function()
    for _, text in ipairs { "_target_: &a os.system", "target: !!str os.system", "class_path: >-\n  os.system", "_target_: # why\n  os.system", "? _target_\n: os.system",
      '"\\u005ftarget_": os.system', '"\\x5f\\x74arget_": os.system', '{"_tar\\\n  get_" : "os.system"}', '"\\U0000005ftarget_": os.system' } do
      assert.same({ "config.target.dangerous", "dangerous" }, { scan(text) })
    end
    assert.same({ "config.target", "suspicious" }, { scan("target:" .. (" "):rep(5000) .. "os.system") })
    for _, text in ipairs { '"\\u005ftarget": os.system', '"a\\', '"\\', '"\\u', "target: os.environ/KEY", 'a: "\\x41"', "target: &a", "target: |" } do
      assert.same({ "nothing", "safe" }, { scan(text) })
    end
  end)

  it("says what MLflow would import", function()
    assert.same({ "config.target", "suspicious" }, { scan("flavors:\n  python_function:\n    loader_module: acme_loader\n") })
    assert.same({ "nothing", "safe" }, { scan("flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n") })
    assert.equal("yaml", core.classify("artifact_path: model\n", "m/MLmodel").kind)
    assert.equal("unknown", core.classify("\8\4\18\12\10\10\10\5image\18\1x", "a.mlmodel").kind)
  end)

  it("is not judged in UTF-16", function() assert.same({ "scan.incomplete", "unknown" }, { scan("\255\254!\0!\0p\0") }) end)

  it("says what Hydra would call", function()
    assert.same({ "config.target.dangerous", "dangerous" }, { scan("a:\n  - _target_: os.system\n") })
    assert.same({ "config.target.dangerous", "dangerous" }, { scan('{"_target_": "subprocess.run"}') })
    assert.same({ "config.target.dangerous", "dangerous" }, { scan("model:\n  target: os.system\n") })
    assert.same({ "nothing", "safe" }, { scan("model:\n  target: ldm.models.Diffusion\n  targets: os.system\n") })
    assert.same({ "config.target", "suspicious" }, { scan("model: {_target_: acme.Model, x: 1}") })
    assert.same({ "nothing", "safe" }, { scan("encoder:\n  _target_: nemo.collections.asr.modules.ConformerEncoder\noptim:\n  _target_: torch.optim.AdamW") })
    for _, target in ipairs { "torch.nn.functional.relu", "nemo.collections.x", "nemo.collectionsx.Y", "torch.nn.X${y}", "torch.load" } do
      assert.not_equal("nothing", (scan("_target_: " .. target)))
    end
  end)
end)
