-- Reports: entries of files gathered under one summary (hugh.report/1), and assessments (hugh.assessment/1).

local core = require("hugh.core")

local report = {}

---@class hugh.report
---@field schema "hugh.report/1"
---@field hugh string version
---@field safety "safe"|"unknown"|"suspicious"|"dangerous" the worst of the files
---@field complete boolean every file was read as far as a loader would read it, and none was missed
---@field summary table<string, integer>
---@field files hugh.file[]
---@field errors hugh.problem[] files that could not be read

---@class hugh.file all fields: docs/report.schema.json
---@field path string
---@field kind string what the content is
---@field size integer|nil
---@field safety "safe"|"unknown"|"suspicious"|"dangerous"
---@field complete boolean it was read as far as a loader would read it
---@field findings hugh.finding[]
---@field globals { module: string, name: string, class: "safe"|"unknown"|"dangerous", called: boolean }[]

---@class hugh.finding
---@field id string stable and dotted; docs/findings.md explains each
---@field severity "info"|"low"|"medium"|"high"|"critical"
---@field message string may hold what the file says: not for a terminal as it is
---@field member string|nil the path inside the file
---@field offset integer|nil in the member, or in the file if there is none

---@class hugh.assessment all fields: docs/assessment.schema.json
---@field target string what was asked
---@field policy string the policy's name
---@field score number 0 to 100, of what could be judged
---@field coverage number how many of the 100 points could be judged
---@field grade "A"|"B"|"C"|"D"|"F"
---@field verdict "allow"|"warn"|"block"
---@field factors { name: string, weight: number, points?: number, status: "pass"|"warn"|"fail"|"inconclusive", reason?: string }[]
---@field rules { name: string, verdict: "warn"|"block", message: string, fix?: string, paths?: string[] }[]
---@field exemptions table[]
---@field model hugh.facts docs/policy.md lists them
---@field files hugh.file[]

--- Safety from best to worst.
report.order = { safe = 1, unknown = 2, suspicious = 3, dangerous = 4 }
--- Severity from least to worst.
report.severities = { info = 1, low = 2, medium = 3, high = 4, critical = 5 }

--- The items of `list` in a new list, those with the most `badness` first; equals stay in order.
---@generic T
---@param list T[]
---@param badness fun(item: T): number
---@return T[]
function report.worst_first(list, badness)
  local order = {}
  for i, item in ipairs(list) do order[i] = { item = item, badness = badness(item), at = i } end
  table.sort(order, function(a, b)
    if a.badness ~= b.badness then return a.badness > b.badness end
    return a.at < b.at
  end)
  for i, entry in ipairs(order) do order[i] = entry.item end
  return order
end

-- Kinds that stand beside a model; a directory of nothing else holds no model.
local beside = {}
for _, kind in ipairs { "empty", "json", "yaml", "python", "notebook", "jinja", "shell", "source", "text", "image", "audio", "pdf", "parquet",
  "arrow", "xml", "sentencepiece", "tfevents" } do
  beside[kind] = true
end

--- Whether any file is, or could be, a model rather than something beside one.
---@param files table[]
---@return boolean
function report.has_model(files)
  for _, file in ipairs(files) do
    if not beside[file.kind] then return true end
  end
  return false
end

--- Whether a file has a finding of at least this severity.
---@param file table
---@param least integer as in report.severities
---@return boolean
function report.has_finding(file, least)
  for _, finding in ipairs(file.findings) do
    if report.severities[finding.severity] >= least then return true end
  end
  return false
end

--- The report on some files.
---@param entries table[] what the core reported of each
---@param problems? hugh.problem[]
---@return hugh.report
function report.new(entries, problems)
  local count = { safe = 0, unknown = 0, suspicious = 0, dangerous = 0 }
  local incomplete, bytes, bytes_read, worst = 0, 0, 0, "safe"
  for i = 1, #entries do
    local entry = entries[i]
    local safety = entry.safety
    count[safety] = count[safety] + 1
    if report.order[safety] > report.order[worst] then worst = safety end
    if not entry.complete then incomplete = incomplete + 1 end
    bytes = bytes + (entry.size or 0)
    bytes_read = bytes_read + entry.bytes_read
  end
  local missed = 0
  for _, problem in ipairs(problems or {}) do
    if not problem.skipped then missed = missed + 1 end
  end
  return {
    schema = "hugh.report/1", hugh = core.version, safety = worst, complete = incomplete == 0 and missed == 0,
    summary = {
      files = #entries, safe = count.safe, unknown = count.unknown, suspicious = count.suspicious, dangerous = count.dangerous,
      incomplete = incomplete, errors = missed, bytes = bytes, bytes_read = bytes_read,
    },
    files = entries, errors = problems or {},
  }
end

-- The lists that an assessment carries once, for its files, not again inside `model`.
local elsewhere = { files = true, findings = true, globals = true, target = true }

--- Attaches the model and its files to what a policy found.
---@param result table what policy:assess returned
---@param model hugh.facts
---@return hugh.assessment
function report.assessment(result, model)
  local facts = {}
  for name, value in pairs(model) do
    if not elsewhere[name] then facts[name] = value end
  end
  result.hugh, result.model, result.files = core.version, facts, model.files or {}
  return result
end

return report
