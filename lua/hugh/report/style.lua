-- Colours and columns for text on a terminal; plain text everywhere else.

local utf8 = require("hugh.utf8")

local style = {}

local colours = {
  safe = "32", unknown = "36", suspicious = "33", dangerous = "1;31",
  critical = "1;31", high = "31", medium = "33", low = "36", info = "2",
  pass = "32", warn = "33", fail = "31", inconclusive = "2",
  allow = "1;32", block = "1;31",
  A = "1;32", B = "32", C = "33", D = "33", F = "1;31",
  dim = "2", bold = "1",
}

--- A painter: `paint(name, text)` colours text, or leaves it as it is.
---@param enabled boolean
---@return fun(name: string, text: string): string
function style.painter(enabled)
  if not enabled then
    return function(_, text) return text end
  end
  return function(name, text)
    local colour = colours[name]
    return colour and "\27[" .. colour .. "m" .. text .. "\27[0m" or text
  end
end

--- `text` followed by the spaces that fill `columns` on the screen.
---@param text string
---@param columns integer
---@return string
function style.pad(text, columns)
  return text .. (" "):rep(columns - utf8.width(text))
end

--- `text` as a column as wide as the `widest` of its texts, unless that would push the next column off the screen.
---@param text string
---@param widest integer
---@return string
function style.column(text, widest) return style.pad(text, math.min(widest, 60)) .. "  " end

--- `text`, or its beginning and "…" if it is longer than `most` bytes.
---@param text string
---@param most integer
---@return string
function style.cut(text, most)
  if #text <= most then return text end
  while text:find("^[\128-\191]", most + 1) do most = most - 1 end -- not inside a character
  return text:sub(1, most) .. "…"
end

--- Breaks a text at spaces into lines of at most `columns`.
---@param text string
---@param columns integer
---@return string[]
function style.wrap(text, columns)
  local lines, line, width = {}, {}, 0
  for word in text:gmatch("%S+") do
    local wide = utf8.width(word)
    if width > 0 and width + 1 + wide > columns then
      lines[#lines + 1] = table.concat(line, " ")
      line, width = {}, 0
    end
    line[#line + 1] = word
    width = width + wide + (width > 0 and 1 or 0)
  end
  lines[#lines + 1] = table.concat(line, " ")
  return lines
end

--- A number of bytes as people read it: 1.5 GB. Decimal units, as the Hub shows them.
---@param bytes integer
---@return string
function style.bytes(bytes)
  local units, i = { "B", "kB", "MB", "GB", "TB" }, 1
  while bytes >= 1000 and i < #units do
    bytes, i = bytes / 1000, i + 1
  end
  return (i == 1 and "%.0f %s" or "%.1f %s"):format(bytes, units[i])
end

--- "1 file", "2 files".
---@param count integer
---@param noun string
---@return string
function style.count(count, noun)
  return ("%.0f %s%s"):format(count, noun, count == 1 and "" or "s")
end

return style
