-- Assessments as text for people.

local advise = require("hugh.report.advice")
local report = require("hugh.report")
local style = require("hugh.report.style")
local text = require("hugh.report.text")
local utf8 = require("hugh.utf8")

-- At most one decimal: 74.1, 18.
local function short(number) return (("%.1f"):format(number):gsub("%.0$", "")) end

local function points(factor)
  return (factor.points and short(factor.points) or "–") .. "/" .. short(factor.weight)
end

local verdicts = {
  allow = "the policy has no objection",
  warn = "look before you load",
  block = "do not load it",
}

local function add_factors(lines, result, options)
  local names, widths = 0, 0
  for _, factor in ipairs(result.factors) do
    names, widths = math.max(names, utf8.width(factor.name)), math.max(widths, utf8.width(points(factor)))
  end
  for _, factor in ipairs(result.factors) do
    local status = factor.status == "inconclusive" and "–" or factor.status
    local shown = points(factor)
    lines[#lines + 1] = "  " .. options.paint(factor.status, style.pad(status, 6)) .. style.pad(factor.name, names + 2)
      .. (" "):rep(widths - utf8.width(shown)) .. shown .. "  " .. utf8.printable(factor.reason or "")
    if options.explain then
      local source = utf8.printable((factor.source or "") .. (factor.weight_source and ", weight " .. factor.weight_source or ""))
      lines[#lines + 1] = options.paint("dim", (" "):rep(names + widths + 12) .. source
        .. (factor.about and "  " .. utf8.printable(factor.about) or ""))
    end
  end
end

local function add_rules(lines, result, options)
  if #result.rules == 0 and #result.exemptions == 0 then return end
  lines[#lines + 1] = ""
  for _, rule in ipairs(result.rules) do
    lines[#lines + 1] = "  " .. options.paint(rule.verdict, style.pad(rule.verdict, 6)) .. text.rule(rule) .. "  "
      .. options.paint("dim", utf8.printable(rule.name .. (options.explain and rule.source and ", " .. rule.source or "")))
    if rule.fix then lines[#lines + 1] = "      → " .. utf8.printable(rule.fix) end
  end
  for _, exemption in ipairs(result.exemptions) do
    lines[#lines + 1] = "  exempt " .. utf8.printable(exemption.rule or exemption.name or "") .. ": " .. utf8.printable(exemption.because or "")
      .. (exemption.expires and " (until " .. utf8.printable(exemption.expires) .. ")" or "")
      .. (options.explain and exemption.source and options.paint("dim", "  " .. utf8.printable(exemption.source)) or "")
  end
end

-- Files worth a person's time: those that are worse than unknown, that could not be read in full, or that somebody flags.
local function notable(files)
  local list = {}
  for _, file in ipairs(files) do
    if report.order[file.safety] > 2 or file.complete == false or report.has_finding(file, report.severities.medium) then list[#list + 1] = file end
  end
  return list
end

--- An assessment as text: grade and verdict, a line per factor, what the rules say, and the findings that matter with what to do.
---@param result hugh.assessment
---@param options { paint: function, explain?: boolean } explain: also say which statement of the policy gave each point
---@return string
return function(result, options)
  local paint, lines = options.paint, {}
  lines[#lines + 1] = paint("bold", utf8.printable(result.target)) .. paint("dim", "  judged by ") .. utf8.printable(result.policy)
  local model = result.model
  if model and model.commit then
    local read = model.requests and (", %s fetched in %s; its files have %s"):format(
      style.bytes(model.bytes_read), style.count(model.requests, "request"), style.bytes(model.total_bytes)) or ""
    local other = model.repo and not result.target:find(model.repo, 1, true) and " of " .. utf8.printable(model.repo) or ""
    lines[#lines + 1] = paint("dim", "commit " .. model.commit .. other .. read)
  end
  lines[#lines + 1] = ""
  lines[#lines + 1] = ("  %s  %s  %s"):format(paint(result.grade, result.grade), paint("bold", short(result.score) .. "/100"),
    paint(result.verdict, result.verdict) .. ": " .. verdicts[result.verdict])
  if result.coverage < 100 then
    lines[#lines + 1] = paint("dim", ("     judged on %s of 100 points; the rest is not known here"):format(short(result.coverage)))
  end
  lines[#lines + 1] = ""
  add_factors(lines, result, options)
  add_rules(lines, result, options)
  local files = notable(result.files)
  if #files > 0 then
    lines[#lines + 1] = ""
    text.add_files(lines, files, report.severities.low, paint, advise)
  end
  return table.concat(lines, "\n") .. "\n"
end
