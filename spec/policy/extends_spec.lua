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
    assert.truthy(message:find(("policies extend each other in a circle: %s → %s/b.lua → %s"):format(first, directory, first), 1, true), message)
  end)

  it("sees a circle through other ways to say the same path", function()
    local first = write("a.lua", 'policy "a" { extends = { "team/../team/t.lua" } }\n')
    write("team/t.lua", 'policy "t" { extends = { "./.././a.lua" } }\n')
    local _, message = policy.load(first)
    assert.truthy(message:find(("in a circle: %s → %s/team/t.lua → %s\n"):format(first, directory, first), 1, true), message)
  end)

  it("reads a base that two share once, before both", function()
    write("base.lua", 'policy "base" {}\nfiles { deny = { "*.base" } }\nfactor "one" { score = function () return 1 end }\nweights { one = 3 }')
    write("left.lua", 'policy "left" { extends = { "base.lua" } }\nfiles { deny = append { "*.left" } }\nweights { one = 4 }\n')
    write("right.lua", 'policy "right" { extends = { "./team/../base.lua" } }\nfiles { deny = append { "*.right" } }\n')
    local loaded = assert(policy.load(write("a.lua", 'policy "a" { extends = { "left.lua", "right.lua", "base.lua" } }\n')))
    assert.same({ "*.base", "*.left", "*.right" }, loaded.description.lists.files.deny)
    assert.truthy(loaded.description.factors[1].weight_source:find("left.lua:3", 1, true))
  end)

  it("tells what is wrong with a text beside a base that is not there, and no more", function()
    local _, message = policy.load 'policy "p" { extends = { "no/such.lua" } }\nweights { of_the_base = 3, other = -1 }\n'
    assert.equal([[
policy:1: cannot read the policy no/such.lua: No such file or directory
    policy "p" { extends = { "no/such.lua" } }
                             ^
policy:2: a weight is a number from 0 on, not -1
    weights { of_the_base = 3, other = -1 }
                               ^]], message)
  end)

  it("tells of lists that contradict those of the base, and where these are", function()
    local base = write("base.lua", 'policy "base" {}\nlicenses {\n  deny = { "gpl-*", "cc-by-nc-*" }, unknown = warn,\n}\n')
    local _, message = policy.load(write("a.lua", 'policy "a" { extends = { "base.lua" } }\nlicenses { allow = { "mit", "gpl-3.0" } }\n'))
    assert.equal(([[
%s/a.lua:2: licenses: 'gpl-3.0' is allowed, but 'gpl-*' denies it; the other is in %s:2
    licenses { allow = { "mit", "gpl-3.0" } }
                                ^]]):format(directory, base), message)
    assert(policy.load(write("b.lua", 'policy "b" { extends = { "base.lua" } }\nlicenses { allow = { "gpl-3.0" }, deny = { "cc-*" } }\n')))
  end)

  it("keeps the weight of a factor that is said anew", function()
    local loaded = assert(policy.load 'policy "p" { extends = { "hugginghugh" } }\nfactor "license_clarity" { score = function (m) return 1 end }')
    assert.near(10, loaded.description.factors[5].weight, 1e-9)
  end)

  it("does not read on and on", function()
    local _, message = policy.load 'policy "p" { extends = { "/dev/zero" } }'
    assert.truthy(message:find("'/dev/zero' is not a policy", 1, true), message)
    _, message = policy.load("policy 'p' {}\n--" .. ("x"):rep(300000))
    assert.equal("'policy' is too long for a policy: at most 128 KiB", message)
  end)

  it("refuses a policy for a newer hugh, and a version that it cannot read", function()
    local _, message = policy.load 'policy "p" { requires = "hugh >= 99.0" }'
    assert.truthy(message:find("needs hugh 99.0 or newer", 1, true), message)
    _, message = policy.load 'policy "p" { requires = "a new one" }'
    assert.truthy(message:find('requires is written "hugh >= 1.0"', 1, true), message)
  end)
end)
