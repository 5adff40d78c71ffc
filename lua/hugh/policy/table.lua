-- Policies as plain tables, for tools that generate them: the declarative statements, written out as the text of a policy.
--
--     hugh.policy.load { name = "acme", extends = { "hugginghugh" }, weights = { safetensors_usage = 30 }, below = { [50] = "block" } }

local suggest = require("hugh.suggest")

local tables = {}

local statements = { "weights", "grades", "below", "files", "globals", "licenses" }
local known = { "name", "about", "extends", "requires", "weights", "grades", "below", "files", "globals", "licenses", "exempt" }

local function keys_of(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  return keys
end

-- A value as Lua text; only plain data, a few levels deep.
local function write(value, depth)
  if type(value) == "string" then return ("%q"):format(value) end
  if type(value) == "number" then return ("%.17g"):format(value) end
  if type(value) == "boolean" then return tostring(value) end
  if type(value) ~= "table" or depth > 4 then error("a policy table holds texts, numbers and lists, not a " .. type(value), 0) end
  local parts = {}
  for _, key in ipairs(keys_of(value)) do
    local name = type(key) == "number" and ("[%.17g]"):format(key) or ("[%q]"):format(tostring(key))
    parts[#parts + 1] = name .. " = " .. write(value[key], depth + 1)
  end
  return "{ " .. table.concat(parts, ", ") .. " }"
end

--- The text of the policy that a table describes.
---@param given table
---@return string
function tables.text(given)
  suggest.check_options(given, known, "hugh.policy.load")
  local header = { about = given.about, extends = given.extends, requires = given.requires }
  local lines = { ("policy %q %s"):format(given.name or "policy", write(header, 0)) }
  for _, statement in ipairs(statements) do
    if given[statement] then lines[#lines + 1] = statement .. " " .. write(given[statement], 0) end
  end
  for _, exempt in ipairs(given.exempt or {}) do
    local fields = {}
    for key, value in pairs(exempt) do
      if key ~= "rule" then fields[key] = value end
    end
    lines[#lines + 1] = ("exempt %q %s"):format(tostring(exempt.rule), write(fields, 0))
  end
  return table.concat(lines, "\n") .. "\n"
end

return tables
