rockspec_format = "3.0"
package = "hugh"
version = "1.0.0-1"
source = {
  url = "git+https://github.com/hugh-lua/hugh.git",
  tag = "v1.0.0",
}
description = {
  summary = "Can these model files be trusted? Scans and scores machine-learning models before they are loaded",
  detailed = "Reads pickles, PyTorch zips, safetensors, GGUF, ONNX and more without running them, and lets a policy written in Lua decide.",
  license = "MIT",
}
supported_platforms = { "linux" }
dependencies = {
  "lua >= 5.1, < 5.5",
  "lua-cjson >= 2.1",
  "argparse >= 0.7",
}
build = {
  type = "make",
  install_pass = false,
  build_variables = {
    BUILD = "build/rock",
    CFLAGS = "$(CFLAGS)",
    LUA_CFLAGS = "-I$(LUA_INCDIR)",
  },
  install = {
    bin = { hugh = "bin/hugh" },
    lib = {
      ["hugh.core"] = "build/rock/hugh/core.so",
    },
    lua = {
      ["hugh.cli.classify"] = "lua/hugh/cli/classify.lua",
      ["hugh.cli.common"] = "lua/hugh/cli/common.lua",
      ["hugh.cli.explain"] = "lua/hugh/cli/explain.lua",
      ["hugh.cli"] = "lua/hugh/cli/init.lua",
      ["hugh.cli.policy"] = "lua/hugh/cli/policy.lua",
      ["hugh.cli.rank"] = "lua/hugh/cli/rank.lua",
      ["hugh.cli.scan"] = "lua/hugh/cli/scan.lua",
      ["hugh.cli.score"] = "lua/hugh/cli/score.lua",
      ["hugh.data.licenses"] = "lua/hugh/data/licenses.lua",
      ["hugh.data.organisations"] = "lua/hugh/data/organisations.lua",
      ["hugh.data.unicode"] = "lua/hugh/data/unicode.lua",
      ["hugh.files"] = "lua/hugh/files.lua",
      ["hugh"] = "lua/hugh/init.lua",
      ["hugh.json"] = "lua/hugh/json.lua",
      ["hugh.model.card"] = "lua/hugh/model/card.lua",
      ["hugh.model.directory"] = "lua/hugh/model/directory.lua",
      ["hugh.model.facts"] = "lua/hugh/model/facts.lua",
      ["hugh.model"] = "lua/hugh/model/init.lua",
      ["hugh.model.license"] = "lua/hugh/model/license.lua",
      ["hugh.model.summarize"] = "lua/hugh/model/summarize.lua",
      ["hugh.policies.hugginghugh"] = "lua/hugh/policies/hugginghugh.lua",
      ["hugh.policies.verified"] = "lua/hugh/policies/verified.lua",
      ["hugh.policy"] = "lua/hugh/policy/init.lua",
      ["hugh.policy.language"] = "lua/hugh/policy/language.lua",
      ["hugh.policy.mistakes"] = "lua/hugh/policy/mistakes.lua",
      ["hugh.policy.table"] = "lua/hugh/policy/table.lua",
      ["hugh.policy.tests"] = "lua/hugh/policy/tests.lua",
      ["hugh.report.advice"] = "lua/hugh/report/advice.lua",
      ["hugh.report"] = "lua/hugh/report/init.lua",
      ["hugh.report.sarif"] = "lua/hugh/report/sarif.lua",
      ["hugh.report.scorecard"] = "lua/hugh/report/scorecard.lua",
      ["hugh.report.style"] = "lua/hugh/report/style.lua",
      ["hugh.report.text"] = "lua/hugh/report/text.lua",
      ["hugh.suggest"] = "lua/hugh/suggest.lua",
      ["hugh.utf8"] = "lua/hugh/utf8.lua",
    },
  },
}
