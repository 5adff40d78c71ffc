local helper = dofile("spec/helper.lua")
local json = require("hugh.json")

local function record(id, likes, files)
  local siblings = {}
  for i, name in ipairs(files) do siblings[i] = { rfilename = name, size = 1000 } end
  return json.encode { id = id, likes = likes, downloads = 10, siblings = siblings, tags = { "license:mit" }, lastModified = "2020-01-01T00:00:00.000Z" }
end

describe("hugh score --from-jsonl", function()
  local path
  before_each(function() path = os.tmpname() end)
  after_each(function() os.remove(path) end)

  it("ranks records, the best first", function()
    helper.write(path, record("zoe/pickled", 5, { "pytorch_model.bin" }) .. "\n" .. record("google/safe", 5000, { "model.safetensors" }) .. "\n")
    local result = helper.hugh("score --jsonl --from-jsonl " .. path)
    assert.are.equal(0, result.code, result.err)
    local ranked = {}
    for line in result.out:gmatch("[^\n]+") do ranked[#ranked + 1] = json.decode(line) end
    assert.are.equal("google/safe", ranked[1].target)
    assert.are.equal(1, ranked[1].place)
    assert.are.equal("zoe/pickled", ranked[2].target)
    assert.is_true(ranked[1].score > ranked[2].score)
  end)

  it("names the line that is no record, ranks the rest, and answers 2", function()
    helper.write(path, record("a/b", 1, { "model.safetensors" }) .. "\n{broken\n[]\n")
    local result = helper.hugh("score --from-jsonl " .. path)
    assert.are.equal(2, result.code)
    assert.matches("line 2 is not a Hub record", result.err)
    assert.matches("a/b", result.out)
  end)

  it("says what is wrong with a line, and of many only how many there are", function()
    helper.write(path, '{"likes": 3}\n{"id": 5}\n{"id": ""}\n7\n' .. ("x,y\n"):rep(500) .. record("a/b", 1, { "model.safetensors" }) .. "\n")
    local result = helper.hugh("score --from-jsonl " .. path)
    assert.are.equal(2, result.code)
    for line, told in ipairs { "it has no id", "it has no id", "it has no id", "it is no object", "Expected value" } do
      assert.truthy(result.err:find(("line %d is not a Hub record: %s"):format(line, told), 1, true), result.err)
    end
    assert.matches("and 494 lines more are none", result.err)
    assert.equal(11, select(2, result.err:gsub("\n", "")))
    assert.matches("a/b", result.out)
  end)

  it("reads what editors make of the file", function()
    helper.write(path, "\239\187\191" .. record("a/b", 1, { "model.safetensors" }) .. "\r\n\r\n" .. record("c/d", 1, { "model.safetensors" }))
    local result = helper.hugh("score --from-jsonl " .. path)
    assert.are.equal(0, result.code, result.err)
    assert.matches("1  .* a/b\n.*2  .* c/d\n$", result.out)
  end)

  it("takes no count that is infinite, and no date that is yet to come", function()
    helper.write(path, '{"id": "a/b", "likes": 1e999, "downloads": 1e999, "lastModified": "2999-01-01T00:00:00.000Z"}\n')
    local result = helper.hugh("score --json --from-jsonl " .. path)
    assert.are.equal(0, result.code, result.err)
    local entry = json.decode(result.out)[1]
    assert.equal(0, entry.downloads)
    assert.equal(10, entry.coverage)
  end)

  it("tells what it cannot rank", function()
    assert.matches("^hugh: spec: Is a directory", helper.hugh("score --from-jsonl spec").err)
    assert.matches("name no model beside it", helper.hugh("score --from-jsonl x.jsonl org/name").err)
  end)

  it("leaves what a record without a list of files does not say inconclusive", function()
    helper.write(path, '{"id": "a/b", "likes": 5000, "tags": ["license:mit"], "lastModified": "2024-01-01T00:00:00.000Z"}\n')
    local result = helper.hugh("score --jsonl --from-jsonl " .. path)
    assert.are.equal(0, result.code, result.err)
    local entry = json.decode(result.out)
    assert.are.equal("warn", entry.verdict)
    assert.is_true(entry.coverage < 64 and entry.score > 0)
  end)

  it("answers 2 when there is nothing to rank", function()
    helper.write(path, "")
    assert.are.equal(2, helper.hugh("score --from-jsonl " .. path).code)
    assert.are.equal(2, helper.hugh("score --from-jsonl /nowhere").code)
  end)

  it("says the same of a large file, which workers share, as of its lines through a pipe", function()
    local lines = {}
    for i = 1, 6000 do lines[i] = record(("org%d/model-%d"):format(i % 7, i), i % 1500, { "model.safetensors", i % 3 == 0 and "a.bin" or "b.md" }) end
    lines[4321] = "{broken"
    helper.write(path, table.concat(lines, "\n"))
    local shared = helper.hugh("score --jsonl --from-jsonl " .. path)
    local alone = helper.hugh("score --jsonl --from-jsonl - < " .. path)
    assert.matches("line 4321 is not a Hub record", shared.err)
    assert.equal((alone.err:gsub("^hugh: %-", "")), (shared.err:gsub("^hugh: [^:]*", "")))
    assert.equal(alone.out, shared.out)
    local _, count = shared.out:gsub("\n", "")
    assert.equal(5999, count)
  end)
end)
