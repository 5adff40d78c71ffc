-- Several assessments as text for people: a line per model, the worst first.

local report = require("hugh.report")
local style = require("hugh.report.style")
local text = require("hugh.report.text")
local utf8 = require("hugh.utf8")

local badness = { allow = 0, warn = 1, block = 2 }

local function by_verdict(row) return badness[row.result.verdict] * 1000 - row.result.score end

-- The first rule that decided.
local function reason(result)
  for _, rule in ipairs(result.rules) do
    if rule.verdict == result.verdict then return text.rule(rule) end
  end
  return ""
end

--- A line per model, and how many there are of each verdict.
---@param rows { label: string, result: hugh.assessment }[]
---@param paint fun(name: string, text: string): string
---@return string
return function(rows, paint)
  local lines, count, labels = {}, { allow = 0, warn = 0, block = 0 }, 0
  for _, row in ipairs(rows) do labels = math.max(labels, utf8.width(utf8.printable(row.label))) end
  for _, row in ipairs(report.worst_first(rows, by_verdict)) do
    local result = row.result
    count[result.verdict] = count[result.verdict] + 1
    local line = paint(result.verdict, style.pad(result.verdict, 7)) .. paint(result.grade, result.grade) .. ("  %5.1f  "):format(result.score)
      .. style.column(utf8.printable(row.label), labels) .. paint("dim", reason(result))
    lines[#lines + 1] = line:gsub(" +$", "")
  end
  local parts = {}
  for _, verdict in ipairs { "block", "warn", "allow" } do
    if count[verdict] > 0 then parts[#parts + 1] = ("%.0f %s"):format(count[verdict], verdict) end
  end
  lines[#lines + 1] = ""
  lines[#lines + 1] = ("%s: %s. `hugh score` on one of them says why."):format(style.count(#rows, "model"), table.concat(parts, ", "))
  return table.concat(lines, "\n") .. "\n"
end
