-- TorchScript programs: what reaches beyond the tensors is found however it is spelled, and what only looks like it is not.
local core = require "hugh.core"

local directory = os.tmpname()
os.remove(directory)

local WRITE = [[
import sys, zipfile
for index, source in enumerate(sys.stdin.read().split("\f")):
    with zipfile.ZipFile(f"{sys.argv[1]}/{index}.pt", "w") as archive:
        archive.writestr("m/data.pkl", b"\x80\x02N.")
        archive.writestr("m/constants.pkl", b"\x80\x02).")
        archive.writestr("m/code/__torch__/m.py", source)
]]

local sources = {
  plain = "def forward(self, input: Tensor) -> Tensor:\n  return torch.linear(input, self.weight, ops.quantized.add(input, input))\n",
  save = "  _0 = torch.save(x, 'f')\n",
  spaced = "  _0 = ops . aten\n  .from_file(x)\n",
  rpc = "  _0 = rpc_async('w', f)\n",
  qualified = "  _0 = torch.ops.image.write_file('f', x)\n",
  string = "  _0 = 'torch.save(' # torch.save\n  _1 = ''\n  _2 = \"\"\"ops.rpc.x \" ' \"\"\"\n",
  behind_strings = "  _0 = ''\n  _1 = \"\"\"a\"\"\"\n  _2 = '\\''\n  torch.save(x, _0)\n",
  attribute = "  _0 = (self.torch).save(x)\n  _1 = self.ops.aten.save\n  ops : int = 1\n",
  alias = "  t = torch\n  t.save(x, 'f')\n",
  custom = "  _0 = ops.acme.run(x)\n",
  class = "  _0 = __torch__.torch.classes.acme.Engine()\n",
}

local names, texts = {}, {}
for name, source in pairs(sources) do
  names[name] = #texts
  texts[#texts + 1] = source
end
assert(os.execute(("mkdir -p '%s'"):format(directory)))
local pipe = assert(io.popen(("/usr/bin/python3 -c '%s' '%s'"):format(WRITE:gsub("'", "'\\''"), directory), "w"))
pipe:write(table.concat(texts, "\f"))
pipe:close()

local function scan(name)
  local report, ids = assert(core.scan_file(("%s/%d.pt"):format(directory, names[name]))), {}
  for _, finding in ipairs(report.findings) do ids[#ids + 1] = finding.id end
  return report, ids
end

describe("a TorchScript program", function()
  teardown(function() os.execute(("rm -r '%s'"):format(directory)) end)

  it("that computes is safe", function()
    for _, name in ipairs { "plain", "string", "attribute" } do
      local report, ids = scan(name)
      assert.equal("torchscript", report.kind)
      assert.same({}, ids, name)
      assert.equal("safe", report.safety)
    end
  end)

  it("that touches files or other machines is dangerous", function()
    for _, name in ipairs { "save", "spaced", "rpc", "qualified", "behind_strings" } do
      local report, ids = scan(name)
      assert.same({ "torchscript.op" }, ids, name)
      assert.equal("dangerous", report.safety)
    end
  end)

  it("that uses an extension, or hides what it calls, cannot be judged", function()
    for _, name in ipairs { "custom", "class", "alias" } do
      local report, ids = scan(name)
      assert.same({ "torchscript.custom" }, ids, name)
      assert.equal("unknown", report.safety)
    end
  end)
end)
