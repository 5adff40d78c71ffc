-- The mistakes of a policy's text, told kindly: file and line, the line itself, a caret under the word, and the likely fix.

local suggest = require("hugh.suggest")

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

local function lines_of(text)
  local lines = {}
  for line in (text .. "\n"):gmatch("(.-)\r?\n") do lines[#lines + 1] = line end
  return lines
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

--- Adds mistakes of one text.
---@param source { name: string, text: string }
---@param problems { line: integer, message: string, key?: string, word?: string, among?: string[] }[]
function mistakes:add(source, problems)
  if #problems == 0 then return end
  source.lines = source.lines or lines_of(source.text)
  for _, problem in ipairs(problems) do
    local line, column = locate(source.lines, math.max(1, math.min(problem.line or 1, #source.lines)), problem.key)
    self.list[#self.list + 1] = {
      file = source.name, line = line, column = column or 1, text = source.lines[line] or "",
      message = mistakes.with_hint(problem.message, problem.word, problem.among), order = #self.list,
    }
  end
end

--- All of them as text, in the order of the lines.
---@return string
function mistakes:text()
  table.sort(self.list, function(a, b)
    if a.file ~= b.file then return a.order < b.order end
    if a.line ~= b.line then return a.line < b.line end
    return a.order < b.order
  end)
  local out = {}
  for _, m in ipairs(self.list) do
    local shown = m.text:gsub("\t", " ")
    out[#out + 1] = ("%s:%.0f: %s\n    %s\n    %s^"):format(m.file, m.line, m.message, shown, (" "):rep(m.column - 1))
  end
  return table.concat(out, "\n")
end

return mistakes
