-- What Lua says of a text that it cannot read, and of code that fails, in words of our own: the same on every Lua, with the likely fix.

local is_statement = require("hugh.policy.words").is_statement

local wording = {}

local openers = {
  ["{"] = "}", ["("] = ")", ["["] = "]", ["function"] = "end", ["do"] = "end", ["then"] = "end", ["else"] = "end", ["repeat"] = "until",
}

-- The places of the braces, parentheses and blocks that tokens leave open, the innermost last.
local function open_in(list, last)
  local open = {}
  for i = 1, last do
    local text = list[i].text
    if text == "elseif" or text == "else" then open[#open] = nil end -- `then` and `else` open what follows
    if openers[text] then open[#open + 1] = i
    elseif text == "}" or text == ")" or text == "]" or text == "end" or text == "until" then open[#open] = nil end
  end
  return open
end

local function starts_value(token)
  local text = token.text
  return token.kind == "string" or token.kind == "number" or text == "{" or text == "function" or text == "true" or text == "false"
end

-- Words of other languages, which Lua takes for names.
local words_elsewhere = {
  lambda = "write function (m) … end", def = "write local function name(m) … end", func = "write function", fn = "write function",
  is = "write ==, or ~= for \"is not\"", var = "write local", let = "write local", const = "write local", elif = "write elseif",
  ["continue"] = "write if … then … end around the rest",
  import = "a policy builds on others by extends = { … }", class = "a policy is made of statements",
}

-- "a }", "an `end`": what closes.
local function with_article(closer) return closer == "end" and "an `end`" or closer == "until" and "an `until`" or "a " .. closer end

-- What explains a missing `end` most often.
local function else_if(list, last)
  for i = 2, last do
    if list[i].text == "if" and list[i - 1].text == "else" then return "; `else if` needs one of its own, `elseif` does not" end
  end
  return ""
end

-- What is likely wrong where the token `i` cannot stand, and where if not there. `expected` is what Lua wanted instead, or nil.
local function explain(list, i, expected)
  local token, before = list[i], list[i - 1] or { text = "", kind = "" }
  local text, open = token.text, open_in(list, i - 1)
  local opener, closes = open[1] and list[open[#open]].text, false
  if expected == "=" and opener ~= "{" then expected = nil end -- only LuaJIT says so
  for _, place in ipairs(open) do closes = closes or openers[list[place].text] == text end
  local foreign = words_elsewhere[before.text] and before or words_elsewhere[text] and token
  if foreign then return ("%s is no word of this language: %s"):format(foreign.text, words_elsewhere[foreign.text]), foreign.at end
  if i == 1 and text ~= "=" then return "a policy starts with its name: policy \"name\" { … }" end
  if before.text == "%" or text == "%" then return "a number stands without %" end
  if text == "in" and before.kind == "string" then return "whether a list holds a value is asked with contains(list, value)" end
  if text == "=" then
    if opener == "{" and before.kind == "string" then return ("a name stands without quotes: %s ="):format(before.text:sub(2, -2)) end
    if opener == "{" and before.kind == "number" then return ("a number as a name stands in brackets: [%s] ="):format(before.text) end
    if before.text == "=" or expected == "then" or expected == "do" or opener ~= "(" then return "one = gives a value a name; == compares" end
    return "= cannot stand here: == compares, and fields stand in braces: { … }"
  end
  if before.text == ":" or (list[i - 2] or before).text == ":" then return "a field is written name = value, with = instead of :" end
  if text == "[" and before.text == "=" then return "a list stands in braces: { \"a\", \"b\" }" end
  if is_statement[before.text] and token.kind == "name" then
    return ("a name stands in quotes: %s \"%s\""):format(before.text, text)
  end
  if opener == "{" and expected == "}" then
    if is_statement[text] and list[i + 1] and (list[i + 1].kind == "string" or list[i + 1].text == "{") then
      return "a } is missing before " .. text .. ": the statement before it is not closed"
    end
    if before.kind == "name" and starts_value(token) and list[i - 2].text ~= "=" then
      return ("a = is missing between %s and %s"):format(before.text, text)
    end
    if starts_value(token) or token.kind == "name" or text == "[" then return "a comma is missing before " .. text end
  end
  if expected == "<eof>" then
    return text == "end" and "this `end` closes nothing" or text == "}" and "this } closes nothing" or "nothing can follow `return`"
  end
  if text == "}" or text == ")" or text == "]" then
    if not closes then return "this " .. text .. " closes nothing" end
    if openers[opener] ~= text then return with_article(openers[opener]) .. " is missing before " .. text .. else_if(list, i) end
  end
  if expected == "end" and (token.kind == "keyword" or is_statement[text]) then return "an `end` is missing before " .. text end
  if before.text == "end" then return ("%s cannot stand here: is an `end` missing before it?"):format(text) end
  if expected and expected ~= "end" and not expected:find("^<") then return ("%s is missing before %s"):format(expected, text) end
  if text == "," and #open == 0 and before.text == "}" then return "no comma parts one statement from the next" end
  if text == "+" and (list[i + 1] or before).text == "+" then return "write a = a + 1" end
  if text == "{" or (opener == "{" and token.kind == "keyword") then
    return text .. " cannot stand here: what is done stands between `function (m)`, `then` or `do` and its `end`, without braces"
  end
  if text == "#" or text == "/" then return "a comment starts with --" end
  return text .. " cannot stand here"
end

-- The token of a line that Lua stopped at. Where several are alike, the first with which the text is wrong.
local function stopped_at(list, near, range, line, wrong_with)
  local alike, from, to = {}, range(line)
  for i, token in ipairs(list) do
    if token.at >= from and token.at <= to and token.text == near then alike[#alike + 1] = i end
  end
  local low, high = 1, #alike -- a text that is wrong stays wrong as it goes on
  while low < high do
    local middle = math.floor((low + high) / 2)
    if wrong_with(list[alike[middle]]) then high = middle else low = middle + 1 end
  end
  return alike[low]
end

--- What is wrong with a text that does not compile.
---@param message string what Lua said
---@param list { kind: string, text: string, at: integer }[] the tokens
---@param range fun(line: integer): integer, integer the first and the last byte of a line
---@param wrong_with fun(token: table): boolean is the text wrong already when it ends with this token?
---@return { line?: integer, at?: integer, message: string }
function wording.syntax(message, list, range, wrong_with)
  if not list[1] then return { line = 1, message = "there is nothing here" } end
  local line, rest = message:match(":(%d+): (.*)$")
  line, rest = tonumber(line) or 1, rest or message
  local expected, near = rest:match("^'?(.-)'? expected"), rest:match("near '?(.-)'?$")
  if near == "<eof>" then
    local open = open_in(list, #list)
    local place = open[#open]
    if not place then return { at = list[#list].at, message = "the text ends in the middle of a statement" } end
    local opener = list[place].text
    return { at = list[place].at, message = ("this %s is never closed: %s is missing"):format(opener, with_article(openers[opener])) }
  end
  for what, told in pairs { ["break"] = "`break` stands outside of any loop", label = "`goto` goes to a label that is not there",
    vararg = "... stands only in a function that takes it" } do
    if rest:find(what, 1, true) then return { line = line, message = told } end
  end
  local i = near and not rest:find("limit", 1, true) and stopped_at(list, near, range, line, wrong_with)
  if not i then return { line = line, message = "this is more than Lua can read: too deep, or too many locals" } end
  local told, at = explain(list, i, expected)
  return { at = at or list[i].at, message = told }
end

local consequences = {
  index = "it has no fields", call = "it cannot be called", ["perform arithmetic on"] = "it is no number", concatenate = "it is no text to join",
  ["get length of"] = "it has no length",
}

-- Names that not every Lua gives.
local name_of_one = { ["for iterator"] = true, ["integer index"] = true, ["?"] = true }

-- "attempt to index a nil value (field 'card')", as Lua 5.3 and 5.4 say it, or "attempt to index field 'card' (a nil value)", as LuaJIT does.
local kinds = { string = "a text", number = "a number", table = "a table", boolean = "true or false", ["function"] = "a function" }

local function attempt(what)
  for action, consequence in pairs(consequences) do
    local rest = what:sub(1, #action + 1) == action .. " " and what:sub(#action + 2)
    if rest then
      local kind = rest:match("^an? (%a+) value") or rest:match("%(an? (%a+) value%)$") or "nil"
      local name = rest:match("'(.-)'")
      if name_of_one[name] or (kind == "string" and action:find("arithmetic")) then name = nil end
      return ("%s is %s: %s"):format(name and "'" .. name .. "'" or "a value", kinds[kind] or kind, consequence)
        .. (kind == "string" and action:find("arithmetic") and "; .. joins texts" or "")
        .. (kind == "nil" and "; what is not known is nil, so look first" or "")
    end
  end
  if what:find("^perform 'n") then return "nothing can be divided by 0" end
  local left, right = what:match("^%a+ a '(%a+)' with a '(%a+)'") -- Lua 5.4, of arithmetic with a text
  if left then
    local kind = left == "number" and right or left
    return ("a value is %s: it is no number"):format(kinds[kind] or kind) .. (kind == "string" and "; .. joins texts" or "")
  end
  local a, b = what:match("^compare (%a+) with (%a+)$")
  a = a or what:match("^compare two (%a+) values$")
  if a then
    b = b or a
    if b < a then a, b = b, a end
    local nothing = a == "nil" or b == "nil"
    return ("%s and %s cannot be compared"):format(a, b) .. (nothing and "; what is not known is nil, so look first" or "")
  end
end

-- "bad argument #1 to 'floor' (number expected, got nil)": not every Lua knows which function.
local function bad_argument(what)
  local number, wanted, got = what:match("^bad argument #(%d+) to '.-' %((%a+) expected, got (%a+)%)$")
  return number and ("argument %s of a function must be %s, not %s"):format(number, kinds[wanted] or wanted, kinds[got] or got)
end

--- What went wrong when code failed.
---@param message string what Lua said
---@return string
function wording.failure(message)
  if message == "the policy used up its time" then return "it used up its time: a condition must not loop for long" end
  if message == "the policy used up its memory" or message:find("not enough memory", 1, true) or message:find("stack overflow", 1, true) then
    return "it used up its memory; does a function call itself without end?"
  end
  local place, what = message:match("^(.-)attempt to (.*)$")
  if not what then place, what = message:match("^(.-)(bad argument .*)$") end
  local said = what and (attempt(what) or bad_argument(what))
  return said and place .. said or message
end

return wording
