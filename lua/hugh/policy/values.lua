-- What language.lua and judge.lua share inside the sandbox: facts, values as texts, and the helpers of conditions. Each of the three texts runs
-- there once, in this order, and is given `host`: what only they may use, and what they lend each other.

local host = ...
local setmetatable = host.setmetatable
local string, table, glob = host.string, host.table, host.glob

-- Facts are views (csrc/lua/lloan.c): Lua's own functions would not take them for tables.
local plain_type, plain_next = type, next
local function type(value)
  local kind = plain_type(value)
  return kind == "userdata" and "table" or kind
end

local lent_view -- m, the facts that are judged now
local model -- what m is, as lloan.c reads it

-- --------------------------------------------------------------- texts

local function text_of(value)
  if type(value) == "number" then
    if value ~= value then return "nan" end -- some print its sign
    if value == math.floor(value) and math.abs(value) < 1e15 then return string.format("%.0f", value) end
    return string.format("%.4g", value)
  end
  if type(value) == "table" then
    local parts = {}
    for i = 1, math.min(#value, 5) do parts[i] = text_of(value[i]) end
    if #value > 5 then parts[6] = "…" end
    return table.concat(parts, ", ")
  end
  if value == nil then return "unknown" end
  return string.sub(tostring(value), 1, 500)
end

-- tostring for policies: numbers alike on every Lua, and no addresses of tables.
local function plain_text(value)
  if type(value) == "number" then return text_of(value) end
  if type(value) == "table" or type(value) == "function" then return type(value) end
  return tostring(value)
end

-- A text that ends up in a result: no longer than people read. Cut between characters.
local TEXT_MOST = 2000
local function short(text)
  if #text <= TEXT_MOST then return text end
  return string.gsub(string.sub(text, 1, TEXT_MOST), "[\194-\244][\128-\191]*$", "") .. "…"
end

-- The message of an error in the policy's own code, with its line when Lua gave one. After a \1 comes the name that is no fact, and of what.
local function crash(err)
  local text = type(err) == "string" and short(err) or "an error that is not a text"
  local fact, of = string.match(text, "\1(.-)\1(.*)$")
  text = string.gsub(string.gsub(text, "\1.*$", ""), "userdata value", "table value")
  return text, fact and { name = fact, of = of }
end

-- A fact by name, nil too for a name that is no fact.
local function peek(facts, name)
  if type(facts) ~= "table" then return nil end
  if facts == lent_view then return model[1][name] and facts[name] end
  return host.rawget(host.data(facts), name)
end

-- "{field}" and "{field.field}" in a message, from the facts; anything else stays as it is.
local function fill(message, m)
  message = short(message)
  if not string.find(message, "{", 1, true) then return message end
  return short((string.gsub(message, "{([%a_][%w_.]*)}", function(path)
    local value = m
    for name in string.gmatch(path, "[^.]+") do value = peek(value, name) end
    return text_of(value)
  end)))
end

local function shown(value)
  if type(value) == "string" then return '"' .. text_of(value) .. '"' end
  if value ~= value then return "nan" end
  if value == nil then return "nil" end
  if type(value) == "number" then return string.format("%.14g", value) end
  if type(value) == "boolean" then return tostring(value) end
  return "a " .. type(value)
end

local function at(source, line) return source .. ":" .. text_of(line or 0) end

-- Lua would tell of this in its own words, and of a line in this file.
local function check_walked(name, list)
  if type(list) == "table" then return end
  error(name .. " wants a list or a table, not " .. shown(list) .. (list == nil and "; what is not known is nil, so look first" or ""), 3)
end

local function next(list, key)
  check_walked("next", list)
  if plain_type(list) ~= "userdata" then return plain_next(list, key) end
  if key == nil and list == lent_view then
    for name in plain_next, model[1] do local _ = list[name] end -- all that is known of the model is asked for
  end
  return plain_next(host.data(list), key)
end

local function pairs(list)
  check_walked("pairs", list)
  return plain_type(list) == "userdata" and next or plain_next, list, nil
end

local function next_item(list, i)
  local item = list[i + 1]
  if item ~= nil then return i + 1, item end
end

local function ipairs(list)
  check_walked("ipairs", list)
  return next_item, list, 0
end

-- ------------------------------------------------------------------- facts

-- The metatable of facts: nil is for what is not known, an unknown name is an error. What follows a \1 is for the host's hint.
local function strict(name, one, facts)
  local who = name == "model" and "there is" or one .. " has"
  return {
    __index = function(_, key)
      if facts[key] then return nil end
      error(who .. " no fact '" .. plain_text(key) .. "'\1" .. plain_text(key) .. "\1" .. name, 2)
    end,
  }
end

--- What there is, told once by the host: the facts, { model = { one = "m", types = { downloads = "integer", files = "file[]", … } }, file = …, … },
--- and the words of the language.
function know(known, checks, names)
  host.fields, host.required, host.all_words = checks.fields, checks.required, names
  local any = { {}, nil, false, 0 }
  any[2] = any
  local shapes = { string = "string", integer = "integer", number = "number", boolean = "boolean" }
  for name, shape in pairs(known) do
    local facts = {}
    shapes[name] = { facts, nil, strict(name, shape.one, facts), 0 }
  end
  for name, shape in pairs(known) do
    for field, kind in pairs(shape.types) do
      local item = string.match(kind, "^(.*)%[%]$")
      shapes[name][1][field] = item and { {}, shapes[item], false, 0, true } or shapes[kind] or any
      shapes[name][4] = shapes[name][4] + 1
    end
  end
  model = shapes.model
  host.model = model
end

-- ----------------------------------------------------------------- helpers

-- Helpers that conditions may use. One call cannot be interrupted, so each is bounded.

local SEARCH_MOST = 67108864 -- bytes compared by one `contains`: the text times the part
local SORTED_MOST = 10000 -- items
local SORTED_BYTES_MOST = 1000 -- of a text to sort

local function want(helper, kind, value)
  if type(value) ~= kind then error(helper .. " wants a " .. (kind == "string" and "text" or kind) .. ", not " .. shown(value), 3) end
end

local helpers = {
  glob = function(pattern, value)
    want("glob", "string", pattern)
    if value == nil then return false end
    want("glob", "string", value)
    local matches = glob(pattern, value)
    if matches == nil then error("'" .. pattern .. "' is not a glob", 2) end
    return matches
  end,
  contains = function(value, part)
    if type(value) == "table" then
      for _, item in ipairs(value) do
        if item == part then return true end
      end
      return false
    end
    if value == nil then return false end
    want("contains", "string", value)
    want("contains", "string", part)
    if #value * #part > SEARCH_MOST then error("contains: the text or the part is too long", 2) end
    return string.find(value, part, 1, true) ~= nil
  end,
  starts = function(value, prefix)
    want("starts", "string", prefix)
    return type(value) == "string" and string.sub(value, 1, #prefix) == prefix
  end,
  ends = function(value, suffix)
    want("ends", "string", suffix)
    return type(value) == "string" and (suffix == "" or string.sub(value, -#suffix) == suffix)
  end,
  lower = function(value)
    if value == nil then return nil end
    want("lower", "string", value)
    return string.lower(value)
  end,
  clamp = function(value, least, most)
    want("clamp", "number", value)
    want("clamp", "number", least)
    want("clamp", "number", most)
    if not (least <= most and value == value) then -- comparing nan picks whatever stands first
      error("clamp(" .. shown(value) .. ", " .. shown(least) .. ", " .. shown(most) .. ") is no number", 2)
    end
    return math.max(least, math.min(most, value))
  end,
  sorted = function(list)
    want("sorted", "table", list)
    local copy, kind = {}, type(list[1])
    if #list > SORTED_MOST then error("sorted: the list is too long", 2) end
    for i = 1, #list do
      local item = list[i]
      if type(item) ~= kind or item ~= item or (kind ~= "string" and kind ~= "number") then error("sorted wants a list of texts or of numbers", 2) end
      if kind == "string" and #item > SORTED_BYTES_MOST then error("sorted: a text is too long", 2) end
      copy[i] = item
    end
    table.sort(copy)
    return copy
  end,
}

-- The number of a day by the civil calendar, of a text that starts with year-month-day.
local function day_number(text)
  local y, m, d = string.match(tostring(text), "^(%d%d%d%d)%-(%d%d)%-(%d%d)%f[%D]")
  if not y then return nil end
  y, m, d = tonumber(y), tonumber(m), tonumber(d)
  local leap = y % 4 == 0 and (y % 100 ~= 0 or y % 400 == 0)
  if m < 1 or m > 12 or d < 1 or d > (m == 2 and (leap and 29 or 28) or (m == 4 or m == 6 or m == 9 or m == 11) and 30 or 31) then return nil end
  if m <= 2 then y, m = y - 1, m + 12 end
  return 365 * y + math.floor(y / 4) - math.floor(y / 100) + math.floor(y / 400) + math.floor((153 * (m - 3) + 2) / 5) + d
end

local today
helpers.days_since = function(date)
  local day = day_number(date)
  return day and today and today - day or nil
end

-- Of the facts lent, those that are tables are fetched when they are first asked for.
local fetching = {
  __index = function(facts, key)
    local shape = model[1][key]
    if plain_type(shape) ~= "table" then return model[3].__index(facts, key) end
    local value = host.fetch(key, shape)
    host.rawset(facts, key, value)
    return value
  end,
}

--- What a condition is given as `m`. The facts are there until the next are lent.
function host.lend(facts, date)
  lent_view, today = host.view(setmetatable(facts, fetching)), day_number(date)
  return lent_view, today
end

for name, value in pairs {
  type = type, next = next, pairs = pairs, ipairs = ipairs, text_of = text_of, plain_text = plain_text, shown = shown, at = at, crash = crash,
  fill = fill, short = short, helpers = helpers, day_number = day_number,
} do host[name] = value end
