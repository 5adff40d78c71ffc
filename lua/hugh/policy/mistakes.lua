-- The mistakes of a policy's text, told kindly: file and line, the line itself, a caret under the word, and the likely fix.

local is_statement = require("hugh.policy.words").is_statement
local suggest = require("hugh.suggest")
local tokens = require("hugh.policy.tokens")
local utf8 = require("hugh.utf8")

local KEPT = 100 -- mistakes; more are counted
local SHOWN = 50

local mistakes = {}
mistakes.__index = mistakes

function mistakes.new() return setmetatable({ list = {}, count = 0, by_layer = {} }, mistakes) end

--- A message with "Did you mean" for `word`, if something near it is among `names` (texts, or tables with a name).
function mistakes.with_hint(message, word, names)
  if not word or not names then return message end
  local known = {}
  for i, name in ipairs(names) do known[i] = type(name) == "table" and name.name or name end
  local hint = suggest.hint(word, known)
  return message .. (hint ~= "" and "." or "") .. hint
end

-- The lines of a text, and the byte that each starts at.
local function lines_of(text)
  local lines, starts = {}, {}
  for from, line in (text .. "\n"):gmatch("()(.-)\n") do lines[#lines + 1], starts[#starts + 1] = line, from end
  return lines, starts
end

local function place_of(starts, at)
  local line = 1
  while starts[line + 1] and starts[line + 1] <= at do line = line + 1 end
  return line, at - starts[line] + 1
end

-- A source with its lines, split once.
function mistakes.split(source)
  if not source.lines then source.lines, source.starts = lines_of(source.text) end
  return source
end

-- Is the token at `i` the key itself: a field, a text, or the number of a bound?
local function is_key(list, i, key)
  local token = list[i]
  if token.kind == "string" then return token.text:sub(2, -2) == key end
  if token.kind == "number" then return tonumber(token.text) == tonumber(key) end
  return token.kind == "name" and token.text == key and list[i + 1] ~= nil and list[i + 1].text == "="
end

--- The byte where `key` stands in the statement that starts in a line; else where the line does.
---@param source { name: string, text: string }
---@param line integer
---@param key string|nil
---@return integer
function mistakes.locate(source, line, key)
  mistakes.split(source)
  source.tokens = source.tokens or (tokens.read(source.text))
  line = math.max(1, math.min(line, #source.lines))
  local from, list, depth = source.starts[line], source.tokens, 0
  for i = 1, key and #list or 0 do
    local token = list[i]
    if token.at >= from then
      if depth == 0 and is_statement[token.text] and token.at >= (source.starts[line + 1] or #source.text + 1) then break end
      if is_key(list, i, key) then return token.at end
      if token.text == "{" then depth = depth + 1 elseif token.text == "}" then depth = depth - 1 end
    end
  end
  return from + (source.lines[line]:find("%S") or 1) - 1
end

--- The line in which `key` stands in the statement that starts in `line`.
function mistakes.line_of(source, line, key)
  return (place_of(mistakes.split(source).starts, mistakes.locate(source, line, key)))
end

local begins = {}
for word in ("local if elseif while for repeat return break goto until"):gmatch("%a+") do begins[word] = true end
local opens = { ["("] = true, ["["] = true, ["{"] = true, ["function"] = true, ["then"] = true, ["do"] = true, ["repeat"] = true, ["else"] = true }
local closes = { [")"] = true, ["]"] = true, ["}"] = true, ["end"] = true, ["until"] = true, ["else"] = true, ["elseif"] = true }

local precedes = {} -- what ends a value, or stands before a statement
for text in (") ] } ; ... end then do else repeat nil true false"):gmatch("%S+") do precedes[text] = true end

-- Does a statement, or a field in braces, start with a token? `opener` is what the token stands in.
local function starts(token, before, opener)
  if opener == "(" or opener == "[" then return false end
  if opener == "{" then return before.text == "{" or before.text == "," or before.text == ";" end
  if token.kind == "name" then return before.kind ~= "operator" and before.kind ~= "keyword" or precedes[before.text] == true end
  return begins[token.text] == true
end

--- The line that a statement starts in. In which of its lines it failed, Luas do not agree.
---@param source { name: string, text: string }
---@param line integer one of its lines
---@return integer
function mistakes.statement_line(source, line)
  mistakes.split(source)
  source.tokens = source.tokens or (tokens.read(source.text))
  local stack, before = { { line = 1 } }, { text = ";" }
  for _, token in ipairs(source.tokens) do
    local at = place_of(source.starts, token.at)
    if closes[token.text] and #stack > 1 then stack[#stack] = nil end
    local top = stack[#stack]
    if starts(token, before, top.opener) then top.line = at end
    if at >= line then return at == line and top.line or line end
    if opens[token.text] then stack[#stack + 1] = { opener = token.text, line = at } end
    before = token
  end
  return line
end

--- The first and the last byte of a line.
function mistakes.range(source, line)
  mistakes.split(source)
  return source.starts[line] or 1, (source.starts[line + 1] or #source.text + 2) - 1
end

--- Adds mistakes of one text. `at` is the byte where one is; else `key` is looked for in the statement of `line`.
---@param source { name: string, text: string }
---@param problems { at?: integer, line?: integer, key?: string, message: string, word?: string, among?: string[] }[]
function mistakes:add(source, problems)
  source.rank = source.rank or self.count
  for _, problem in ipairs(problems) do
    self.count = self.count + 1
    if self.count <= KEPT then
      local at = problem.at or mistakes.locate(source, problem.line or 1, problem.key)
      self.list[self.count] = { source = source, at = at, problem = problem, order = self.count }
    end
  end
end

local WIDE = 150 -- bytes of a line

-- A line made fit for a terminal, and a caret under its byte `column`.
local function pointed(text, column)
  local from = 1
  if #text > WIDE then from = math.max(1, column - math.floor(WIDE / 2)) end
  local before, rest = text:sub(from, column - 1):gsub("\t", " "), text:sub(column, from + WIDE - 1):gsub("\t", " ")
  before, rest = utf8.printable(before), utf8.printable(rest)
  if from > 1 then before = "… " .. before end
  if from + WIDE <= #text then rest = rest .. " …" end
  return "    " .. before .. rest .. "\n    " .. (" "):rep(utf8.width(before)) .. "^"
end

-- A mistake with its place: "file:line: message", the line, and a caret.
local function told(mistake)
  local source, problem = mistakes.split(mistake.source), mistake.problem
  local line, column = place_of(source.starts, mistake.at)
  local message = mistakes.with_hint(problem.message, problem.word, problem.among)
  return ("%s:%.0f: %s\n%s"):format(utf8.printable(source.name), line, utf8.printable(message), pointed(source.lines[line] or "", column))
end

--- All of them as text, in the order of the files and their lines.
---@return string
function mistakes:text()
  table.sort(self.list, function(a, b)
    if a.source ~= b.source then return a.source.rank < b.source.rank end
    if a.at ~= b.at then return a.at < b.at end
    return a.order < b.order
  end)
  local out = {}
  for i = 1, math.min(#self.list, SHOWN) do out[i] = told(self.list[i]) end
  if self.count > SHOWN then out[SHOWN + 1] = ("and %.0f more"):format(self.count - SHOWN) end
  return table.concat(out, "\n")
end

return mistakes
