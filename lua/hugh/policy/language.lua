-- The policy language, as it is inside the sandbox (see values.lua): load_policy reads one file into a layer, compile merges layers into a policy.

local host = ...
local pcall, setmetatable, string, table, glob, where = host.pcall, host.setmetatable, host.string, host.table, host.glob, host.where
local type, next, pairs, ipairs = host.type, host.next, host.pairs, host.ipairs
local text_of, shown, at, crash, helpers, day_number = host.text_of, host.shown, host.at, host.crash, host.helpers, host.day_number

local ranks = { allow = 1, warn = 2, block = 3 }
host.ranks = ranks
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

-- ----------------------------------------------------------------- statements

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
  string = "a text in quotes", number = "a number", boolean = "true or false", table = "a table in braces",
  ["function"] = "a function, like function (m) return m.gated end", list = "a list in braces, like { \"a\", \"b\" }",
  globs = "a list of globs in braces, like { \"**/*.py\" }", verdict = "allow, warn or block",
}

local function no_glob(pattern) return "'" .. pattern .. "' is not a glob hugh can read (an open brace, or too many alternatives)" end

-- Is it a list of nothing but texts? Unknown names are told already.
local function check_list(line, name, list, globs)
  local fine = true
  for _, item in ipairs(list) do
    if type(item) ~= "string" then
      fine = false
      local key = type(item) == "number" and text_of(item) or name
      if item ~= stand_in then mistake(line, name .. " must hold texts in quotes, not " .. shown(item), key) end
    elseif globs and glob(item, "") == nil then
      mistake(line, no_glob(item), item)
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
  for _, name in ipairs(host.required[statement] or {}) do
    if given[name] == nil or given[name] == "" then mistake(line, (label or statement) .. " needs its " .. name) end
  end
  if given[1] ~= nil then
    local first = keys_of(host.fields[statement])[1]
    mistake(line, statement .. " wants its fields by name: " .. first .. " = …, not " .. shown(given[1]), text_of(given[1]))
  end
  for name, value in pairs(given) do
    local kind = host.fields[statement][name]
    if value == stand_in or kind and not check_field(line, statement, name, value, kind) then given[name] = nil
    elseif not kind and type(name) == "string" then no_such(line, statement .. " has no field", name, keys_of(host.fields[statement])) end
  end
end

-- The facts that a text with {fields} asks for.
local function check_message(line, field, text)
  for path in string.gmatch(text, "{([%a_][%w_.]*)}") do
    local shape = host.model
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

local function no_weight(value)
  if type(value) ~= "number" or value ~= value or value < 0 then return "a weight is a number from 0 on, not " .. shown(value) end
  if value > 1e6 then return "a weight is at most 1000000" end
end

local check_more = {
  factor = function(line, given)
    local message = given.weight ~= nil and no_weight(given.weight)
    if message then mistake(line, message, "weight") end
  end,
  rule = function(line, given)
    for _, name in ipairs { "message", "fix" } do
      if type(given[name]) == "string" then check_message(line, name, given[name]) end
    end
  end,
  test = function(line, given)
    if type(given.given) == "table" then check_given(line, "given", host.model, given.given) end
    if type(given.expect) == "table" then
      if not next(given.expect) then mistake(line, "expect is empty: such a test always passes", "expect") end
      check_fields(line, "expect", given.expect)
    end
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
    if type(name) ~= "string" or name == "" then
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
        if host.fields[statement][key] then entry[key] = value end
      end
    end)
  end
end

-- statement { name = number }
local function numbers(layer, statement, check)
  return statement_of(statement, function(line, given)
    layer[statement], layer.lines[statement] = layer[statement] or {}, layer.lines[statement] or {}
    if given[1] ~= nil and statement ~= "below" then
      mistake(line, statement .. " are written name = number, not " .. shown(given[1]), text_of(given[1]))
    end
    for key, value in pairs(given) do
      if type(key) ~= "string" and type(key) ~= "number" then
        mistake(line, statement .. " { … } holds names and numbers, not " .. shown(key))
      elseif value ~= stand_in and (type(key) == "string" or statement == "below") then
        local message, first = check(key, value), layer.lines[statement][key]
        if first then message = statement .. ": " .. text_of(key) .. " is stated twice; the first is in line " .. text_of(first) end
        if message then mistake(line, message, text_of(key)) end
        if not message then layer[statement][key], layer.lines[statement][key] = value, line end
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

local safe_globals = {
  ipairs = ipairs, pairs = pairs, next = next, type = type, tostring = host.plain_text, tonumber = tonumber, select = select,
  error = function(message, level) error(message, level == 0 and 0 or 2) end, -- further up is what a policy knows nothing of
  assert = assert,
  math = host.view { floor = math.floor, ceil = math.ceil, min = math.min, max = math.max, abs = math.abs, huge = math.huge },
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
  env.weights = numbers(layer, "weights", function(_, value) return no_weight(value) end)
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
  setmetatable(env, {
    __index = function(_, name)
      if not loading then error("unknown name '" .. tostring(name) .. "'", 2) end
      mistakes[#mistakes + 1] = { line = here(), message = "unknown name '" .. tostring(name) .. "'", word = tostring(name), key = tostring(name),
        among = host.all_words, name = true }
      return stand_in
    end,
  })
  return setmetatable({}, { -- empty, so that names that are taken cannot be set either
    __index = env,
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
  layer.flawed = #mistakes > 0 -- what is wrong was left out
  local told = { index = #layers }
  for _, field in ipairs { "name", "about", "extends", "requires", "lines" } do told[field] = layer[field] end
  return told, mistakes
end

-- ------------------------------------------------------------------ compiling

-- Puts a layer's list, `part` of it, into the merged one: `merged[part]` are the patterns, `merged.sources[part]` says where each is from.
local function merge_list(merged, part, list, source)
  local new = list[part]
  if new == nil then return end
  local append = new.operator == "append"
  local patterns, sources = append and merged[part] or {}, append and merged.sources[part] or {}
  for _, pattern in ipairs(new.list or new) do patterns[#patterns + 1], sources[#sources + 1] = pattern, source end
  merged[part], merged.sources[part] = patterns, sources
end

-- Does what one pattern denies hold all that another allows? Only where that is certain.
local function covers(denied, allowed, ignore_case)
  if denied == allowed then return true end
  local sure = not string.find(denied, "?", 1, true) and (string.find(denied, "**", 1, true) or not string.find(allowed, "**", 1, true))
  return sure and glob(denied, allowed, ignore_case) == true
end

local PAIRS_MOST = 20000 -- of patterns that are compared; longer lists are made by tools

-- What a layer adds must not be allowed and denied.
local function check_overlap(name, merged, line, source)
  local allow, deny = merged.allow or {}, merged.deny or {}
  for i = 1, #allow * #deny <= PAIRS_MOST and #deny or 0 do
    for j, allowed in ipairs(allow) do
      local denies, allows = merged.sources.deny[i], merged.sources.allow[j]
      if (denies == source or allows == source) and covers(deny[i], allowed, name ~= "globals") then
        local message = deny[i] == allowed and "is both allowed and denied" or "is allowed, but '" .. deny[i] .. "' denies it"
        if denies ~= allows then message = message .. "; the other is in " .. (denies == source and allows or denies) end
        mistake(line, name .. ": '" .. allowed .. "' " .. message, allows == source and allowed or deny[i])
      end
    end
  end
end

local function by_name(list, entry, line_mistake)
  for i, other in ipairs(list) do
    if other.name == entry.name then
      if other.source == entry.source then
        line_mistake(entry.line, "\"" .. entry.name .. "\" is defined twice; the first is in line " .. other.line)
      end
      if entry.weight == nil then entry.weight = other.weight end -- a factor that is said anew keeps its weight
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
      mistake(layer.lines.grades[name], "grade " .. name .. " must start lower than " .. above .. ", which starts at " .. text_of(bound), name)
    end
  end
end

-- Rules that nobody states: hugh's own, beside those of the lists.
local own_rules = { "below", "exemption.expired", "exemption.unused", "policy" }

local function check_tests(layer, rules)
  local known = {}
  for _, list in ipairs { own_rules, rules } do
    for _, name in ipairs(list) do known[#known + 1] = name end
  end
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

local function check_exempt(exempt, rules)
  local line, name, path, expires = exempt.line, exempt.name, exempt.path, exempt.expires
  if list_rules[name] and not helpers.contains(rules, name) then
    mistake(line, name .. " cannot fire: the policy has no such list", name)
  elseif not helpers.contains(rules, name) then
    local known = keys_of(list_rules)
    for _, rule in ipairs(rules) do known[#known + 1] = rule end
    no_such(line, "there is no rule", name, known)
  end
  if not (exempt.repo or exempt.sha256 or path) then mistake(line, "an exemption must say what for: repo, sha256 or path") end
  if path and glob(path, "") == nil then mistake(line, no_glob(path), path) end
  if expires and not (#expires == 10 and day_number(expires)) then mistake(line, "expires must be a date like 2027-03-31", "expires") end
  exempt.sha256 = exempt.sha256 and string.lower(exempt.sha256)
end

--- Merges the layers named, bases first. Returns a description of the policy, and the mistakes (each with the layer's index).
function compile(order)
  policy = { factors = {}, rules = {}, exempts = {}, tests = {}, below = {}, lists = {}, weights = {}, weight_source = {}, below_source = {} }
  host.policy = policy
  local all = {}
  for _, index in ipairs(order) do
    local layer = layers[index]
    mistakes = {}
    for _, factor in ipairs(layer.factors) do by_name(policy.factors, factor, mistake) end
    for _, rule in ipairs(layer.rules) do
      by_name(policy.rules, rule, mistake)
      if list_rules[rule.name] or helpers.contains(own_rules, rule.name) then
        mistake(rule.line, "'" .. rule.name .. "' is a rule of hugh's own: this one needs another name", rule.name)
      end
    end
    for _, exempt in ipairs(layer.exempts) do policy.exempts[#policy.exempts + 1] = exempt end
    for _, test in ipairs(layer.tests) do by_name(policy.tests, test, mistake) end
    for name, weight in pairs(layer.weights) do
      policy.weights[name], policy.weight_source[name] = weight, at(layer.source, layer.lines.weights[name])
      local names = names_of(policy.factors)
      if not helpers.contains(names, name) then no_such(layer.lines.weights[name], "there is no factor", name, names) end
    end
    for _, factor in ipairs(layer.factors) do
      if not (factor.weight or policy.weights[factor.name] or layer.flawed) then
        mistake(factor.line, "factor \"" .. factor.name .. "\" has no weight: it would count for nothing")
      end
    end
    check_grades(layer)
    if layer.grades then policy.grades, policy.grade_source = layer.grades, {} end
    for name in pairs(layer.grades or {}) do policy.grade_source[name] = at(layer.source, layer.lines.grades[name]) end
    for score, verdict in pairs(layer.below or {}) do
      policy.below[score], policy.below_source[score] = verdict, at(layer.source, layer.lines.below[score])
    end
    for name, list in pairs(layer.lists) do
      local merged, source = policy.lists[name] or { sources = {} }, at(layer.source, list.line)
      merge_list(merged, "allow", list, source)
      merge_list(merged, "deny", list, source)
      if list.default or list.unknown then merged.default, merged.sources.default = list.default or list.unknown, source end
      merged.source = source
      policy.lists[name] = merged
      check_overlap(name, merged, list.line, source)
      if list.allow and not merged.default and name ~= "globals" then -- there, allow takes names off what is denied
        local rest = name == "licenses" and "unknown" or "default"
        mistake(list.line, name .. ": allow alone changes nothing; say what becomes of the rest: " .. rest .. " = block, or warn", "allow")
      end
    end
    local rules = rules_in_force()
    for _, exempt in ipairs(layer.exempts) do check_exempt(exempt, rules) end
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
  local last = layers[order[#order]]
  if #policy.factors > 0 and total == 0 and #all == 0 and not last.flawed then
    all[1] = { layer = order[#order], line = last.lines.policy, message = "no factor has any weight: there would be no score" }
  end
  for _, factor in ipairs(policy.factors) do factor.scaled = total > 0 and factor.weight * 100 / total or 0 end
  local description = { factors = {}, rules = {}, exempts = {}, tests = {}, below = {}, grades = policy.grades, grade_source = policy.grade_source,
    lists = policy.lists }
  for i, factor in ipairs(policy.factors) do
    description.factors[i] = { name = factor.name, about = factor.about, weight = factor.scaled, stated = factor.weight,
      source = at(factor.source, factor.line), weight_source = policy.weight_source[factor.name] }
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
  host.freeze(policy)
  for i, test in ipairs(policy.tests) do description.tests[i] = { name = test.name, source = at(test.source, test.line) } end
  return description, all
end
