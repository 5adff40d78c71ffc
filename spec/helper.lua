-- What the specs of the command line share: a scratch directory, files in it, and running bin/hugh with the Lua under test.

local helper = {}

local lua = ({ ["5.4"] = "lua5.4", ["5.3"] = "lua5.3", jit = "luajit" })[os.getenv("HUGH_ABI") or "5.4"]

--- The command of the Lua under test.
helper.lua = lua

--- A new empty directory.
---@return string path
function helper.directory()
  local name = os.tmpname()
  os.remove(name)
  assert(os.execute("mkdir -p '" .. name .. "'"))
  return name
end

function helper.remove(path) os.execute("chmod -R u+rwx '" .. path .. "'; rm -rf '" .. path .. "'") end

function helper.write(path, bytes)
  local file = assert(io.open(path, "wb"))
  file:write(bytes)
  file:close()
end

function helper.read(path)
  local file = assert(io.open(path, "rb"))
  local bytes = file:read("*a")
  file:close()
  return bytes
end

--- A number as `width` bytes, the lowest first.
function helper.le(number, width)
  local bytes = {}
  for i = 1, width do
    bytes[i] = string.char(number % 256)
    number = math.floor(number / 256)
  end
  return table.concat(bytes)
end

--- Quotes a word for the shell.
function helper.quote(word) return "'" .. word:gsub("'", "'\\''") .. "'" end

--- Runs bin/hugh; `arguments` is a piece of shell, `before` stands in front of it, `stdout` is where its output goes instead.
---@return { code: integer, out: string, err: string }
function helper.hugh(arguments, before, stdout)
  local scratch = os.tmpname()
  os.execute(("%s %s bin/hugh %s >%s 2>%s.err; echo $? >%s"):format(
    before or "", lua, arguments, stdout or scratch .. ".out", scratch, scratch))
  local result = {
    code = tonumber(helper.read(scratch)), out = stdout and "" or helper.read(scratch .. ".out"), err = helper.read(scratch .. ".err"),
  }
  for _, suffix in ipairs { "", ".out", ".err" } do os.remove(scratch .. suffix) end
  return result
end

--- Asserts that `printed` is what a page shows; … in that stands for any lines.
function helper.assert_shown(shown, printed)
  local at = 1
  for part in (shown .. "…\n"):gmatch("(.-)…\n") do
    local from, to = printed:find(part, at, true)
    if not from then error("not printed:\n" .. part .. "\nbut:\n" .. printed, 2) end
    at = to + 1
  end
  if not shown:find("…", 1, true) and shown ~= printed then error("more is printed:\n" .. printed, 2) end
end

--- What is wrong with `value` by a JSON Schema, or nil. Knows the keywords that hugh's schemas use.
function helper.violation(value, schema, root, path)
  root, path = root or schema, path or "$"
  if schema["$ref"] then return helper.violation(value, root["$defs"][schema["$ref"]:match("[^/]+$")], root, path) end
  local kind, wanted = type(value), schema.type
  if kind == "table" then kind = (wanted == "array" and (value[1] ~= nil or next(value) == nil)) and "array" or "object" end
  if kind == "number" and value == math.floor(value) and wanted == "integer" then kind = "integer" end
  if wanted and kind ~= wanted then return path .. ": expected " .. wanted .. ", got " .. kind end
  if schema.const and value ~= schema.const then return path .. ": expected " .. schema.const end
  if schema.enum then
    local found = false
    for _, choice in ipairs(schema.enum) do found = found or choice == value end
    if not found then return path .. ": " .. tostring(value) .. " is none of its choices" end
  end
  if schema.minimum and value < schema.minimum or schema.maximum and value > schema.maximum then return path .. ": out of range" end
  if wanted == "array" and schema.items then
    for i, item in ipairs(value) do
      local wrong = helper.violation(item, schema.items, root, path .. "[" .. i .. "]")
      if wrong then return wrong end
    end
  end
  if wanted == "object" then
    for _, name in ipairs(schema.required or {}) do
      if value[name] == nil then return path .. ": " .. name .. " is missing" end
    end
    for name, item in pairs(value) do
      local known = schema.properties and schema.properties[name]
      if known then
        local wrong = helper.violation(item, known, root, path .. "." .. name)
        if wrong then return wrong end
      elseif schema.additionalProperties == false then
        return path .. ": " .. name .. " is not in the schema"
      end
    end
  end
end

--- The names of the rules that an assessment tells of, in their order.
function helper.rules_of(result)
  local names = {}
  for i, rule in ipairs(result.rules) do names[i] = rule.name end
  return table.concat(names, " ")
end

return helper
