-- Python source: what it calls, at a glance.
local core = require "hugh.core"

local function scan(text, name)
  local source = core.scan { name = name or "modeling.py", size = #text }
  for offset, length in source.need, source do source:feed(offset, text:sub(offset + 1, offset + length)) end
  local report, ids = source:report(), {}
  for _, finding in ipairs(report.findings) do ids[#ids + 1] = finding.id end
  return report.safety, table.concat(ids, " ")
end

describe("Python source", function()
  it("is unknown, not safe, when nothing stands out", function()
    local text = [[
"""Runs os.system('x') in a docstring
and exec(x) too."""
import torch, os.path as osp
from torch import nn
class Model(nn.Module):
    def eval(self):  # exec("x")
        self.model.eval(); re.compile(r"exec(\")")
        return x().exec(1), {"subprocess.run": 'eval("\'")'}
evaluate(1); subprocess_run = os.path.join("a")
]]
    assert.same({ "unknown", "python.source" }, { scan(text) })
  end)

  for _, text in ipairs {
    "import os\nos.system('true')", "import os as o; o.system('true')", "from os import (path,\n  system as s)\ns('true')", "eval ('1')",
    "from subprocess import *\nrun('true')", "x = [os.popen]", "if x:\n  from subprocess import run\n  run('true')", "import ctypes as c\nc.CDLL('x')",
    "__import__('os')", "[exec(x)]", "'''a''';exec('x')", "import importlib\nimportlib.import_module('os')", "__builtins__.eval",
  } do
    it("is suspicious when it calls: " .. text, function() assert.same({ "suspicious", "python.source python.call" }, { scan(text) }) end)
  end

  it("says that it reaches the network or pickles", function()
    assert.same({ "unknown", "python.source python.network python.unpickle" }, { scan("import requests, pickle\nrequests.get(y)\npickle.loads(x)") })
  end)

  it("may end anywhere", function()
    for _, cut in ipairs { "'", "'''", "'\\", "import", "from os import", "from os import (", "import os as", "from", "#", "os.", "import a," } do
      assert.equal("unknown", (scan(cut)))
    end
  end)
end)
