-- torch's layout from before zip: five pickles, then storages in the order of their keys. The files are made by legacies.py.
local core = require "hugh.core"
local helper = dofile "spec/helper.lua"

local directory = helper.directory()
assert(os.execute(("/usr/bin/python3 -B spec/pickle/legacies.py '%s'"):format(directory)))

local function scan(name, options)
  local report, messages = assert(core.scan_file(directory .. "/" .. name, options)), {}
  for _, finding in ipairs(report.findings) do messages[finding.id] = finding.message end
  return report, messages
end

describe("a torch file from before zip", function()
  teardown(function() helper.remove(directory) end)

  it("is read whatever its protocol is, and in the order of its keys", function()
    for _, name in ipairs { "1.pt", "2.pt", "3.pt", "4.pt", "5.pt", "other-order.pt", "no-keys.pt" } do
      local report, messages = scan(name)
      assert.equal("torch-legacy", report.kind, name)
      assert.same({}, messages, name)
      assert.equal("safe", report.safety)
    end
  end)

  it("has each storage as long as the object says", function()
    local report, messages = scan "count.pt"
    assert.matches('"b" holds 3 items here and 2', messages["pickle.storage"], 1, true)
    assert.equal("suspicious", report.safety)
    assert.same({}, select(2, scan("count.pt", { sparse = true }))) -- one read for each would be a request
  end)

  it("is told which storage is cut short", function()
    for _, sparse in ipairs { false, true } do
      local report, messages = scan("cut.pt", { sparse = sparse })
      assert.matches('the storage "c" should end at', messages["scan.truncated"], 1, true)
      assert.not_equal("safe", report.safety)
    end
  end)

  it("does not hide what follows its storages", function()
    local report, messages = scan "trailing.pt"
    assert.is_string(messages["pickle.trailing"])
    assert.equal("dangerous", report.safety)
  end)
end)
