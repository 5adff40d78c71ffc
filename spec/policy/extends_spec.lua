-- Inheritance by relative files, and the version a policy asks for.
local policy = require "hugh.policy"

describe("extends and requires", function()
  local directory

  before_each(function()
    directory = os.tmpname()
    os.remove(directory)
    assert(os.execute("mkdir -p " .. directory .. "/team"))
  end)
  after_each(function() os.execute("rm -r " .. directory) end)

  local function write(name, text)
    local file = assert(io.open(directory .. "/" .. name, "wb"))
    file:write(text)
    file:close()
    return directory .. "/" .. name
  end

  it("reads files relative to the one that names them, several levels deep", function()
    write("base.lua", 'policy "base" { extends = { "hugginghugh" } }\nbelow { [40] = block }\n')
    write("team/team.lua", 'policy "team" { extends = { "../base.lua" } }\nweights { safetensors_usage = 68 }\n')
    local loaded = assert(policy.load(write("acme.lua", 'policy "acme" { extends = { "team/team.lua" } }\n')))
    assert.equal("acme", loaded.name)
    local sources = {}
    for i, below in ipairs(loaded.description.below) do sources[i] = below.source end
    assert.truthy(table.concat(sources, " "):find("base.lua:2", 1, true))
    assert.near(100 * 68 / 150, loaded.description.factors[2].weight, 1e-9)
  end)

  it("refuses a circle", function()
    local first = write("a.lua", 'policy "a" { extends = { "./b.lua" } }\n')
    write("b.lua", 'policy "b" { extends = { "a.lua" } }\n')
    local loaded, message, code = policy.load(first)
    assert.is_nil(loaded)
    assert.equal("POLICY", code)
    assert.truthy(message:find("extended in a circle", 1, true), message)
  end)

  it("refuses a policy for a newer hugh, and a version that it cannot read", function()
    local _, message = policy.load 'policy "p" { requires = "hugh >= 99.0" }'
    assert.truthy(message:find("needs hugh 99.0 or newer", 1, true), message)
    _, message = policy.load 'policy "p" { requires = "a new one" }'
    assert.truthy(message:find('requires is written "hugh >= 1.0"', 1, true), message)
  end)
end)
