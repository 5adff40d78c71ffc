local report = require("hugh.report")
local style = require("hugh.report.style")
local text = require("hugh.report.text")

local function file(path, safety, severities)
  local findings = {}
  for i, severity in ipairs(severities or {}) do findings[i] = { id = "x." .. i, severity = severity, message = path .. " " .. severity } end
  return { path = path, kind = "pickle", safety = safety, complete = true, size = 1, bytes_read = 1, findings = findings }
end

local function show(files) return text.report(report.new(files), { paint = style.painter(false), least = report.severities.low }) end

-- Where each of `words` stands in `shown`, which must be one after the other.
local function in_order(shown, words)
  local at = 0
  for _, word in ipairs(words) do at = assert(shown:find(word, at + 1, true), word .. " is missing or too early in\n" .. shown) end
end

describe("the report as text", function()
  it("puts the worst file and its worst finding first, equals in their order, and the summary last", function()
    in_order(show {
      file("a", "safe"), file("b", "suspicious", { "low", "high", "medium" }), file("c", "dangerous", { "critical" }), file("d", "dangerous", { "high" }),
    }, { "  c\n", "critical", "  d\n", "  b\n", "high", "medium", "low", "  a\n", "4 files, 4 B: 2 dangerous, 1 suspicious, 1 safe." })
  end)

  it("says little of each when there are many, and does not list what has nothing to say", function()
    local files = { file("worst", "dangerous", { "low", "low", "critical", "low", "low" }) }
    assert.is_nil(show(files):find("more", 1, true))
    for i = 1, 50 do files[#files + 1] = file("s" .. i, "suspicious", { "medium" }) end
    files[#files + 1] = file("quiet", "safe")
    local shown = show(files)
    in_order(shown, {
      "worst critical", "and 2 more, none of them worse", "critical x.3  in 1 file\n", "medium   x.1  in 51 files\n", "1 file with nothing to say", "52 files",
    })
    assert.is_nil(shown:find("quiet", 1, true))
  end)
end)

describe("a rule as text", function()
  it("names up to three files that it means, and none twice", function()
    assert.are.equal("too big: a, b, c and 1 more", text.rule { message = "too big", paths = { "a", "b", "c", "d" } })
    assert.are.equal("the file a.py is denied", text.rule { message = "the file a.py is denied", paths = { "a.py" } })
    assert.are.equal("no", text.rule { message = "no" })
    assert.are.equal("\\x1b: \\x1b[", text.rule { message = "\27", paths = { "\27[" } })
  end)
end)
