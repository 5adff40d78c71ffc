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
  it("may have names and paths of any length", function()
    for _, length in ipairs { 200, 240, 245, 246, 247, 256, 300, 5000 } do
      local long = ("a"):rep(length)
      for _, text in ipairs { "import subprocess as sp\nsp." .. long .. "()", "import subprocess as sp\nsp. " .. long .. " . b()",
        "from subprocess import " .. long .. " as x\nx()", "from " .. long .. " import os\nos.system('x')", "getattr(os, '" .. long .. "')()",
        "import os\ngetattr(os, '" .. long .. "')()", "(" .. long .. ").system()", "import " .. long .. "." .. long .. "\n" } do
        local safety, ids = scan(text)
        assert.truthy(safety ~= "safe" and ids:find("python.source", 1, true), text)
      end
    end
  end)

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

  for _, text in ipairs {
    "import os\nos . system('true')", "import os\n(os\n  # why\n  .system)('true')", "import os\nos.\\\n  system('true')", "\239\187\191import os as o\no.system('true')",
    "\fimport os as o\n\fo.system('true')", "#\rimport os\ros.system('true')", "x = 'a\\\r\nb'; import os; os.system('true') #'", "f'{exec(x)}'",
    "x = rf'''{\n__import__('os')\n}'''", "f'{ {1: f\"{eval(x)}\"}[1] }'", "import os\ngetattr(os, 'system')('true')", "from os import *",
    "import os as o\nx = o\nx.popen('true')", "e = eval\ne('1')", "map(eval, texts)", "import os.path\nos.system('true')", "from\tos\timport(system as s)\ns('true')",
    "__builtins__['eval']('1')", "import importlib.util as u\nu.spec_from_file_location(a, b)", "import torch\ntorch.ops.load_library('x.so')",
    "(exec)('x')", "@exec\nclass X: pass", "(e := exec)('x')", "f = [exec][0]", "def f(x=exec): pass", "t'{exec(1)}'", "import os\n(os\n).system('true')",
    "import os\n((os)).system('true')", "import shutil\nshutil.os.system('true')", "import os.path as p\np.os.system('true')", "import tempfile\ntempfile._os.system('true')",
    "from shutil import os as x\nx.system('true')", "import operator\noperator.attrgetter('system')(x)", "from operator import methodcaller as m\nm('system', 'true')(x)",
    "import os\nobject.__getattribute__(os, 'system')('true')", "get_ipython().system('true')", "from importlib import *", "import tensorflow as tf\ntf.load_op_library('x')",
    "from ctypes import cdll\ncdll.LoadLibrary('x')", "import pip\npip.main(['install'])", "from pip._internal import main as m\nm(['install'])",
    "f'{{' + f'{exec(x)}'", "b'' if 'x' else exec(x)",
  } do
    it("is suspicious however it spells it: " .. text, function() assert.same({ "suspicious", "python.source python.call" }, { scan(text) }) end)
  end

  for _, text in ipairs {
    "import os\ngetattr(os, 'sys' + 'tem')('true')", "import os as o\ngetattr(o, name)('true')", "import os\nvars(os)[name]('true')",
    "import os\nos.__dict__[name]('true')", "import sys\nsys.modules['o' + 's'].x('true')", "import sys\nsys.modules['os'].x('true')",
    "''.__class__.__base__.__subclasses__()", "x.__bases__[0].__subclasses__()", "f.__globals__['x']", "globals()['__builtins__']", "getattr(x, '__globals__')",
    "\239\189\143\239\189\147.x()", "x = '\226\128\174'", "# \226\129\167", "# -*- coding: utf-7 -*-\n+AG8-",
    "#!/usr/bin/python\n# vim: set fileencoding=unicode_escape :\n", "import os\nos.__getattribute__(name)", "from sys import modules as m\nm['os'].x",
    "import sys\nsys.modules.get('os')", "print.__self__.x", "frame.f_builtins['x']", "type.__subclasses__(object)",
  } do
    it("is suspicious when it hides what it calls: " .. text, function()
      local safety, ids = scan(text)
      assert.equal("suspicious", safety)
      assert.same("python.hidden", ids:match "python.hidden")
    end)
  end

  for _, text in ipairs {
    "import importlib\nimportlib.import_module('flash_attn.layers')", "import os\ngetattr(os, 'getpid')()", "import sys\nsys.modules[__name__]", "getattr(code, name)",
    "isinstance(x, (types.FunctionType, str))", "f'{x:>{width}} {{exec(x)}} eval(x)'", "'{exec(x)}'", "class A(B):\n  def exec(self): pass", "x.eval()",
    "import torch\ngetattr(torch, name)", "model(train=True, eval=False)", "globals()[name]", "cls.__subclasses__()", "# coding: gbk\n",
    "# encoding: latin-1\n\207\128 = 1", "#\n\n# coding: utf-7", "from . import os2\nfrom .system import os",
    "import ctypes\nctypes.sizeof(ctypes.c_int)", "from pip._internal.utils import compat\ncompat.WINDOWS", "import sys\nsys.modules.get('torch')", "exec = None\n",
    "get_ipython().run_line_magic('matplotlib', 'inline')", "import os\nf(os).x", "x.__self__",
  } do
    it("is nothing special: " .. text, function() assert.same({ "unknown", "python.source" }, { scan(text) }) end)
  end

  it("is looked at in short steps", function()
    for _, unit in ipairs { "a ", "s s=", "os.s", "_pickle ", "import o as b;", "f'{", "a.\n" } do
      local text = unit:rep(math.floor(2 ^ 18 / #unit))
      local source, steps = core.scan { name = "a.py", size = #text }, 0
      repeat
        local what, offset, length = source:step(4096)
        steps = steps + 1
        if what == "want" then source:feed(offset, text:sub(offset + 1, offset + length)) end
      until what == "done"
      assert.is_true(steps > 10)
    end
  end)

  it("says that it reaches the network or pickles", function()
    assert.same({ "unknown", "python.source python.network python.unpickle" }, { scan("import requests, pickle\nrequests.get(y)\npickle.loads(x)") })
  end)

  it("may end anywhere", function()
    for _, cut in ipairs { "'", "'''", "'\\", "import", "from os import", "from os import (", "import os as", "from", "#", "os.", "import a," } do
      assert.equal("unknown", (scan(cut)))
    end
  end)
end)
