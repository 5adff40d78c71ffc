-- JSON in one place: lua-cjson decodes every number to a float on Lua 5.3 and 5.4, encodes 14 digits, and cannot tell an empty array from
-- an empty object. Here integers stay integers, keys are sorted, and the text is always valid UTF-8.

local cjson = require("cjson.safe")
local utf8 = require("hugh.utf8")

local json = {}

--- JSON's null, as decoded and to be encoded.
json.null = cjson.null

local array_mark, object_mark = { __name = "hugh.json.array" }, { __name = "hugh.json.object" }

--- Marks `list` as a list, whatever it holds.
---@generic T: table
---@param list T
---@return T
function json.array(list) return setmetatable(list, array_mark) end

--- Marks `map` as an object: needed only if it may be empty, since an unmarked empty table is written as `[]` (in hugh's documents an
--- empty list is common and an empty object is not).
---@generic T: table
---@param map T
---@return T
function json.object(map) return setmetatable(map, object_mark) end

local decoder = cjson.new()
decoder.decode_invalid_numbers(false)
decoder.decode_max_depth(200)

local to_integer = math.tointeger -- absent where every number is a float anyway

-- Lists of tables still to visit instead of recursion: depth is the input's choice.
local function restore_integers(root)
  local todo, last = { root }, 1
  while last > 0 do
    local map = todo[last]
    todo[last] = nil
    last = last - 1
    for key, value in pairs(map) do
      local kind = type(value)
      if kind == "table" then
        last = last + 1
        todo[last] = value
      elseif kind == "number" then
        map[key] = to_integer(value) or value
      end
    end
  end
  return root
end

--- A number as an integer, where Lua has them and it is whole.
---@param number number
---@return number
function json.integer(number) return to_integer and to_integer(number) or number end

--- Reads JSON text, as quickly as can be: whole numbers may be floats (see json.integer).
---@param text string
---@return any value nil if it is not JSON
---@return string|nil message
json.decode_quickly = decoder.decode

--- Writes JSON text that another state of this program reads, as quickly as can be: texts as they are, numbers of 14 digits.
---@param value any
---@return string
json.encode_quickly = cjson.new().encode

--- Reads JSON text. Numbers that are whole become integers where Lua has them.
---@param text string
---@return any value nil if it is not JSON
---@return string|nil message
---@return string|nil code "JSON"
function json.decode(text)
  local value, message = decoder.decode(text)
  if value == nil then return nil, message, "JSON" end
  if to_integer then
    if type(value) == "table" then return restore_integers(value) end
    if type(value) == "number" then return to_integer(value) or value end
  end
  return value
end

local short = { ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }
local function escape(char) return short[char] or ("\\u%04x"):format(char:byte()) end

local function escape_code(char) return ("\\u%04x"):format((utf8.decode(char, 1))) end

-- Control characters beyond ASCII, and what is invisible or turns the direction of text: not for terminals and logs.
local covert = { "\194[\128-\159]", "\226\128[\139-\143\168-\174]", "\226\129[\160-\175]", "\239\187\191" }

local function encode_string(text)
  text = utf8.valid(text)
  if text:find('[%c"\\\127]') then text = text:gsub('[%c"\\\127]', escape) end
  if text:find("[\194\226\239]") then
    for _, pattern in ipairs(covert) do text = text:gsub(pattern, escape_code) end
  end
  return '"' .. text .. '"'
end

local function encode_number(number)
  if number ~= number or number == math.huge or number == -math.huge then
    error("JSON has no number for " .. tostring(number), 0)
  end
  if math.type and math.type(number) == "integer" then return ("%d"):format(number) end
  if number == math.floor(number) and math.abs(number) < 2 ^ 53 then return ("%.0f"):format(number) end
  local text = ("%.14g"):format(number)
  if tonumber(text) ~= number then text = ("%.17g"):format(number) end
  return (text:gsub(",", ".")) -- a locale may have changed the decimal point
end

local function is_list(map)
  local mark = getmetatable(map)
  if mark == array_mark then return true end
  if mark == object_mark then return false end
  return map[1] ~= nil or next(map) == nil
end

local function by_name(a, b) return tostring(a) < tostring(b) end

local encode_value

local function encode_list(out, list, indent, deeper)
  if #list == 0 then out[#out + 1] = "[]" return end
  out[#out + 1] = "["
  for i = 1, #list do
    if i > 1 then out[#out + 1] = indent and "," or ", " end
    if indent then out[#out + 1] = deeper end
    encode_value(out, list[i], indent and deeper)
  end
  if indent then out[#out + 1] = indent end
  out[#out + 1] = "]"
end

local function encode_map(out, map, indent, deeper)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  if #keys == 0 then out[#out + 1] = "{}" return end
  table.sort(keys, by_name)
  out[#out + 1] = "{"
  for i, key in ipairs(keys) do
    if i > 1 then out[#out + 1] = indent and "," or ", " end
    if indent then out[#out + 1] = deeper end
    out[#out + 1] = encode_string(tostring(key))
    out[#out + 1] = ": "
    encode_value(out, map[key], indent and deeper)
  end
  if indent then out[#out + 1] = indent end
  out[#out + 1] = "}"
end

-- `indent` is the line break of the enclosing level, or nil for one line. Recursion follows hugh's own data, never a stranger's nesting
-- beyond decode_max_depth.
function encode_value(out, value, indent)
  local kind = type(value)
  if kind == "string" then
    out[#out + 1] = encode_string(value)
  elseif kind == "number" then
    out[#out + 1] = encode_number(value)
  elseif kind == "boolean" then
    out[#out + 1] = tostring(value)
  elseif kind == "table" then
    local encode = is_list(value) and encode_list or encode_map
    encode(out, value, indent, indent and indent .. "  ")
  elseif value == json.null then
    out[#out + 1] = "null"
  else
    error("JSON cannot hold a " .. kind, 0)
  end
end

--- Writes a value as JSON: one line, or with `pretty` one member a line. Keys are sorted, so equal values give equal text. Bytes that are
--- not UTF-8 are written as the text `\xNN`. Throws on functions and on numbers that JSON has not.
---@param value any
---@param options? { pretty?: boolean }
---@return string
function json.encode(value, options)
  local out = {}
  encode_value(out, value, options and options.pretty and "\n" or nil)
  return table.concat(out)
end

return json
