-- Reports as text for people.

local report = require("hugh.report")
local style = require("hugh.report.style")
local utf8 = require("hugh.utf8")

local text = {}

local LONG = 320 -- bytes of a message that are shown; JSON has all of them
local MANY = 40 -- from so many files on, those with nothing to say are only counted, and of the others only
local FEW = 3 -- findings are shown

local function place(finding)
  local parts = {}
  if finding.member then parts[#parts + 1] = utf8.printable(finding.member) end
  if finding.offset then parts[#parts + 1] = ("at byte %.0f"):format(finding.offset) end
  parts[#parts + 1] = finding.id
  return table.concat(parts, ", ")
end

local function by_safety(file) return report.order[file.safety] end
local function by_severity(finding) return report.severities[finding.severity] end

local function add_findings(lines, file, least, most, paint, advise)
  local advised, shown, more = {}, 0, file.findings_dropped or 0
  for _, finding in ipairs(report.worst_first(file.findings, by_severity)) do
    if by_severity(finding) < least then break end
    shown = shown + 1
    if shown > most then
      more = more + 1
    else
      lines[#lines + 1] = "    " .. paint(finding.severity, style.pad(finding.severity, 9)) .. style.cut(utf8.printable(finding.message), LONG)
      lines[#lines + 1] = "             " .. paint("dim", place(finding))
      local advice = advise and by_severity(finding) > 1 and advise(finding.id)
      if advice and not advised[advice] then
        advised[advice] = true
        for i, line in ipairs(style.wrap(advice, 96)) do
          lines[#lines + 1] = (i == 1 and "           → " or "             ") .. line
        end
      end
    end
  end
  if more > 0 then lines[#lines + 1] = ("    and %.0f more, none of them worse"):format(more) end
end

local function widest(files, field)
  local width = 0
  for _, file in ipairs(files) do width = math.max(width, utf8.width(file[field])) end
  return width
end

local function remark(file, least, paint)
  if not file.complete then return paint("dim", "  (not read in full)") end
  if file.safety == "unknown" and not report.has_finding(file, least) then return paint("dim", "  (cannot be judged)") end
  return ""
end

--- Adds a line per file to `lines`, the worst first, and its findings below it.
---@param lines string[]
---@param files table[]
---@param least integer the lowest severity shown, as in hugh.report.severities
---@param paint fun(name: string, text: string): string
---@param advise? fun(id: string): string|nil what to do about a finding
function text.add_files(lines, files, least, paint, advise)
  local kinds, most = widest(files, "kind"), #files > MANY and FEW or math.huge
  for _, file in ipairs(report.worst_first(files, by_safety)) do
    lines[#lines + 1] = paint(file.safety, style.pad(file.safety, 12)) .. style.pad(file.kind, kinds + 2) .. utf8.printable(file.path)
      .. remark(file, least, paint)
    add_findings(lines, file, least, most, paint, advise)
  end
end

-- How many files have which finding, the worst first.
local function add_overview(lines, files, least, paint)
  local kinds, by_id, width = {}, {}, 0
  for _, file in ipairs(files) do
    local counted = {}
    for _, finding in ipairs(file.findings) do
      local id = finding.id
      if by_severity(finding) >= least then
        local kind = by_id[id]
        if not kind then
          kind, width = { id = id, severity = finding.severity, files = 0 }, math.max(width, #id)
          by_id[id], kinds[#kinds + 1] = kind, kind
        end
        if by_severity(finding) > by_severity(kind) then kind.severity = finding.severity end
        if not counted[id] then counted[id], kind.files = true, kind.files + 1 end
      end
    end
  end
  for _, kind in ipairs(report.worst_first(kinds, function(kind) return by_severity(kind) * 1e9 + kind.files end)) do
    lines[#lines + 1] = "    " .. paint(kind.severity, style.pad(kind.severity, 9)) .. style.pad(kind.id, width) .. "  in "
      .. style.count(kind.files, "file")
  end
  lines[#lines + 1] = ""
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

--- What a rule says, and which files it means, as long as that fits on a line and is not in its words.
---@param rule { message: string, paths?: string[] }
---@return string
function text.rule(rule)
  local paths, shown = rule.paths or {}, {}
  local said = utf8.printable(rule.message)
  if #paths == 0 or #paths == 1 and rule.message:find(paths[1], 1, true) then return said end
  for i = 1, math.min(#paths, 3) do shown[i] = utf8.printable(paths[i]) end
  return said .. ": " .. table.concat(shown, ", ") .. (#paths > 3 and (" and %.0f more"):format(#paths - 3) or "")
end

--- A report as text: a line per file, the worst first, its findings below it, and a summary.
---@param found hugh.report
---@param options { paint: function, least: integer, all?: boolean } least: the lowest severity shown, as in hugh.report.severities
---@return string
function text.report(found, options)
  local lines, shown = {}, {}
  for _, file in ipairs(found.files) do
    local quiet = file.safety == "safe" or (file.safety == "unknown" and not report.has_finding(file, options.least))
    if options.all or not quiet or #found.files <= MANY then shown[#shown + 1] = file end
  end
  text.add_files(lines, shown, options.least, options.paint)
  if #shown > 0 then lines[#lines + 1] = "" end
  if #shown > MANY then add_overview(lines, shown, options.least, options.paint) end
  if #shown < #found.files then
    lines[#lines + 1] = ("%s with nothing to say not shown; --all shows them."):format(style.count(#found.files - #shown, "file"))
  end
  if not report.has_model(found.files) then lines[#lines + 1] = "There is no model among these files." end
  lines[#lines + 1] = summary_line(found)
  return table.concat(lines, "\n") .. "\n"
end

return text
