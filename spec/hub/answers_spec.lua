local helper = require("spec.helper")
local answers = require("hugh.hub.answers")
local core = require("hugh.core")

describe("the answer cache", function()
  local folder, cache

  before_each(function()
    folder = helper.directory() .. "/deep/er"
    cache = answers.open(folder)
  end)
  after_each(function() helper.remove((folder:gsub("/deep/er$", ""))) end)

  it("gives back what was put, by endpoint, repository and commit", function()
    local key = answers.key("https://hub", "a/b", "c")
    assert.is_true(cache:put(key, { reports = { { path = "x", size = 5, findings = {} } }, texts = { ["README.md"] = "é\n" } }))
    assert.same({ reports = { { path = "x", size = 5, findings = {} } }, texts = { ["README.md"] = "é\n" } }, cache:get(key))
    for _, other in ipairs { answers.key("https://hub", "a/b", "d"), answers.key("https://hub", "a", "b/c"), answers.key("http://hub", "a/b", "c") } do
      assert.is_nil(cache:get(other))
    end
  end)

  it("takes half a file, or another's, for no answer", function()
    local key, other = answers.key("e", "r", "1"), answers.key("e", "r", "2")
    cache:put(key, { reports = {} })
    local text = helper.read(folder .. "/" .. key .. ".json")
    helper.write(folder .. "/" .. other .. ".json", text)
    assert.is_nil(cache:get(other))
    helper.write(folder .. "/" .. key .. ".json", text:sub(1, -3))
    assert.is_nil(cache:get(key))
  end)

  it("leaves no temporary files and stays below its bound", function()
    cache = answers.open(folder, 10000)
    for i = 1, 30 do assert.is_true(cache:put(answers.key("e", "r", tostring(i)), { text = ("x"):rep(1000) })) end
    local total, entries = 0, core.list(folder)
    for _, entry in ipairs(entries) do
      assert.truthy(entry.path:find("%.json$"))
      total = total + entry.size
    end
    assert.is_true(total <= 10000 and #entries > 3)
  end)

  it("that cannot be made is done without", function()
    assert.is_nil(answers.open("/dev/null/x"))
  end)
end)
