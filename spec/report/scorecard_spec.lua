local scorecard = require("hugh.report.scorecard")
local style = require("hugh.report.style")

local function assessment()
  return {
    target = "models/\27[2Jbert", policy = "hugginghugh", score = 62.5, coverage = 74, grade = "D", verdict = "block",
    factors = {
      { name = "safetensors_usage", weight = 18, points = 12, status = "warn", reason = "safetensors and pickle both", source = "p.lua:3" },
      { name = "recent_updates", weight = 8, status = "inconclusive", reason = "the date of the last change is not known" },
    },
    rules = { { name = "files.dangerous", verdict = "block", message = "model.bin is dangerous", fix = "delete it" } },
    exemptions = {},
    files = {
      { path = "README.md", kind = "text", safety = "safe", complete = true, findings = {} },
      {
        path = "model.bin", kind = "pickle", safety = "dangerous", complete = true,
        findings = { {
          id = "pickle.call.dangerous", severity = "critical", message = "os.system('true') runs a shell command", offset = 42,
        } },
      },
    },
  }
end

describe("style.cut", function()
  it("cuts between characters", function()
    assert.are.equal("abc", style.cut("abc", 3))
    assert.are.equal("ab…", style.cut("abc", 2))
    assert.are.equal("é…", style.cut("éé", 3))
  end)
end)

describe("style.column", function()
  it("is as wide as its widest text, up to a point", function()
    assert.are.equal("a    ", style.column("a", 3))
    assert.are.equal(62, #style.column("a", 200))
    assert.are.equal(("a"):rep(200) .. "  ", style.column(("a"):rep(200), 200))
  end)
end)

describe("the scorecard", function()
  local text = scorecard(assessment(), { paint = style.painter(false) })

  it("says grade, score, verdict and coverage", function()
    assert.matches("D  62.5/100  block", text, 1, true)
    assert.matches("judged on 74 of 100 points", text, 1, true)
  end)

  it("says points and reason of each factor, and which could not be judged", function()
    assert.matches("warn%s+safetensors_usage%s+12/18%s+safetensors and pickle both", text)
    assert.matches("–%s+recent_updates%s+–/8%s+the date of the last change is not known", text)
  end)

  it("says which findings matter and what to do, and leaves out what is fine", function()
    assert.matches("os.system('true') runs a shell command", text, 1, true)
    assert.matches("at byte 42", text, 1, true)
    assert.matches("→ Do not load this file", text, 1, true)
    assert.is_nil(text:find("README.md", 1, true))
    assert.matches("→ delete it", text, 1, true)
  end)

  it("never lets a name speak to the terminal", function()
    assert.is_nil(text:find("\27", 1, true))
  end)

  it("aligns its columns", function()
    local columns = {}
    for line in text:gmatch("[^\n]+") do
      local at = line:find("/18  ", 1, true) or line:find("/8  ", 1, true)
      if at then columns[#columns + 1] = require("hugh.utf8").width(line:match("^.-/%d+")) end
    end
    assert.are.equal(2, #columns)
    assert.are.equal(columns[1], columns[2])
  end)

  it("names the statement behind each point when asked", function()
    assert.matches("p.lua:3", scorecard(assessment(), { paint = style.painter(false), explain = true }), 1, true)
  end)

  it("colours when asked", function()
    assert.matches("\27[1;31mblock\27[0m", scorecard(assessment(), { paint = style.painter(true) }), 1, true)
  end)
end)
