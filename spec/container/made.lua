-- Files that a script makes, and what a scan finds in them: what the specs of containers share. A member whose content was scanned shows up as
-- a finding about a Git LFS pointer.
local core = require "hugh.core"
local helper = dofile "spec/helper.lua"

local made = {}

--- What a report says: itself, its findings' ids, and the members whose content was scanned.
---@return table report, table<string, boolean> ids, string[] members
function made.found(report)
  local ids, members = {}, {}
  for _, finding in ipairs(report.findings) do
    if finding.id == "file.lfs-pointer" then members[#members + 1] = finding.member else ids[finding.id] = true end
  end
  return report, ids, members
end

--- Runs spec/container/SCRIPT in a new directory.
---@return { directory: string, scan: fun(name: string, options?: table): table, table, string[], remove: fun() }
function made.by(script)
  local directory = helper.directory()
  assert(os.execute(("/usr/bin/python3 -B spec/container/%s '%s'"):format(script, directory)))
  return {
    directory = directory,
    scan = function(name, options) return made.found(assert(core.scan_file(directory .. "/" .. name, options))) end,
    remove = function() helper.remove(directory) end,
  }
end

return made
