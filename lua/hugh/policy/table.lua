-- Policies as plain tables, for tools that generate them: the declarative statements, written out as the text of a policy.
--
--     hugh.policy.load { name = "acme", extends = { "hugginghugh" }, weights = { safetensors_usage = 30 }, below = { [50] = "block" },
--       files = { deny = { append = { "*.py" } } },
--       exempt = { { rule = "files.deny", repo = "acme/x", because = "SEC-1", expires = "2027-03-31" } },
--       tests = { { name = "code is blocked", given = { files = { "a.py" } }, expect = { verdict = "block" } } } }

local suggest = require("hugh.suggest")

local tables = {}

local statements = { "weights", "grades", "below", "files", "globals", "licenses" }
local known = { "name", "about", "extends", "requires", "weights", "grades", "below", "files", "globals", "licenses", "exempt", "tests" }

local function keys_of(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  return keys
end

-- A value as Lua text; only plain data, a few levels deep.
local function write(value, depth)
  if type(value) == "string" then
    return '"' .. value:gsub('[%c"\\\127-\255]', function(byte) return ("\\%03d"):format(byte:byte()) end) .. '"'
  end
  if type(value) == "number" then
    if value ~= value or math.abs(value) == math.huge then error("a policy table holds no number that is infinite or none", 0) end
    return ("%.17g"):format(value)
  end
  if type(value) == "boolean" then return tostring(value) end
  if type(value) ~= "table" or depth > 8 then error("a policy table holds texts, numbers and lists, not a " .. type(value), 0) end
  local operator = value.append and "append" or value.replace and "replace"
  if operator then return operator .. " " .. write(value[operator], depth + 1) end
  local parts, items = {}, #value
  for i = 1, items do parts[i] = write(value[i], depth + 1) end
  for _, key in ipairs(keys_of(value)) do
    if type(key) == "number" and (key > items or key < 1 or key ~= math.floor(key)) then
      parts[#parts + 1] = ("[%.17g] = "):format(key) .. write(value[key], depth + 1)
    elseif type(key) ~= "number" then
      parts[#parts + 1] = "[" .. write(tostring(key), depth) .. "] = " .. write(value[key], depth + 1)
    end
  end
  return "{ " .. table.concat(parts, ", ") .. " }"
end

-- statement "name" { fields }, with the name under a key of its own.
local function named(statement, key, given)
  if type(given) ~= "table" or type(given[key]) ~= "string" then error(("%s: each must be a table with a %s"):format(statement, key), 0) end
  local fields = {}
  for name, value in pairs(given) do
    if name ~= key then fields[name] = value end
  end
  return ("%s %s %s"):format(statement, write(given[key], 0), write(fields, 0))
end

--- The text of the policy that a table describes. Values are data: rules and factors, which are functions, need a text of their own to extend.
---@param given table
---@return string
function tables.text(given)
  suggest.check_options(given, known, "hugh.policy.load")
  for name, value in pairs(given) do
    local wanted = (name == "name" or name == "about" or name == "requires") and "string" or "table"
    if type(value) ~= wanted then error(("hugh.policy.load: %s must be a %s, not a %s"):format(name, wanted, type(value)), 0) end
  end
  local header = { about = given.about, extends = given.extends, requires = given.requires }
  local lines = { ("policy %s %s"):format(write(given.name or "policy", 0), write(header, 0)) }
  for _, statement in ipairs(statements) do
    if given[statement] then lines[#lines + 1] = statement .. " " .. write(given[statement], 0) end
  end
  for _, exempt in ipairs(given.exempt or {}) do lines[#lines + 1] = named("exempt", "rule", exempt) end
  for _, test in ipairs(given.tests or {}) do lines[#lines + 1] = named("test", "name", test) end
  return table.concat(lines, "\n") .. "\n"
end

return tables
