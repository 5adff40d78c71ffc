-- Does every name in a policy mean something? Lua notices a misspelt helper or fact only when its function runs; this looks before.
-- It follows the scopes that tokens open and close, and is no parser: the text is known to compile. Where it cannot tell, it says nothing.

local facts = require("hugh.model.facts")
local suggest = require("hugh.suggest")
local words = require("hugh.policy.words")

-- What people reach for, and what there is instead.
local instead = {
  string = "texts are asked with glob, contains, starts, ends and lower",
  table = "a list grows by list[#list + 1] = value, and sorted(list) sorts a copy",
  os = "a policy sees nothing but the facts; days_since(date) counts days",
  io = "a policy sees nothing but the facts", require = "a policy builds on others by extends = { … }",
  print = "say it in a message, or in a factor's reason", pcall = "what fails blocks, and is told",
  m = "a condition is given it: function (m) return … end",
  len = "#list is how many there are, #text how many bytes",
  null = "Lua says nil", None = "Lua says nil", True = "Lua says true", False = "Lua says false",
}

local statements, all_words, globals = words.is_statement, words.names(), {}
for _, name in ipairs(all_words) do globals[name] = true end

-- A shape is what is known of a value: { no, fields = { name = shape }, names }, where `no` begins what is told of a name that is not there;
-- { each = shape } of a list; { text = true }; { callee = place } of a local function; or ANY: nothing.
local ANY = {}
local math_shape = { no = "there is no function", fields = {}, names = words.math }
for _, name in ipairs(words.math) do math_shape.fields[name] = ANY end

local shapes = { string = { text = true } }
for _, fact in ipairs(facts.shapes) do
  shapes[fact.name] = { no = (fact.name == "model" and "there is" or fact.one .. " has") .. " no fact", fields = {}, names = {}, facts = true }
end
for _, fact in ipairs(facts.shapes) do
  local shape = shapes[fact.name]
  for i, field in ipairs(fact.fields) do
    local item, list = field.type:match("^([%a_]+)(%[?%]?)%??$")
    local known = shapes[item] or ANY
    shape.names[i], shape.fields[field.name] = field.name, list == "[]" and { each = known } or known
  end
end

local openers = { ["("] = ")", ["["] = "]", ["{"] = "}" }

local scan = {}
scan.__index = scan

function scan:is(i, text) return self.list[i] ~= nil and self.list[i].text == text end

function scan:push(opener, i) self.frames[#self.frames + 1] = { opener = opener, at = i, hidden = {}, keys = {} } end

-- Ends a scope: what its locals hid is seen again.
function scan:pop()
  local frame = table.remove(self.frames)
  for name, known in pairs(frame.hidden) do self.locals[name] = known or nil end
  return frame
end

function scan:top() return self.frames[#self.frames] end

function scan:declare(name, shape)
  local hidden = self:top().hidden
  if hidden[name] == nil then hidden[name] = self.locals[name] or false end
  self.locals[name] = { shape = shape or ANY, frame = #self.frames }
end

function scan:tell(i, message, word, among)
  self.mistakes[#self.mistakes + 1] = { at = self.list[i].at, message = message, word = word, among = among }
end

-- The place after the bracket that closes the one at `i`.
function scan:closed(i)
  local depth = 0
  repeat
    depth = depth + (self:is(i, "[") and 1 or self:is(i, "]") and -1 or 0)
    i = i + 1
  until depth == 0 or not self.list[i]
  return i
end

-- Follows .field and [index] after a value of known shape. Returns the shape reached, and the place of the token after it.
function scan:follow(shape, i, quiet)
  while true do
    if shape.fields and self:is(i, ".") then
      local field = self.list[i + 1].text
      if not shape.fields[field] then
        if not quiet then self:tell(i + 1, ("%s '%s'"):format(shape.no, field), field, shape.names) end
        return ANY, i + 2
      end
      shape, i = shape.fields[field], i + 2
    elseif shape.each and self:is(i, "[") then
      if not quiet and self:is(i + 1, "0") and self:is(i + 2, "]") then self:tell(i + 1, "a list starts at 1") end
      shape, i = shape.each, self:closed(i)
    elseif shape.each and self:is(i, ".") then
      if not quiet then self:tell(i + 1, "a list has no fields: #list is how many there are, list[1] the first") end
      return ANY, i + 2
    elseif shape.text and (self:is(i, ":") or self:is(i, ".")) then
      if not quiet then self:tell(i, "texts have no methods here: " .. instead.string) end
      return ANY, i + 2
    else
      return shape, i
    end
  end
end

-- The shape of the value that starts at `i`, as far as names, fields and indices make it, and the place after it.
function scan:value(i)
  local known = self.list[i] and self.list[i].kind == "name" and self.locals[self.list[i].text]
  if not known then return ANY, i end
  return self:follow(known.shape, i + 1, true)
end

-- The shape of a local that is given `m.field` and nothing more.
function scan:alias(i)
  local shape, after = self:value(i)
  local token = self.list[after]
  local ends = not token or token.kind == "name" or token.text == ";" or (token.kind == "keyword" and token.text ~= "and" and token.text ~= "or")
  return ends and shape or ANY
end

-- The names from `i` on that commas part; declared in the scope on top. Returns where they end.
function scan:declare_list(i)
  while self.list[i] do
    if self.list[i].kind == "name" then self:declare(self.list[i].text) end
    if not self:is(i + 1, ",") then return i + 1 end
    i = i + 2
  end
  return i
end

-- In a table's braces, `name =` is a key.
function scan:is_key(i)
  return self:top().opener == "{" and self:is(i + 1, "=") and (self:is(i - 1, "{") or self:is(i - 1, ",") or self:is(i - 1, ";"))
end

local function is_field(self, i) return self:is(i - 1, ".") or self:is(i - 1, ":") end

-- The place after the variable that starts at `i`: a name, its fields and indices.
function scan:after_variable(i)
  i = i + 1
  while self:is(i, ".") or self:is(i, "[") do i = self:is(i, ".") and i + 2 or self:closed(i) end
  return i
end

-- Is the variable that starts at `i` given a value: "name" itself, or a "field" of it?
function scan:set(i)
  local after = self:after_variable(i)
  local what, opener = after == i + 1 and "name" or "field", self:top().opener
  while self:is(after, ",") and not openers[opener] and self.list[after + 1] and self.list[after + 1].kind == "name" do
    after = self:after_variable(after + 1)
  end
  return self:is(after, "=") and what
end

function scan:global(i)
  local name, set = self.list[i].text, self:set(i)
  if set == "field" and globals[name] then return self:tell(i, name .. " cannot be changed") end
  if set == "name" or self:is(i - 1, "function") then
    if statements[name] and self:is(i + 1, "=") then return self:tell(i, ("%s is a statement: write it without ="):format(name)) end
    return self:tell(i, ("a policy sets no globals: write `local %s%s`"):format(self:is(i - 1, "function") and "function " or "", name))
  end
  if statements[name] and self:in_a_condition() then return self:tell(i, name .. " is a statement: it cannot stand in a condition") end
  if globals[name] then return end
  local message = "unknown name '" .. name .. "'"
  if instead[name] then return self:tell(i, message .. ": " .. instead[name]) end
  if self:top().opener == "{" and (self:is(i + 1, ",") or self:is(i + 1, "}")) and not suggest.nearest(name, all_words) then
    message = message .. ": a text stands in quotes, like \"" .. name .. "\""
  end
  self:tell(i, message, name, all_words)
end

-- A local function is mentioned: what is its first argument? If that is the same everywhere, the next look knows it of the parameter.
function scan:mention(callee, i)
  local shape = ANY
  if self:is(i + 1, "(") and not self:is(i - 1, "function") then
    local value, after = self:value(i + 2)
    if self:is(after, ")") or self:is(after, ",") then shape = value end
  end
  local before = self.given[callee]
  self.given[callee] = (before == nil or before == shape) and shape or ANY
end

function scan:name(i)
  local name = self.list[i].text
  if is_field(self, i) then return i + 1 end
  if self:is_key(i) then
    local keys = self:top().keys
    if keys[name] then self:tell(i, name .. " is given twice in these braces") end
    keys[name] = true
    return i + 1
  end
  local known = self.locals[name]
  if not known then self:global(i) end
  local shape, set, condition = known and known.shape or name == "math" and math_shape or ANY, self:set(i), self:in_a_condition()
  if shape.callee then self:mention(shape.callee, i) end
  self:follow(shape, i + 1)
  if set == "field" and shape.facts then self:tell(i, "facts cannot be changed")
  elseif set and known and condition and known.frame < condition then
    self:tell(i, ("a condition keeps nothing for the next model: %s stands outside of it and cannot be changed"):format(name))
  elseif set == "name" then
    self.locals[name] = { shape = ANY, frame = known and known.frame or 0 } -- whatever it is given
  end
  return i + 1
end

-- The place of the condition's frame, if this is in one.
function scan:in_a_condition()
  for i, frame in ipairs(self.frames) do
    if frame.condition then return i end
  end
end

-- Are the innermost braces those of a rule or a factor?
function scan:in_judging()
  local top = self:top()
  if top.opener ~= "{" or not self.list[top.at - 1] or self.list[top.at - 1].kind ~= "string" then return false end
  return self:is(top.at - 2, "rule") or self:is(top.at - 2, "factor")
end

local keywords = {}

keywords["function"] = function(self, i)
  local j, condition = i + 1, self:is(i - 1, "=") and (self:is(i - 2, "when") or self:is(i - 2, "score")) and self:in_judging()
  local helper = self:is(i - 1, "local")
  if helper then self:declare(self.list[j].text, { callee = i }) elseif self.list[j].kind == "name" then self:name(j) end
  local method = false
  while self.list[j] and not self:is(j, "(") do
    method = method or self:is(j, ":")
    j = j + 1
  end
  self:push("function")
  if method then self:declare("self") end
  local stop = self:is(j + 1, ")") and j + 1 or self:declare_list(j + 1)
  self:top().condition = condition
  local known = condition and shapes.model or helper and self.known[i]
  if known and stop > j + 1 and self.list[j + 1].kind == "name" then self:declare(self.list[j + 1].text, known) end
  return stop + 1
end

keywords["local"] = function(self, i)
  if self:is(i + 1, "function") then return i + 1 end
  local name = self.list[i + 1].text
  local shape = self:is(i + 2, "=") and self:alias(i + 3)
  local stop = self:declare_list(i + 1)
  if shape then self:declare(name, shape) end
  return stop
end

keywords["for"] = function(self, i)
  local each = ANY -- of `for _, name in ipairs(list) do`
  if self:is(i + 2, ",") and self:is(i + 4, "in") and self:is(i + 5, "ipairs") and self:is(i + 6, "(") then
    local list, after = self:value(i + 7)
    if list.each and self:is(after, ")") and self:is(after + 1, "do") then each = list.each end
  end
  self:push("loop")
  local stop = self:declare_list(i + 1)
  local list, after = self:value(stop + 1)
  if self:is(stop, "in") and list.each and self:is(after, "do") then self:tell(stop + 1, "a list is walked with ipairs(…)") end
  if each ~= ANY then self:declare(self.list[i + 3].text, each) end
  return stop
end

keywords["while"] = function(self, i)
  self:push("loop")
  return i + 1
end

keywords["do"] = function(self, i)
  local top = self:top()
  if top.opener == "loop" and not top.open then top.open = true else self:push("do") end
  return i + 1
end

keywords["then"] = function(self, i)
  self:push("then")
  return i + 1
end

keywords["repeat"] = keywords["then"]

keywords["else"] = function(self, i)
  self:pop()
  self:push("then")
  return i + 1
end

keywords["elseif"] = function(self, i)
  self:pop()
  return i + 1
end

keywords["end"] = keywords["elseif"]

keywords["until"] = function(self, i) -- its condition sees the locals of the block
  for name in pairs(self:pop().hidden) do self:declare(name) end
  return i + 1
end

keywords["goto"] = function(_, i) return i + 2 end

local operators = {
  ["::"] = function(_, i) return i + 3 end,
}
for opener, closer in pairs(openers) do
  operators[opener] = function(self, i)
    self:push(opener, i)
    return i + 1
  end
  operators[closer] = keywords["end"]
end

-- Looks through the tokens once. `known` are the shapes of local functions' first parameters, as the look before found them.
local function look(list, known)
  local self = setmetatable({ list = list, frames = {}, locals = {}, mistakes = {}, known = known, given = {} }, scan)
  self:push("text")
  local i = 1
  while i <= #list do
    local token = list[i]
    if #self.frames == 1 and self:is(i - 1, "}") and (token.text == "{" or token.kind == "string") then
      self:tell(i, "the name of a statement is missing before this")
    end
    local act = token.kind == "name" and scan.name or token.kind == "keyword" and keywords[token.text] or token.kind == "operator"
      and operators[token.text]
    if act then i = act(self, i) else i = i + 1 end
  end
  return self
end

local names = {}

--- What is wrong with the names in a policy that compiles.
---@param list { kind: string, text: string, at: integer }[] its tokens
---@return { at: integer, message: string, word?: string, among?: string[] }[]
function names.check(list)
  local seen = look(list, {})
  for _ = 1, 3 do -- helpers that call helpers
    local news = false
    for callee, shape in pairs(seen.given) do news = news or shape ~= (seen.known[callee] or ANY) end
    if not news then break end
    seen = look(list, seen.given)
  end
  return seen.mistakes
end

return names
