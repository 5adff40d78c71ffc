-- Are facts of the types that are documented? For specs: what differs, as "m.files[].size is string, not integer?".

local schema = require("hugh.model.facts")

local same = { string = "string", boolean = "boolean", number = "number", integer = "integer" }

-- "integer" or "float", also where Lua has only one kind of number.
local number_type = rawget(math, "type") or function(value) return type(value) == "number" and (value % 1 == 0 and "integer" or "float") or type(value) end

local function differences(value, kind, path, found)
  local plain, optional = kind:gsub("%?$", "")
  local item, shape = plain:match("^(.*)%[%]$"), schema.shapes[plain]
  if value == nil and optional == 1 then return found end
  local is = plain == "integer" and number_type(value) or type(value)
  if is ~= (same[plain] or "table") then
    found[#found + 1] = ("%s is %s, not %s"):format(path, is, kind)
  elseif item then
    for _, entry in ipairs(value) do differences(entry, item, path .. "[]", found) end
  elseif shape then
    for _, field in ipairs(shape.fields) do differences(value[field.name], field.type, path .. "." .. field.name, found) end
  end
  return found
end

---@param facts hugh.facts
---@return string[]
return function(facts) return differences(facts, "model", "m", {}) end
