-- hugh policy check, test and show: what they print, and how they exit.
local helper = require "spec.helper"

describe("hugh policy", function()
  local directory

  local function write(name, text)
    helper.write(directory .. "/" .. name, text)
    return directory .. "/" .. name
  end

  before_each(function() directory = helper.directory() end)
  after_each(function() helper.remove(directory) end)

  it("check exits 0 when all is fine, 1 for mistakes, 2 when it could not look", function()
    local fine, wrong = write("fine.lua", 'policy "p" {}\n'), write("wrong.lua", 'policy "p" {}\nruel "x" {}\n')
    local result = helper.hugh("policy check " .. fine .. " hugginghugh")
    assert.equal(0, result.code)
    assert.equal(fine .. ": fine\nhugginghugh: fine\n", result.out)
    result = helper.hugh("policy check " .. wrong .. " " .. fine)
    assert.equal(1, result.code)
    assert.equal(wrong .. ":2: unknown name 'ruel'. Did you mean 'rule'?\n    ruel \"x\" {}\n    ^\n", result.err)
    assert.equal(fine .. ": fine\n", result.out)
    result = helper.hugh("policy check " .. directory .. "/none.lua")
    assert.equal(2, result.code)
    assert.truthy(result.err:find("No such file", 1, true), result.err)
  end)

  it("check notes exemptions that ended", function()
    local path = write("old.lua", 'policy "p" {}\nglobals { default = block }\n'
      .. 'exempt "globals.default" { repo = "a/b", because = "x", expires = "2020-02-29" }\n')
    local result = helper.hugh("policy check " .. path)
    assert.equal(0, result.code)
    assert.equal(("%s: fine\n%s:3: note: the exemption from globals.default ended on 2020-02-29\n"):format(path, path), result.out)
  end)

  it("test is a runner: names, what passed, why not, an exit code", function()
    local path = write("t.lua", 'policy "p" { extends = { "hugginghugh" } }\ntest "one" { given = { files = { "a.pkl" } }, expect = { verdict = warn } }\n'
      .. 'test "two" { given = { files = { "a.pkl" } }, expect = { verdict = block } }\n')
    local result = helper.hugh("policy test " .. path)
    assert.equal(1, result.code)
    assert.equal(("pass  one\nFAIL  two\n      the verdict is warn, not block  %s:3\n%s: 1 passed, 1 failed\n"):format(path, path), result.out)
    assert.equal(0, helper.hugh("policy test examples/policies/*.lua").code)
  end)

  it("show says where each value is from, over several levels", function()
    write("base.lua", 'policy "base" { extends = { "hugginghugh" } }\nfiles {\n  deny = {\n    "*.py",\n    "*.so",\n  },\n  default = warn,\n}\n'
      .. "grades {\n  A = 95,\n  B = 85,\n}\n")
    write("team.lua", 'policy "team" { extends = { "base.lua" } }\nweights {\n  license_clarity = 20,\n  recent_updates = 1,\n}\nbelow { [40] = block }\n')
    local path = write("ours.lua", 'policy "ours" { extends = { "team.lua" }, about = "What we do" }\nfiles { deny = append { "*.dll" } }\n'
      .. 'weights { recent_updates = 2 }\nexempt "files.deny" { repo = "a/b", because = "SEC-1", by = "us", expires = "2027-01-01" }\n')
    local result = helper.hugh("policy show " .. path)
    assert.equal(0, result.code)
    local out = result.out:gsub(directory:gsub("%p", "%%%0") .. "/", "")
    for _, line in ipairs {
      "ours  What we do", "builds on hugginghugh, base.lua, team.lua",
      "  recent_updates         1.923      hugginghugh:67", "                         weighs 2   ours.lua:3",
      "                         weighs 20  team.lua:3",
      "  A  from 95  base.lua:10", "  B  from 85  base.lua:11", "  below 60         warn   hugginghugh:7", "  below 40         block  team.lua:6",
      "  files.deny     *.py   base.lua:4", "                 *.so   base.lua:5", "                 *.dll  ours.lua:2", "  files.default  warn   base.lua:7",
      "  files.deny  until 2027-01-01  ours.lua:4", "              SEC-1             by us", "              repo a/b",
    } do assert.truthy(("\n" .. out):find("\n" .. line .. "\n", 1, true), line .. "\nis not in\n" .. out) end
  end)

  it("score --explain names the statement of each point and each verdict", function()
    helper.write(directory .. "/model.py", "print()\n")
    helper.write(directory .. "/model.pkl", "\128\4N.")
    write("base.lua", 'policy "base" { extends = { "hugginghugh" } }\nfiles { deny = { "*.py" } }\n')
    local path = write("ours.lua", 'policy "ours" { extends = { "base.lua" } }\nfiles { deny = append { "*.dll" } }\nweights { license_clarity = 3 }\n'
      .. 'below { [99] = block }\n')
    local result = helper.hugh("score " .. directory .. " --explain --policy " .. path)
    assert.equal(1, result.code)
    local out = result.out:gsub(directory:gsub("%p", "%%%0") .. "/", "")
    for _, part in ipairs { "hugginghugh:55, weight ours.lua:3", "files.deny, base.lua:2", "below, ours.lua:4" } do
      assert.truthy(out:find(part, 1, true), part .. "\nis not in\n" .. out)
    end
  end)
end)
