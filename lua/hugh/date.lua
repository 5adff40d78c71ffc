-- Times as servers write them, in seconds since 1970: os.time would take them for local ones.

local date = {}

-- Howard Hinnant's days_from_civil.
local function epoch(year, month, day, hour, minute, second)
  if month <= 2 then year = year - 1 end
  local era = math.floor(year / 400)
  local of_era = year - era * 400
  local of_year = math.floor((153 * (month + (month > 2 and -3 or 9)) + 2) / 5) + day - 1
  local days = era * 146097 + of_era * 365 + math.floor(of_era / 4) - math.floor(of_era / 100) + of_year - 719468
  return days * 86400 + hour * 3600 + minute * 60 + second
end

--- Reads an ISO 8601 time in UTC, such as "2026-07-14T09:21:33.000Z".
---@param text string
---@return number|nil seconds nil if it is none
function date.iso(text)
  local year, month, day, hour, minute, second = text:match("^(%d%d%d%d)%-(%d%d)%-(%d%d)T(%d%d):(%d%d):(%d%d)")
  if not year then return nil end
  return epoch(tonumber(year), tonumber(month), tonumber(day), tonumber(hour), tonumber(minute), tonumber(second))
end

local months = {}
for i, name in ipairs { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" } do months[name] = i end

--- Reads a time as HTTP writes it, such as "Tue, 14 Jul 2026 09:21:33 GMT".
---@param text string
---@return number|nil seconds nil if it is none
function date.http(text)
  local day, name, year, hour, minute, second = text:match("^%s*%a+, (%d%d) (%a+) (%d%d%d%d) (%d%d):(%d%d):(%d%d) GMT%s*$")
  if not months[name] then return nil end
  return epoch(tonumber(year), months[name], tonumber(day), tonumber(hour), tonumber(minute), tonumber(second))
end

return date
