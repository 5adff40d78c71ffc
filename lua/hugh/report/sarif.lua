-- A report as SARIF 2.1.0, for code scanning dashboards. https://docs.oasis-open.org/sarif/sarif/v2.1.0/

local advise = require("hugh.report.advice")
local json = require("hugh.json")
local utf8 = require("hugh.utf8")

local levels = { info = "note", low = "note", medium = "warning", high = "error", critical = "error" }
-- GitHub sorts by this number: https://docs.github.com/code-security "security-severity".
local scores = { info = "0.0", low = "3.0", medium = "5.5", high = "8.0", critical = "9.5" }

local function uri(path)
  local escaped = utf8.valid(path):gsub("^%./+", ""):gsub("[^%w%-%._~/]", function(char) return ("%%%02X"):format(char:byte()) end)
  return escaped:find("^/") and "file://" .. escaped or escaped
end

local function result_of(file, finding, index)
  -- GitHub takes no location without a line; models have none, so it is always the first.
  local where = { physicalLocation = { artifactLocation = { uri = uri(file.path) }, region = { startLine = 1 } } }
  if finding.member then where.logicalLocations = { { fullyQualifiedName = file.path .. "!" .. finding.member, kind = "member" } } end
  return {
    ruleId = finding.id, ruleIndex = index, level = levels[finding.severity], message = { text = finding.message }, locations = { where },
    partialFingerprints = { ["hugh/1"] = table.concat({ uri(file.path), finding.member or "", finding.id, finding.message }, "|") },
    properties = finding.offset and { offset = finding.offset } or nil,
  }
end

--- Builds the SARIF log of a report.
---@param found hugh.report
---@return table log to be written by hugh.json
return function(found)
  local rules, results, index_of = json.array {}, json.array {}, {}
  for _, file in ipairs(found.files) do
    for _, finding in ipairs(file.findings) do
      local id = finding.id
      if not index_of[id] then
        index_of[id] = #rules
        local advice = { text = advise(id) or id }
        rules[#rules + 1] = {
          id = id, shortDescription = { text = id }, fullDescription = advice, help = advice,
          properties = { ["security-severity"] = scores[finding.severity], tags = { "security" } },
        }
      end
      results[#results + 1] = result_of(file, finding, index_of[id])
    end
  end
  local notes = json.array {}
  for _, problem in ipairs(found.errors) do
    notes[#notes + 1] = { level = problem.skipped and "note" or "error", message = { text = problem.message } }
  end
  return {
    ["$schema"] = "https://json.schemastore.org/sarif-2.1.0.json", version = "2.1.0",
    runs = { {
      tool = { driver = { name = "hugh", version = found.hugh, rules = rules } },
      results = results,
      invocations = { { executionSuccessful = found.complete, toolExecutionNotifications = notes } },
    } },
  }
end
