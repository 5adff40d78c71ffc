local helper = dofile("spec/helper.lua")
local json = require("hugh.json")

local models = "examples/models/"

describe("hugh score", function()
  it("gives points, grade and verdict, and 0 unless the verdict is block", function()
    local result = helper.hugh("score " .. models .. "safetensors-only")
    assert.are.equal(0, result.code, result.err)
    assert.matches("safetensors_usage%s+18/18", result.out)
    assert.matches("no_pickle_files%s+18/18", result.out)
    assert.matches("/100", result.out, 1, true)
    assert.matches("judged on", result.out)
  end)

  it("prints an assessment that its schema describes", function()
    local result = helper.hugh("score --json " .. models .. "safetensors-and-pickle")
    local assessment = json.decode(result.out)
    assert.is_nil(helper.violation(assessment, json.decode(helper.read("docs/assessment.schema.json"))))
    local points = {}
    for _, factor in ipairs(assessment.factors) do points[factor.name] = factor.points end
    assert.are.equal(12, points.safetensors_usage)
    assert.are.equal(9, points.no_pickle_files)
    assert.is_nil(points.community_engagement)
    assert.is_true(assessment.coverage < 100)
  end)

  it("blocks a file that runs code, whatever the score, and says what to do", function()
    local result = helper.hugh("score " .. models .. "os-system")
    assert.are.equal(1, result.code)
    assert.matches("block: do not load it", result.out, 1, true)
    assert.matches("os.system('true') runs a shell command", result.out, 1, true)
    assert.matches("→ Do not load this file", result.out, 1, true)
  end)

  it("says which statement gave each point", function()
    assert.matches("hugginghugh:%d+", helper.hugh("score --explain " .. models .. "safetensors-only").out)
  end)

  it("shows several models in a line each, the worst first, and their cards with --explain", function()
    local targets = (models .. "gguf-only "):rep(2) .. models .. "os-system"
    local result = helper.hugh("score " .. targets)
    assert.are.equal(1, result.code)
    assert.matches("^block  F   %d+%.%d  examples/models/os%-system  +a file runs code[^\n]*: pytorch_model.bin\nallow  A[^\n]+only\nallow", result.out)
    assert.matches("3 models: 1 block, 2 allow", result.out, 1, true)
    assert.matches("no_pickle_files", helper.hugh("score --explain " .. targets).out, 1, true)
  end)

  it("says so when a folder holds several models, which it judges as one", function()
    local root = helper.directory()
    os.execute(("cp -r %ssafetensors-only %s/a && cp -r %sonnx %s/b"):format(models, root, models, root))
    assert.matches("holds 2 models, judged here as one; `hugh score " .. root .. "/*`", helper.hugh("score " .. root).err, 1, true)
    helper.write(root .. "/model_index.json", "{}")
    assert.are.equal("", helper.hugh("score " .. root).err)
    helper.remove(root)
  end)

  it("judges several models, one line each with --jsonl", function()
    local result = helper.hugh("score --jsonl " .. models .. "safetensors-only " .. models .. "gguf-only")
    local count = 0
    for line in result.out:gmatch("[^\n]+") do
      assert.is_string(json.decode(line).grade)
      count = count + 1
    end
    assert.are.equal(2, count)
  end)

  it("answers 2 and a sentence when there is no model", function()
    for _, target in ipairs { "docs", "nowhere", "README.md", "" } do
      local result = helper.hugh("score " .. target)
      assert.are.equal(2, result.code, target)
      assert.matches("^hugh: ", result.err)
      assert.is_nil(result.err:find("traceback", 1, true))
    end
    assert.are.equal(2, helper.hugh("score --policy nowhere.lua " .. models .. "gguf-only").code)
  end)
end)
