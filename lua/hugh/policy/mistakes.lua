-- The mistakes of a policy's text, told kindly: file and line, the line itself, a caret under the word, and the likely fix.

local suggest = require("hugh.suggest")
local utf8 = require("hugh.utf8")

local MOST = 50 -- told at once

local mistakes = {}
mistakes.__index = mistakes

function mistakes.new() return setmetatable({ list = {}, by_layer = {} }, mistakes) end

--- A message with "Did you mean" for `word`, if something near it is among `names` (texts, or tables with a name).
function mistakes.with_hint(message, word, names)
  if not word or not names then return message end
  local known = {}
  for i, name in ipairs(names) do known[i] = type(name) == "table" and name.name or name end
  return message .. suggest.hint(word, known)
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

local function is_word(byte) return byte ~= "" and byte:find("[%w_]") ~= nil end

-- The line and column of `key` in the statement that starts in `first`: the first whole word there, before the next statement begins.
local function locate(lines, first, key)
  if key == nil or key == "" then return first, lines[first] and (lines[first]:find("%S") or 1) end
  for n = first, math.min(#lines, first + 200) do
    local at = 1
    while true do
      local from, to = lines[n]:find(key, at, true)
      if not from then break end
      if not is_word(lines[n]:sub(from - 1, from - 1)) or from == 1 then
        if not is_word(lines[n]:sub(to + 1, to + 1)) then return n, from end
      end
      at = to + 1
    end
    if n > first and lines[n]:find("^[%a_]") then break end
  end
  return first, lines[first] and (lines[first]:find("%S") or 1)
end

local function split(source)
  if not source.lines then source.lines, source.starts = lines_of(source.text) end
end

--- The first and the last byte of a line.
function mistakes.range(source, line)
  split(source)
  return source.starts[line] or 1, (source.starts[line + 1] or #source.text + 2) - 1
end

--- Adds mistakes of one text. `at` is the byte where one is; else `key` is looked for in the statement of `line`.
---@param source { name: string, text: string }
---@param problems { at?: integer, line?: integer, key?: string, message: string, word?: string, among?: string[] }[]
function mistakes:add(source, problems)
  if #problems == 0 then return end
  split(source)
  for _, problem in ipairs(problems) do
    local line, column
    if problem.at then line, column = place_of(source.starts, problem.at)
    else line, column = locate(source.lines, math.max(1, math.min(problem.line or 1, #source.lines)), problem.key) end
    self.list[#self.list + 1] = {
      file = source.name, line = line, column = column or 1, text = source.lines[line] or "",
      message = mistakes.with_hint(problem.message, problem.word, problem.among), order = #self.list,
    }
  end
end

local SHOWN = 150 -- bytes of a line

-- A line made fit for a terminal, and a caret under its byte `column`.
local function pointed(text, column)
  local from = 1
  if #text > SHOWN then from = math.max(1, column - math.floor(SHOWN / 2)) end
  local before, rest = text:sub(from, column - 1):gsub("\t", " "), text:sub(column, from + SHOWN - 1):gsub("\t", " ")
  before, rest = utf8.printable(before), utf8.printable(rest)
  if from > 1 then before = "… " .. before end
  if from + SHOWN <= #text then rest = rest .. " …" end
  return "    " .. before .. rest .. "\n    " .. (" "):rep(utf8.width(before)) .. "^"
end

--- All of them as text, in the order of the lines.
---@return string
function mistakes:text()
  table.sort(self.list, function(a, b)
    if a.file ~= b.file then return a.order < b.order end
    if a.line ~= b.line then return a.line < b.line end
    if a.column ~= b.column then return a.column < b.column end
    return a.order < b.order
  end)
  local out = {}
  for i, m in ipairs(self.list) do
    if i > MOST then
      out[i] = ("and %.0f more"):format(#self.list - MOST)
      break
    end
    out[i] = ("%s:%.0f: %s\n%s"):format(utf8.printable(m.file), m.line, utf8.printable(m.message), pointed(m.text, m.column))
  end
  return table.concat(out, "\n")
end

return mistakes
