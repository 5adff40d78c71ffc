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
    for _, text in ipairs { "a: !!python/object/apply:os.system ['true']", "!!python/object/new:os.system\n- x", "{a: !!python/name:builtins.eval }",
      "- !!p%79thon/object/apply:os.system [x]", "!<tag:yaml.org,2002:python/object/apply:os.system> [x]", "[!!python/object/apply:eval ['1']]",
      "# a\r!!python/object/apply:os.system [x]", "# a\194\133!!python/object/apply:os.system [x]", "\239\187\191!!python/object/apply:os.system [x]" } do
      assert.same({ "yaml.call", "dangerous" }, { scan(text) })
    end
  end)

  it("is suspicious when a tag builds something, or is hidden", function()
    for _, text in ipairs { "a: !!python/object:acme.Thing {}", "!!python/module:acme", "%TAG !x! tag:yaml.org,2002:python/\n--- !x!object/apply:os.system [x]" } do
      assert.same({ "yaml.python-tag", "suspicious" }, { scan(text) })
    end
  end)

  it("is not judged in UTF-16", function() assert.same({ "scan.incomplete", "unknown" }, { scan("\255\254!\0!\0p\0") }) end)

  it("says what Hydra would call", function()
    assert.same({ "config.target.dangerous", "dangerous" }, { scan("a:\n  - _target_: os.system\n") })
    assert.same({ "config.target.dangerous", "dangerous" }, { scan('{"_target_": "subprocess.run"}') })
    assert.same({ "config.target.dangerous", "dangerous" }, { scan("model:\n  target: os.system\n") })
    assert.same({ "nothing", "safe" }, { scan("model:\n  target: ldm.models.Diffusion\n  targets: os.system\n") })
    assert.same({ "config.target", "suspicious" }, { scan("model: {_target_: acme.Model, x: 1}") })
  end)
end)
