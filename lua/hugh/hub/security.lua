-- What the Hub's own scanners say of files, beside what hugh says. Neither replaces the other; where they do not agree, both are told.

local security = {}

local scanners = {
  avScan = "antivirus", pickleImportScan = "pickle imports", protectAiScan = "Protect AI", jFrogScan = "JFrog", virusTotalScan = "VirusTotal",
}
local statuses = { unscanned = true, safe = true, queued = true, error = true, caution = true, suspicious = true, unsafe = true }
local flagged = { caution = true, suspicious = true, unsafe = true }

local MESSAGE_MOST = 200

local function status_of(value) return type(value) == "string" and (statuses[value] and value or "unknown") or nil end

--- Reads a file's `securityFileStatus`.
---@param record any
---@return { status: string, scanners: { name: string, status: string, message: string|nil }[] }|nil nil if it says nothing
function security.read(record)
  local status = type(record) == "table" and status_of(record.status)
  if not status then return nil end
  local verdicts = {}
  for key, name in pairs(scanners) do
    local scan = record[key]
    local its = type(scan) == "table" and status_of(scan.status)
    if its then
      local message = type(scan.message) == "string" and scan.message ~= "" and scan.message:gsub("[%c\127-\255]+", " "):sub(1, MESSAGE_MOST) or nil
      verdicts[#verdicts + 1] = { name = name, status = its, message = message }
    end
  end
  table.sort(verdicts, function(a, b) return a.name < b.name end)
  return { status = status, scanners = verdicts }
end

-- Which scanners flag a file, and what they say.
local function accusers(scan)
  local list = {}
  for _, verdict in ipairs(scan and scan.scanners or {}) do
    if flagged[verdict.status] then list[#list + 1] = verdict.name .. (verdict.message and ": " .. verdict.message or "") end
  end
  return #list > 0 and " (" .. table.concat(list, "; ") .. ")" or ""
end

--- Adds a finding to each file that the Hub's scanners and hugh judge differently. What was not scanned is no judgement.
---@param facts hugh.facts with files and hub_security
function security.compare(facts)
  local about = facts.hub_security or { files = {} }
  local issues = {}
  for _, issue in ipairs(about.files) do issues[issue.path] = issue.status end
  for _, file in ipairs(facts.files) do
    -- The model's record is of now; the status of a file may have been remembered. What it lists is an issue, whatever it calls it.
    local status = issues[file.path] or file.hub and file.hub.status or about.scans_done and "safe"
    local finding
    if (issues[file.path] or flagged[status]) and (file.safety == "safe" or file.safety == "unknown") then
      local message = ("the Hub's scanners call this file %s%s; hugh found nothing in it"):format(status, accusers(file.hub))
      finding = { severity = "medium", message = message }
    elseif status == "safe" and file.safety == "dangerous" then
      finding = { severity = "info", message = "the Hub's scanners have nothing against this file" }
    end
    if finding then
      finding.id = "hub.scanners-disagree"
      table.insert(file.findings, finding)
    end
  end
end

return security
