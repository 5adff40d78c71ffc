-- The policy language, as it is inside the sandbox. This text runs there once; `host` holds what only the language may use.
-- load_policy reads one file into a layer, compile merges layers into a policy, evaluate judges facts, test runs the policy's own tests.

local host = ...
local pcall, setmetatable = host.pcall, host.setmetatable
local string, table, glob, where = host.string, host.table, host.glob, host.where

-- Facts are views (csrc/lua/lloan.c): Lua's own functions would not take them for tables.
local plain_type, plain_next = type, next
local function type(value)
  local kind = plain_type(value)
  return kind == "userdata" and "table" or kind
end

local lent, lent_view -- the facts that are judged now, and m
local model -- what m is, as lloan.c reads it: { its fields, the shape of any other entry or nil, the metatable of a copy or false }

local function next(list, key)
  if plain_type(list) ~= "userdata" then return plain_next(list, key) end
  if key == nil and list == lent_view then
    for name in plain_next, model[1] do local _ = list[name] end -- all that is known of the model is asked for
  end
  return plain_next(host.data(list), key)
end

local function pairs(list) return plain_type(list) == "userdata" and next or plain_next, list, nil end

local function next_item(list, i)
  local item = list[i + 1]
  if item ~= nil then return i + 1, item end
end

local function ipairs(list) return next_item, list, 0 end

local ranks = { allow = 1, warn = 2, block = 3 }
local layers, policy = {}, nil

-- ------------------------------------------------------------------ mistakes

local mistakes
local loading = false -- a policy's text is being read: unknown names are mistakes to list, not errors

local function mistake(line, message, key)
  mistakes[#mistakes + 1] = { line = line, message = message, key = key }
end

-- The line of the policy's text that is running now.
local function here()
  for level = 2, 12 do
    local source, line = where(level)
    if not source then return 0 end
    if string.sub(source, 1, 1) == "@" then return line end
  end
  return 0
end

-- --------------------------------------------------------------- text helpers

local function text_of(value)
  if type(value) == "number" then
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

-- ----------------------------------------------------------------- statements

local fields, required, all_words = {}, {}, {} -- told by the host: hugh/policy/words.lua

local function is_verdict(value) return type(value) == "string" and ranks[value] ~= nil end

-- What an unknown name is while a text is read: it can be used as any statement or value, so that the rest is read too.
local stand_in = {}
do
  local events = { __metatable = "locked" }
  for event in string.gmatch("call index add sub mul div mod pow unm concat", "%a+") do events["__" .. event] = function() return stand_in end end
  setmetatable(stand_in, events)
end

-- What each kind of field wants, for people.
local wanted = {
  string = "a text in quotes", number = "a number", boolean = "true or false", ["function"] = "a function, like function (m) return m.gated end", table = "a table in braces",
  list = "a list in braces, like { \"a\", \"b\" }",
  globs = "a list of globs in braces, like { \"**/*.py\" }", verdict = "allow, warn or block",
}

local function shown(value)
  if type(value) == "string" then return '"' .. text_of(value) .. '"' end
  if value ~= value then return "nan" end
  if type(value) == "number" or type(value) == "boolean" then return tostring(value) end
  return "a " .. type(value)
end

-- Is it a list of nothing but texts? Unknown names are told already.
local function check_list(line, name, list, globs)
  local fine = true
  for _, item in ipairs(list) do
    if type(item) ~= "string" then
      fine = false
      local key = type(item) == "number" and text_of(item) or name
      if item ~= stand_in then mistake(line, name .. " must hold texts in quotes, not " .. shown(item), key) end
    elseif globs and glob(item, "") == nil then
      mistake(line, "'" .. item .. "' is not a glob hugh can read (an open brace, or too many alternatives)", item)
    end
  end
  return fine
end

local function check_field(line, statement, name, value, kind)
  local list = kind == "list" or kind == "globs"
  local fine = type(value) == kind or list and type(value) == "table"
  if kind == "verdict" then fine = is_verdict(value) end
  if fine then return not list or check_list(line, name, value.list or value, kind == "globs") end
  local message = statement .. ": " .. name .. " must be " .. wanted[kind] .. ", not " .. shown(value)
  mistakes[#mistakes + 1] = { line = line, key = name, message = message,
    word = kind == "verdict" and type(value) == "string" and value or nil, among = { "allow", "warn", "block" } }
end

local function no_such(line, what, name, among, key)
  mistakes[#mistakes + 1] = { line = line, key = key or name, message = what .. " '" .. name .. "'", word = name, among = among }
end

local function keys_of(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

-- Checks the fields of a statement; what is wrong is told and taken out. `label` is the statement as it is told.
local function check_fields(line, statement, given, label)
  for _, name in ipairs(required[statement] or {}) do
    if given[name] == nil then mistake(line, (label or statement) .. " needs its " .. name) end
  end
  if given[1] ~= nil then
    mistake(line, statement .. " wants its fields by name: " .. keys_of(fields[statement])[1] .. " = …, not " .. shown(given[1]), text_of(given[1]))
  end
  for name, value in pairs(given) do
    local kind = fields[statement][name]
    if value == stand_in or kind and not check_field(line, statement, name, value, kind) then given[name] = nil
    elseif not kind and type(name) == "string" then no_such(line, statement .. " has no field", name, keys_of(fields[statement])) end
  end
end

-- The facts that a text with {fields} asks for.
local function check_message(line, field, text)
  for path in string.gmatch(text, "{([%a_][%w_.]*)}") do
    local shape = model
    for name in string.gmatch(path, "[^.]+") do
      if type(shape) ~= "table" or not next(shape[1]) then break end
      if not shape[1][name] then no_such(line, field .. ": there is no fact", name, keys_of(shape[1]), field) end
      shape = shape[1][name]
    end
  end
end

-- What a test gives as a fact: of that fact's kind, as know() tells it. Files and globals may be given by their names.
local function check_given(line, name, shape, given)
  local kind = type(shape) == "table" and "table" or shape == "integer" and "number" or shape
  if given == stand_in then return end
  if type(given) ~= kind then return mistake(line, "given: " .. name .. " must be " .. wanted[kind] .. ", not " .. shown(given), name) end
  if kind ~= "table" or shape[2] == shape then return end
  for key, value in pairs(given) do
    if shape[2] and type(key) ~= "number" then mistake(line, "given: " .. name .. " must be a list, like { \"a\", \"b\" }", name)
    elseif shape[2] then
      if type(value) ~= "string" or name ~= "files" and name ~= "globals" then check_given(line, name, shape[2], value) end
    elseif not shape[1][key] then no_such(line, "given: there is no fact", text_of(key), keys_of(shape[1]))
    else check_given(line, key, shape[1][key], value) end
  end
end

local check_more = {
  factor = function(line, given)
    if type(given.weight) == "number" and not (given.weight >= 0 and given.weight <= 1e6) then
      mistake(line, "a weight is a number from 0 on, not " .. shown(given.weight), "weight")
    end
  end,
  rule = function(line, given)
    for _, name in ipairs { "message", "fix" } do
      if type(given[name]) == "string" then check_message(line, name, given[name]) end
    end
  end,
  test = function(line, given)
    if type(given.given) == "table" then check_given(line, "given", model, given.given) end
    if type(given.expect) == "table" then check_fields(line, "expect", given.expect) end
  end,
}

local function new_layer(source)
  return { source = source, name = nil, extends = {}, weights = {}, factors = {}, rules = {}, exempts = {}, tests = {}, lists = {}, lines = {} }
end

-- The function of a statement: it stands outside of conditions, and is given a table in braces.
local function statement_of(name, act)
  return function(given)
    if not loading then error(name .. " is a statement: it cannot stand in a function", 2) end
    local line = here()
    if type(given) ~= "table" then return mistake(line, name .. " needs its fields in braces: " .. name .. " { … }") end
    if given ~= stand_in then act(line, given) end
  end
end

-- statement "name" { fields }
local function named(layer, statement, into)
  return function(name)
    if not loading then error(statement .. " is a statement: it cannot stand in a function", 2) end
    local line = here()
    if type(name) ~= "string" then
      mistake(line, statement .. " needs a name in quotes: " .. statement .. " \"name\" { … }")
      name = "?"
    end
    local entry = { name = name, line = line, source = layer.source, pending = true }
    into[#into + 1] = entry
    return statement_of(statement .. " \"" .. name .. "\"", function(_, given)
      entry.pending = nil
      check_fields(line, statement, given, statement .. " \"" .. name .. "\"")
      if check_more[statement] then check_more[statement](line, given) end
      for key, value in pairs(given) do
        if fields[statement][key] then entry[key] = value end
      end
    end)
  end
end

-- statement { name = number }
local function numbers(layer, statement, check)
  return statement_of(statement, function(line, given)
    layer[statement] = layer[statement] or {}
    layer.lines[statement] = line
    if given[1] ~= nil and statement ~= "below" then
      mistake(line, statement .. " are written name = number, not " .. shown(given[1]), text_of(given[1]))
    end
    for key, value in pairs(given) do
      if type(key) ~= "string" and type(key) ~= "number" then
        mistake(line, statement .. " { … } holds names and numbers, not " .. shown(key))
      elseif value ~= stand_in and (type(key) == "string" or statement == "below") then
        local message = check(key, value)
        if message then mistake(line, message, text_of(key)) else layer[statement][key] = value end
      end
    end
  end)
end

local function list_statement(layer, statement)
  return statement_of(statement, function(line, given)
    local first = layer.lists[statement]
    if first then return mistake(line, statement .. " is stated twice; the first is in line " .. text_of(first.line)) end
    check_fields(line, statement, given)
    given.line = line
    layer.lists[statement] = given
  end)
end

local function operator(name)
  return function(list)
    if list == stand_in then return stand_in end
    if type(list) ~= "table" or list.operator then
      mistake(here(), name .. " needs a list: " .. name .. " { … }")
      list = {}
    end
    return { operator = name, list = list }
  end
end

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

-- Days from year-month-day to year-month-day, by the civil calendar.
local function day_number(text)
  local y, m, d = string.match(tostring(text), "^(%d%d%d%d)%-(%d%d)%-(%d%d)")
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

local safe_globals = {
  ipairs = ipairs, pairs = pairs, next = next, type = type, tostring = plain_text, tonumber = tonumber, select = select, error = error,
  assert = assert, math = { floor = math.floor, ceil = math.ceil, min = math.min, max = math.max, abs = math.abs, huge = math.huge },
}

local function environment(layer)
  local env = { allow = "allow", warn = "warn", block = "block", append = operator("append"), replace = operator("replace") }
  for name, value in pairs(safe_globals) do env[name] = value end
  for name, helper in pairs(helpers) do env[name] = helper end
  local header = {}
  env.policy = function(name)
    local finish = named(layer, "policy", header)(name)
    if header[2] then mistake(header[2].line, "a text is one policy; the first is in line " .. text_of(header[1].line)) end
    layer.name, layer.lines.policy = header[1].name, header[1].line
    return function(given)
      finish(given)
      layer.about, layer.requires = header[1].about, header[1].requires
      local bases = header[1].extends
      for _, base in ipairs(type(bases) == "table" and bases or {}) do
        if type(base) == "string" then layer.extends[#layer.extends + 1] = base end
      end
    end
  end
  env.weights = numbers(layer, "weights", function(_, value)
    if type(value) ~= "number" or not (value >= 0 and value <= 1e6) then return "a weight is a number from 0 on, not " .. shown(value) end
  end)
  env.grades = numbers(layer, "grades", function(_, value)
    if type(value) ~= "number" or not (value >= 0 and value <= 100) then return "a grade starts at a score from 0 to 100, not " .. shown(value) end
  end)
  env.below = numbers(layer, "below", function(key, value)
    if type(key) ~= "number" or not (key >= 0 and key <= 100) then return "below is written [50] = block, with a score from 0 to 100" end
    if not is_verdict(value) then return "below [" .. text_of(key) .. "] must be allow, warn or block, not " .. shown(value) end
  end)
  for _, name in ipairs { "files", "globals", "licenses" } do env[name] = list_statement(layer, name) end
  env.factor = named(layer, "factor", layer.factors)
  env.rule = named(layer, "rule", layer.rules)
  env.exempt = named(layer, "exempt", layer.exempts)
  env.test = named(layer, "test", layer.tests)
  return setmetatable(env, {
    __index = function(_, name)
      if not loading then error("unknown name '" .. tostring(name) .. "'", 2) end
      mistakes[#mistakes + 1] = { line = here(), message = "unknown name '" .. tostring(name) .. "'", word = tostring(name), key = tostring(name),
        among = all_words, name = true }
      return stand_in
    end,
    __newindex = function(_, name)
      if not loading then error("a policy sets no globals ('" .. tostring(name) .. "')", 2) end
      mistakes[#mistakes + 1] = { line = here(), message = "a policy sets no globals: write `local " .. tostring(name) .. "`", key = tostring(name),
        name = true }
    end,
    __metatable = "locked",
  })
end

--- What Lua says of a text that does not compile.
function syntax_error(text)
  local _, message = host.compile(text, "=policy", {})
  return message
end

--- Reads one policy text. Returns what the host must know of the layer, and the mistakes; or nil, what Lua says, "SYNTAX".
function load_policy(text, chunkname)
  mistakes = {}
  local layer = new_layer(string.gsub(chunkname, "^@", ""))
  local chunk, message = host.compile(text, chunkname, environment(layer))
  if not chunk then return nil, message, "SYNTAX" end
  loading = true
  local ok, err = pcall(chunk)
  loading = false
  if not ok and #mistakes == 0 then
    local told = crash(err)
    local line, rest = string.match(told, ":(%d+): (.*)$")
    mistakes[1] = { line = tonumber(line) or 1, message = rest or told, failed = true }
  end
  for _, kind in ipairs { "factors", "rules", "exempts", "tests" } do
    for _, entry in ipairs(layer[kind]) do
      if entry.pending and #mistakes == 0 then mistake(entry.line, "\"" .. entry.name .. "\" is not finished: its fields in braces are missing") end
    end
  end
  layers[#layers + 1] = layer
  local told = { index = #layers }
  for _, field in ipairs { "name", "about", "extends", "requires", "lines" } do told[field] = layer[field] end
  return told, mistakes
end

-- ------------------------------------------------------------------ compiling

local function merge_list(old, new)
  if new == nil then return old end
  if new.operator ~= "append" then return new.list or new end
  local all = {}
  for _, item in ipairs(old or {}) do all[#all + 1] = item end
  for _, item in ipairs(new.list) do all[#all + 1] = item end
  return all
end

local function by_name(list, entry, line_mistake)
  for i, other in ipairs(list) do
    if other.name == entry.name then
      if other.source == entry.source then
        line_mistake(entry.line, "\"" .. entry.name .. "\" is defined twice; the first is in line " .. other.line)
      end
      list[i] = entry
      return
    end
  end
  list[#list + 1] = entry
end

local function names_of(list)
  local names = {}
  for i, entry in ipairs(list) do names[i] = entry.name end
  return names
end

local list_rules = {
  ["files.deny"] = true, ["files.default"] = true, ["globals.deny"] = true, ["globals.default"] = true, ["licenses.deny"] = true,
  ["licenses.unknown"] = true,
}

-- Every rule that can fire in the policy merged so far, those of the lists too.
local function rules_in_force()
  local names = names_of(policy.rules)
  for _, name in ipairs { "files", "globals", "licenses" } do
    local list = policy.lists[name]
    if list and (list.deny or name == "globals") then names[#names + 1] = name .. ".deny" end
    if list and list.default and list.default ~= "allow" then names[#names + 1] = name .. (name == "licenses" and ".unknown" or ".default") end
  end
  return names
end

local function check_grades(layer)
  local names = keys_of(layer.grades or {})
  for i = 2, #names do
    local above, name = names[i - 1], names[i]
    local bound = layer.grades[above]
    if #above == 1 and #name == 1 and layer.grades[name] >= bound then -- letters; other names have no order of their own
      mistake(layer.lines.grades, "grade " .. name .. " must start lower than " .. above .. ", which starts at " .. text_of(bound), name)
    end
  end
end

local function check_tests(layer, rules)
  local known = { "below", "exemption.expired", "exemption.unused" }
  for _, name in ipairs(rules) do known[#known + 1] = name end
  local grades = { "F" }
  for name in pairs(policy.grades or { A = 1, B = 1, C = 1, D = 1 }) do grades[#grades + 1] = name end
  for _, test in ipairs(layer.tests) do
    local expect = type(test.expect) == "table" and test.expect or {}
    for _, name in ipairs(type(expect.rules) == "table" and expect.rules or {}) do
      if type(name) == "string" and not helpers.contains(known, name) then no_such(test.line, "there is no rule", name, known) end
    end
    if type(expect.grade) == "string" and not helpers.contains(grades, expect.grade) then
      no_such(test.line, "there is no grade", expect.grade, grades)
    end
  end
end

local function at(source, line) return source .. ":" .. text_of(line or 0) end

--- Merges the layers named, bases first. Returns a description of the policy, and the mistakes (each with the layer's index).
function compile(order)
  policy = { factors = {}, rules = {}, exempts = {}, tests = {}, below = {}, lists = {}, weights = {}, weight_source = {}, below_source = {} }
  local all = {}
  for _, index in ipairs(order) do
    local layer = layers[index]
    mistakes = {}
    for _, factor in ipairs(layer.factors) do by_name(policy.factors, factor, mistake) end
    for _, rule in ipairs(layer.rules) do by_name(policy.rules, rule, mistake) end
    for _, exempt in ipairs(layer.exempts) do policy.exempts[#policy.exempts + 1] = exempt end
    for _, test in ipairs(layer.tests) do by_name(policy.tests, test, mistake) end
    for name, weight in pairs(layer.weights) do
      policy.weights[name], policy.weight_source[name] = weight, at(layer.source, layer.lines.weights)
      local names = names_of(policy.factors)
      if not helpers.contains(names, name) then no_such(layer.lines.weights, "there is no factor", name, names) end
    end
    check_grades(layer)
    if layer.grades then policy.grades, policy.grades_source = layer.grades, at(layer.source, layer.lines.grades) end
    for score, verdict in pairs(layer.below or {}) do
      policy.below[score], policy.below_source[score] = verdict, at(layer.source, layer.lines.below)
    end
    for name, list in pairs(layer.lists) do
      local merged = policy.lists[name] or {}
      merged.allow, merged.deny = merge_list(merged.allow, list.allow), merge_list(merged.deny, list.deny)
      merged.default = list.default or list.unknown or merged.default
      merged.source = at(layer.source, list.line)
      policy.lists[name] = merged
      for _, pattern in ipairs(merged.allow or {}) do
        for _, other in ipairs(merged.deny or {}) do
          if pattern == other then mistake(list.line, name .. ": '" .. pattern .. "' is both allowed and denied", pattern) end
        end
      end
    end
    local rules = rules_in_force()
    for _, exempt in ipairs(layer.exempts) do
      if list_rules[exempt.name] and not helpers.contains(rules, exempt.name) then
        mistake(exempt.line, exempt.name .. " cannot fire: the policy has no such list", exempt.name)
      elseif not helpers.contains(rules, exempt.name) then
        local known = keys_of(list_rules)
        for _, name in ipairs(rules) do known[#known + 1] = name end
        no_such(exempt.line, "there is no rule", exempt.name, known)
      end
      if not (exempt.repo or exempt.sha256 or exempt.path) then mistake(exempt.line, "an exemption must say what for: repo, sha256 or path") end
      if exempt.expires and not day_number(exempt.expires) then mistake(exempt.line, "expires must be a date like 2027-03-31", "expires") end
    end
    check_tests(layer, rules)
    for _, m in ipairs(mistakes) do
      m.layer = index
      all[#all + 1] = m
    end
  end
  local total = 0
  for _, factor in ipairs(policy.factors) do
    factor.weight = policy.weights[factor.name] or factor.weight or 0
    total = total + factor.weight
  end
  for _, factor in ipairs(policy.factors) do factor.scaled = total > 0 and factor.weight * 100 / total or 0 end
  local description = { factors = {}, rules = {}, exempts = {}, tests = {}, below = {}, grades = policy.grades, grades_source = policy.grades_source,
    lists = policy.lists }
  for i, factor in ipairs(policy.factors) do
    description.factors[i] = { name = factor.name, about = factor.about, weight = factor.scaled, source = at(factor.source, factor.line),
      weight_source = policy.weight_source[factor.name] }
  end
  for i, rule in ipairs(policy.rules) do
    description.rules[i] = { name = rule.name, about = rule.about, verdict = rule.verdict, message = rule.message,
      source = at(rule.source, rule.line) }
  end
  for i, exempt in ipairs(policy.exempts) do
    local told = { source = at(exempt.source, exempt.line) }
    for _, field in ipairs { "name", "repo", "path", "sha256", "because", "by", "expires" } do told[field] = exempt[field] end
    description.exempts[i] = told
  end
  for score, verdict in pairs(policy.below) do
    description.below[#description.below + 1] = { score = score, verdict = verdict, source = policy.below_source[score] }
  end
  table.sort(description.below, function(a, b) return a.score > b.score end)
  for i, test in ipairs(policy.tests) do description.tests[i] = { name = test.name, source = at(test.source, test.line) } end
  return description, all
end

-- ----------------------------------------------------------------- evaluating

-- The metatable of facts: nil is for what is not known, an unknown name is an error. What follows a \1 is for the host's hint.
local function strict(name, one, facts)
  local who = name == "model" and "there is" or one .. " has"
  return {
    __index = function(_, key)
      if facts[key] then return nil end
      error(who .. " no fact '" .. tostring(key) .. "'\1" .. tostring(key) .. "\1" .. name, 2)
    end,
  }
end

--- What there is, told once by the host: the facts, { model = { one = "m", types = { downloads = "integer", files = "file[]", … } }, file = …, … },
--- and the words of the language.
function know(known, checks, names)
  fields, required, all_words = checks.fields, checks.required, names
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
      shapes[name][1][field] = item and { {}, shapes[item], false, 0 } or shapes[kind] or any
      shapes[name][4] = shapes[name][4] + 1
    end
  end
  model = shapes.model
end

local function matches_any(patterns, value, ignore_case)
  for _, pattern in ipairs(patterns or {}) do
    if glob(pattern, value, ignore_case) then return pattern end
  end
end

local function fired(result, rule)
  result.rules[#result.rules + 1] = rule
end

-- files, globals and licenses: what is denied, and what is on no list when there is a default. What is known to be safe or dangerous needs no
-- list: dangerous globals are denied unless allowed by name; safe globals pass, and so do safe files when nothing says which files are allowed.
local function apply_list(result, name, items, ignore_case, what)
  local list = policy.lists[name]
  if not list then return end
  local denied, unlisted, rest = {}, {}, name == "licenses" and "unknown" or "default"
  for _, item in ipairs(items) do
    local allowed = matches_any(list.allow, item.value, ignore_case)
    if matches_any(list.deny, item.value, ignore_case) or (item.dangerous and not allowed) then denied[#denied + 1] = item
    elseif list.default and list.default ~= "allow" and not item.safe and not allowed then
      unlisted[#unlisted + 1] = item
    end
  end
  local function report(found, id, verdict, message, fix)
    if #found == 0 then return end
    local values, paths = {}, {}
    for i = 1, math.min(#found, 3) do values[i] = found[i].value end
    for i = 1, #found do paths[i] = found[i].path end
    local more = #found > 3 and " and " .. text_of(#found - 3) .. " more" or ""
    fired(result, { name = id, verdict = verdict, message = what .. " " .. table.concat(values, ", ") .. more .. " " .. message, fix = fix,
      source = list.source, paths = paths })
  end
  report(denied, name .. ".deny", "block", #denied == 1 and "is denied" or "are denied")
  report(unlisted, name .. "." .. rest, list.default, (#unlisted == 1 and "is" or "are") .. " not on the list of what is allowed")
end

-- The paths of what a condition returned: files, or paths; at most so many. Are these all?
local PATHS_MOST = 1000
local function paths_of(given)
  local list = {}
  for n = 1, math.min(#given, PATHS_MOST) do
    local path = given[n]
    if type(path) == "table" then path = path.path end
    if type(path) == "string" then list[#list + 1] = short(path) end
  end
  return list, #list == #given
end

-- What a factor comes to, out of what its function returned.
local function judged(factor, m, ok, value, reason)
  local entry = {} -- name, weight and source do not change: the host has them from compile
  if not ok then
    local message, fact = crash(value)
    return entry, { message = message, fact = fact }
  end
  if value == nil then
    entry.status, entry.reason = "inconclusive", fill(type(reason) == "string" and reason or "not known", m)
    return entry
  end
  if value == true then value = 1 elseif value == false then value = 0 end
  if type(value) ~= "number" or not (value >= 0 and value <= 1) then
    return entry, { message = "score must return a number from 0 to 1, or nil and why it is not known, but not " .. shown(value) }
  end
  entry.value = value
  entry.points = math.floor(value * factor.scaled * 1e6 + 0.5) / 1e6
  entry.status = value >= 0.75 and "pass" or value >= 0.3 and "warn" or "fail"
  entry.reason = fill(type(reason) == "string" and reason or "", m)
  return entry
end

local function exemption_for(rule, m, used)
  for i, exempt in ipairs(policy.exempts) do
    if exempt.name == rule.name and (not exempt.repo or exempt.repo == m.repo) then
      local covers = true
      if exempt.sha256 or exempt.path then
        covers = rule.paths ~= nil and #rule.paths > 0 and not rule.partial
        for _, path in ipairs(rule.paths or {}) do
          local hit = false
          for _, file in ipairs(m.files or {}) do
            local same = file.path == path and (not exempt.sha256 or file.sha256 == exempt.sha256)
            if same and (not exempt.path or glob(exempt.path, path)) then hit = true end
          end
          covers = covers and hit
        end
      end
      if covers then
        local expires = day_number(exempt.expires)
        used[i] = true
        return exempt, expires ~= nil and today ~= nil and expires < today
      end
    end
  end
end

local running -- the number of the factor or rule that was called last; rules are counted on after factors

--- Who is to blame when a budget was spent.
function culprit() return running end

-- The facts lent: those that are tables are fetched when they are first asked for.
local function view_of(facts)
  return host.view(setmetatable(facts, {
    __index = function(_, key)
      local shape = model[1][key]
      if plain_type(shape) ~= "table" then return model[3].__index(facts, key) end
      if facts ~= lent then error("facts are there only while a model is judged", 2) end
      local value = host.fetch(key, shape)
      host.rawset(facts, key, value)
      return value
    end,
  }))
end

--- Judges facts, which the host lends. `date` is today as year-month-day. What crashes blocks, and so does what ran away before:
--- { [number] = why } is not run again.
function evaluate(facts, date, runaways)
  local m = view_of(facts)
  lent, lent_view, running, today = facts, m, nil, day_number(date)
  local result = { factors = {}, rules = {}, exemptions = {} }
  local function call(number, condition)
    if runaways[number] then return false, runaways[number] end
    running = number
    return pcall(condition, m)
  end
  local function policy_error(entry, message, fact)
    fired(result, { name = entry.name, verdict = "block", code = "POLICY_ERROR", source = at(entry.source, entry.line), fact = fact,
      message = message, fix = "run `hugh policy check` and `hugh policy test`" })
  end
  for i, factor in ipairs(policy.factors) do
    local entry, problem = judged(factor, m, call(i, factor.score))
    if problem then
      entry.status, entry.reason = "inconclusive", "the factor failed"
      policy_error(factor, problem.message, problem.fact)
    end
    result.factors[i] = entry
  end
  for i, rule in ipairs(policy.rules) do
    local ok, when, paths = call(#policy.factors + i, rule.when)
    if not ok then
      policy_error(rule, crash(when))
    elseif when ~= nil and type(when) ~= "boolean" then -- 0 and "" count as true in Lua, which few mean
      policy_error(rule, "when must return true or false, not " .. shown(when))
    elseif when then
      local list, all
      if type(paths) == "table" then list, all = paths_of(paths) end
      fired(result, { name = rule.name, verdict = rule.verdict, message = fill(rule.message, m), fix = rule.fix and fill(rule.fix, m),
        source = at(rule.source, rule.line), paths = list, partial = list and not all or nil })
    end
  end
  running = nil
  if next(policy.lists) then
    local files, globals, licenses = {}, {}, {}
    local listed = policy.lists.files and policy.lists.files.allow
    for i, file in ipairs(m.files or {}) do
      files[i] = { value = file.path, path = file.path, safe = not listed and file.safety == "safe" and file.complete }
    end
    for i, global in ipairs(m.globals or {}) do
      globals[i] = { value = global.name, path = global.path, safe = global.class == "safe", dangerous = global.class == "dangerous" }
    end
    if m.license then licenses[1] = { value = m.license } end
    apply_list(result, "files", files, true, "the file")
    apply_list(result, "globals", globals, false, "the global")
    apply_list(result, "licenses", licenses, true, "the license")
    local list = policy.lists.licenses
    if list and list.default and list.default ~= "allow" and not m.license then
      fired(result, { name = "licenses.unknown", verdict = list.default, message = "no license is known", source = list.source })
    end
  end
  local used, kept = {}, {}
  for _, rule in ipairs(result.rules) do
    local exempt, expired = exemption_for(rule, m, used)
    rule.partial = nil
    if exempt and not rule.code then
      result.exemptions[#result.exemptions + 1] = { rule = rule.name, because = exempt.because, by = exempt.by, expires = exempt.expires,
        source = at(exempt.source, exempt.line), status = expired and "expired" or "used", message = rule.message }
      if expired then
        kept[#kept + 1] = rule
        kept[#kept + 1] = { name = "exemption.expired", verdict = "warn", source = at(exempt.source, exempt.line),
          message = "the exemption from " .. rule.name .. " ended on " .. exempt.expires, fix = "fix the cause, or renew the exemption" }
      end
    else
      kept[#kept + 1] = rule
    end
  end
  for i, exempt in ipairs(policy.exempts) do
    if not used[i] and (not exempt.repo or exempt.repo == m.repo) and (exempt.repo or exempt.sha256) then
      local applies = exempt.repo ~= nil
      for _, file in ipairs(m.files or {}) do applies = applies or (exempt.sha256 ~= nil and file.sha256 == exempt.sha256) end
      if applies then
        kept[#kept + 1] = { name = "exemption.unused", verdict = "warn", source = at(exempt.source, exempt.line),
          message = "the exemption from " .. exempt.name .. " is not needed any more", fix = "remove it" }
      end
    end
  end
  result.rules = kept
  return result
end

--- A rule for a score below the policy's bounds is the host's: it knows the score.
function tests()
  local list = {}
  for i, test in ipairs(policy.tests) do
    list[i] = { name = test.name, given = test.given, expect = test.expect, source = at(test.source, test.line) }
  end
  return list
end
