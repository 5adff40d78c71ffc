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
    for _, other in ipairs { answers.key("https://hub", "a/b", "d"), answers.key("https://hub", "a", "b/c"), answers.key("http://hub", "a/b", "c"),
      answers.key("https://hub", "a/b", "c", "hf_x") } do
      assert.is_nil(cache:get(other))
    end
  end)

  it("takes half a file, a changed one, or another's, for no answer", function()
    local key, other = answers.key("e", "r", "1"), answers.key("e", "r", "2")
    local path = folder .. "/" .. key .. ".json"
    cache:put(key, { reports = {}, text = "dangerous" })
    local text = helper.read(path)
    helper.write(folder .. "/" .. other .. ".json", text)
    assert.is_nil(cache:get(other))
    for _, broken in ipairs { text:sub(1, -3), text .. " ", "", "\n", (text:gsub("dangerous", "dangeroux")), ("0"):rep(64) .. text:sub(65) } do
      helper.write(path, broken)
      assert.is_nil(cache:get(key), broken)
    end
    helper.write(path, text)
    assert.equal("dangerous", cache:get(key).text)
  end)

  it("removes what a killed run left behind, and not what another run is writing", function()
    helper.write(folder .. "/a.json.1.tmp", "old")
    helper.write(folder .. "/a.json.2.tmp", "new")
    os.execute("touch -d '2 hours ago' " .. folder .. "/a.json.1.tmp")
    assert.is_true(answers.open(folder, 10):put(answers.key("e", "r", "1"), {}))
    local left = core.list(folder)
    assert.equal(1, #left)
    assert.equal("a.json.2.tmp", left[1].path)
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
