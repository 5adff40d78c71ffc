-- Reports and assessments as text for people.

local advise = require("hugh.report.advice")
local report = require("hugh.report")
local style = require("hugh.report.style")
local utf8 = require("hugh.utf8")

local text = {}

local MANY = 40 -- from so many files on, those with nothing to say are only counted

-- Kinds that stand beside a model; a directory of nothing else holds no model.
local beside = {}
for _, kind in ipairs { "empty", "json", "yaml", "python", "notebook", "jinja", "shell", "text", "image", "audio", "pdf", "parquet", "xml" } do
  beside[kind] = true
end

--- Whether any file is, or could be, a model rather than something beside one.
---@param files table[]
---@return boolean
function text.has_model(files)
  for _, file in ipairs(files) do
    if not beside[file.kind] then return true end
  end
  return false
end

local function place(finding)
  local parts = {}
  if finding.member then parts[#parts + 1] = utf8.printable(finding.member) end
  if finding.offset then parts[#parts + 1] = ("at byte %.0f"):format(finding.offset) end
  parts[#parts + 1] = finding.id
  return table.concat(parts, ", ")
end

local function add_findings(lines, file, least, paint, with_advice)
  local advised = {}
  for _, finding in ipairs(file.findings) do
    if report.severities[finding.severity] >= least then
      lines[#lines + 1] = "    " .. paint(finding.severity, style.pad(finding.severity, 9)) .. utf8.printable(finding.message)
      lines[#lines + 1] = "             " .. paint("dim", place(finding))
      local advice = with_advice and report.severities[finding.severity] > 1 and advise(finding.id)
      if advice and not advised[advice] then
        advised[advice] = true
        for i, line in ipairs(style.wrap(advice, 96)) do
          lines[#lines + 1] = (i == 1 and "           → " or "             ") .. line
        end
      end
    end
  end
  if file.findings_dropped then
    lines[#lines + 1] = ("    and %s that are no worse"):format(style.count(file.findings_dropped, "finding"))
  end
end

local function widest(files, field)
  local width = 0
  for _, file in ipairs(files) do width = math.max(width, utf8.width(file[field])) end
  return width
end

local function add_files(lines, files, least, paint, with_advice)
  local kinds = widest(files, "kind")
  for _, file in ipairs(files) do
    lines[#lines + 1] = paint(file.safety, style.pad(file.safety, 12)) .. style.pad(file.kind, kinds + 2) .. utf8.printable(file.path)
      .. (file.complete and "" or paint("dim", "  (not read in full)"))
    add_findings(lines, file, least, paint, with_advice)
  end
end

local function summary_line(found)
  local summary, parts = found.summary, {}
  for _, safety in ipairs { "dangerous", "suspicious", "unknown", "safe" } do
    if summary[safety] > 0 then parts[#parts + 1] = ("%.0f %s"):format(summary[safety], safety) end
  end
  if summary.incomplete > 0 then parts[#parts + 1] = ("%.0f not read in full"):format(summary.incomplete) end
  if summary.errors > 0 then parts[#parts + 1] = ("%.0f could not be read"):format(summary.errors) end
  return style.count(summary.files, "file") .. ", " .. style.bytes(summary.bytes) .. ": " .. table.concat(parts, ", ") .. "."
end

--- A report as text: a line per file, its findings below it, and a summary.
---@param found hugh.report
---@param options { paint: function, least: integer, all?: boolean } least: the lowest severity shown, as in hugh.report.severities
---@return string
function text.report(found, options)
  local lines, shown = {}, {}
  for _, file in ipairs(found.files) do
    local quiet = file.safety == "safe" or (file.safety == "unknown" and #file.findings == 0)
    if options.all or not quiet or #found.files <= MANY then shown[#shown + 1] = file end
  end
  add_files(lines, shown, options.least, options.paint, false)
  if #shown > 0 then lines[#lines + 1] = "" end
  if #shown < #found.files then
    lines[#lines + 1] = ("%s with nothing to say not shown; --all shows them."):format(style.count(#found.files - #shown, "file"))
  end
  if not text.has_model(found.files) then lines[#lines + 1] = "There is no model among these files." end
  lines[#lines + 1] = summary_line(found)
  return table.concat(lines, "\n") .. "\n"
end

local function points(factor)
  local shown = factor.points and ("%.4g"):format(factor.points) or "–"
  return shown .. "/" .. ("%.4g"):format(factor.weight)
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
      lines[#lines + 1] = options.paint("dim", (" "):rep(names + widths + 12) .. (factor.source or "")
        .. (factor.about and "  " .. utf8.printable(factor.about) or ""))
    end
  end
end

local function add_rules(lines, result, options)
  if #result.rules == 0 and #result.exemptions == 0 then return end
  lines[#lines + 1] = ""
  for _, rule in ipairs(result.rules) do
    lines[#lines + 1] = "  " .. options.paint(rule.verdict, style.pad(rule.verdict, 6)) .. utf8.printable(rule.message) .. "  "
      .. options.paint("dim", rule.name .. (options.explain and rule.source and ", " .. rule.source or ""))
    if rule.fix then lines[#lines + 1] = "      → " .. utf8.printable(rule.fix) end
  end
  for _, exemption in ipairs(result.exemptions) do
    lines[#lines + 1] = "  exempt " .. utf8.printable(exemption.rule or exemption.name or "") .. ": " .. utf8.printable(exemption.because or "")
      .. (exemption.expires and " (until " .. utf8.printable(exemption.expires) .. ")" or "")
  end
end

-- Files worth a person's time: those that are worse than unknown, or that could not be read in full.
local function notable(files)
  local list = {}
  for _, file in ipairs(files) do
    if report.order[file.safety] > 2 or file.complete == false then list[#list + 1] = file end
  end
  return list
end

--- An assessment as text: grade and verdict, a line per factor, what the rules say, and the findings that matter with what to do.
---@param result hugh.assessment
---@param options { paint: function, explain?: boolean } explain: also say which statement of the policy gave each point
---@return string
function text.assessment(result, options)
  local paint, lines = options.paint, {}
  lines[#lines + 1] = paint("bold", utf8.printable(result.target)) .. paint("dim", "  judged by ") .. utf8.printable(result.policy)
  lines[#lines + 1] = ""
  lines[#lines + 1] = ("  %s  %s  %s"):format(paint(result.grade, result.grade), paint("bold", ("%.4g/100"):format(result.score)),
    paint(result.verdict, result.verdict) .. ": " .. verdicts[result.verdict])
  if result.coverage < 100 then
    lines[#lines + 1] = paint("dim", ("     judged on %.4g of 100 points; the rest is not known here"):format(result.coverage))
  end
  lines[#lines + 1] = ""
  add_factors(lines, result, options)
  add_rules(lines, result, options)
  local files = notable(result.files)
  if #files > 0 then
    lines[#lines + 1] = ""
    add_files(lines, files, report.severities.low, paint, true)
  end
  return table.concat(lines, "\n") .. "\n"
end

return text
