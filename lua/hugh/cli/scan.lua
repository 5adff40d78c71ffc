-- hugh scan PATH…: what loading these files would do.

local cli = require("hugh.cli")
local common = require("hugh.cli.common")
local files = require("hugh.files")
local report = require("hugh.report")

local scan = {
  positional = "paths",
  plain = { ["--json"] = "json", ["--jsonl"] = "jsonl", ["--sarif"] = "sarif", ["-q"] = "quiet", ["--quiet"] = "quiet" },
}

function scan.configure(parser)
  parser:description("Say what loading these files would do. Nothing is run. Exit code: 0 nothing found, 1 found, 2 could not look.")
  common.words(parser, "PATH", scan.positional, "Files and directories; - is standard input.")
  parser:mutex(
    parser:flag("--json", "Print one report (hugh.report/1)."),
    parser:flag("--jsonl", "Print one line of JSON per file."),
    parser:flag("--sarif", "Print SARIF 2.1.0, for code scanning dashboards."),
    parser:flag("-q --quiet", "Print nothing; the exit code tells."))
  parser:option("--min-severity", "Leave out findings below this one (default: low; info in JSON). The exit code does not change.")
    :choices { "info", "low", "medium", "high", "critical" }
  parser:option("--fail-on", "Exit with 1 from this on (default: suspicious).")
    :choices { "suspicious", "dangerous" }
  parser:flag("-a --all", "List every file, also the many that have nothing to say.")
end

local BATCH = 5000 -- files between two signs of life

-- Scans files, telling a person who waits at a terminal how far it is.
local function scan_files(found, problems)
  if #found <= BATCH or not require("hugh.core").is_terminal(2) then return files.scan(found, problems) end
  local entries = {}
  for first = 1, #found, BATCH do
    io.stderr:write(("\rhugh: %.0f of %.0f files"):format(first - 1, #found))
    local batch = {}
    for i = first, math.min(first + BATCH - 1, #found) do batch[#batch + 1] = found[i] end
    for _, entry in ipairs(files.scan(batch, problems)) do entries[#entries + 1] = entry end
  end
  io.stderr:write("\r\27[K")
  return entries
end

---@param paths string[]
---@return table[] entries
---@return hugh.problem[] problems
local function look(paths)
  local named, standard_input = common.paths(paths)
  local found, problems = files.collect(named)
  local entries = #found > 0 and scan_files(found, problems) or {}
  if standard_input then
    local source, message, code = common.standard_input()
    local one = source
    if source then one, message, code = require("hugh").scan(source) end
    if one then
      entries[#entries + 1] = one.files[1]
    else
      problems[#problems + 1] = { path = "-", message = message, code = code }
    end
  end
  return entries, problems
end

local function drop_below(entries, least)
  for _, entry in ipairs(entries) do
    local kept = {}
    for _, finding in ipairs(entry.findings) do
      if report.severities[finding.severity] >= least then kept[#kept + 1] = finding end
    end
    entry.findings = kept
  end
end

local function print_report(found, options, out)
  local least = report.severities[options.min_severity or "low"]
  if options.json or options.jsonl or options.sarif then
    local json = require("hugh.json")
    if options.min_severity then drop_below(found.files, least) end
    if options.jsonl then
      for _, entry in ipairs(found.files) do out:write(json.encode(entry), "\n") end
    elseif options.sarif then
      out:write(json.encode(require("hugh.report.sarif")(found), { pretty = true }), "\n")
    else
      out:write(json.encode(found, { pretty = true }), "\n")
    end
  elseif not options.quiet and #found.files > 0 then
    out:write(require("hugh.report.text").report(found, { paint = common.painter(), least = least, all = options.all }))
  end
end

-- Whoever scans org/name and has no folder `org` means the Hub.
local function is_elsewhere(path)
  local first = path:match("^([%w_.-]+)/[%w_.@-]+$")
  return path:find("^%l+://") or first and not require("hugh.core").realpath(first)
end

---@param options table
---@param out table
---@return integer
function scan.run(options, out)
  local entries, problems = look(options.paths)
  local found = report.new(entries, problems)
  print_report(found, options, out)
  for _, problem in ipairs(problems) do
    if not (options.quiet and problem.skipped) then common.say(problem.message) end
    if problem.code == "ENOENT" and is_elsewhere(problem.path) then
      common.say("scan reads files on this machine; for a model on the Hub: hugh score " .. problem.path)
    end
  end
  local worst, limit = report.order[found.safety], report.order[options.fail_on or "suspicious"]
  if worst >= limit then return cli.FOUND end
  if #entries == 0 then
    if #problems == 0 then common.say("there are no files to scan in " .. table.concat(options.paths, ", ")) end
    return cli.FAILED
  end
  return found.complete and cli.CLEAN or cli.FAILED
end

return scan
