-- Strict UTF-8, and text made fit for a terminal: what is not printable becomes a visible escape, and widths are counted in columns.
-- (Lua 5.4's utf8 library accepts surrogates on request and does not exist in LuaJIT.)

local utf8 = {}

--- Decodes the character that starts at byte `at`.
---@param text string
---@param at integer
---@return integer|nil code point; nil if the bytes there are not UTF-8 (surrogates and overlong forms are not)
---@return integer length in bytes (1 if not UTF-8)
function utf8.decode(text, at)
  local a, b, c, d = text:byte(at, at + 3)
  if a < 0x80 then return a, 1 end
  if a < 0xC2 or a > 0xF4 or not b or b < 0x80 or b > 0xBF then return nil, 1 end
  if a < 0xE0 then return (a - 0xC0) * 64 + b - 0x80, 2 end
  if not c or c < 0x80 or c > 0xBF then return nil, 1 end
  if a < 0xF0 then
    local code = (a - 0xE0) * 4096 + (b - 0x80) * 64 + c - 0x80
    if code < 0x800 or (code >= 0xD800 and code <= 0xDFFF) then return nil, 1 end
    return code, 3
  end
  if not d or d < 0x80 or d > 0xBF then return nil, 1 end
  local code = (a - 0xF0) * 262144 + (b - 0x80) * 4096 + (c - 0x80) * 64 + d - 0x80
  if code < 0x10000 or code > 0x10FFFF then return nil, 1 end
  return code, 4
end

--- `text` with every byte that is not UTF-8 replaced by what `replace` makes of it (default: the text `\xNN`).
---@param text string
---@param replace? fun(byte: integer): string
---@return string
function utf8.valid(text, replace)
  if not text:find("[\128-\255]") then return text end
  local out, from, at = {}, 1, 1
  while at <= #text do
    local code, length = utf8.decode(text, at)
    if not code then
      out[#out + 1] = text:sub(from, at - 1)
      local byte = text:byte(at)
      out[#out + 1] = replace and replace(byte) or ("\\x%02x"):format(byte)
      from = at + 1
    end
    at = at + length
  end
  out[#out + 1] = text:sub(from)
  return table.concat(out)
end

local function within(name, code)
  for _, range in ipairs(require("hugh.data.unicode")[name]) do
    if code >= range[1] and code <= range[2] then return true end
  end
  return false
end

local escapes = { [7] = "\\a", [8] = "\\b", [9] = "\\t", [10] = "\\n", [13] = "\\r", [27] = "\\x1b" }

--- `text` on one line, safe to print: controls, escape sequences, bidirectional overrides and bytes that are not UTF-8 are spelt out.
---@param text string
---@return string
function utf8.printable(text)
  if not text:find("[^\32-\126]") then return text end
  local out, at = {}, 1
  while at <= #text do
    local code, length = utf8.decode(text, at)
    if not code then
      out[#out + 1] = ("\\x%02x"):format(text:byte(at))
    elseif code < 32 or code == 127 then
      out[#out + 1] = escapes[code] or ("\\x%02x"):format(code)
    elseif code >= 128 and within("hidden", code) then
      out[#out + 1] = ("\\u{%x}"):format(code)
    else
      out[#out + 1] = text:sub(at, at + length - 1)
    end
    at = at + length
  end
  return table.concat(out)
end

--- How many columns printable text takes on a terminal.
---@param text string
---@return integer
function utf8.width(text)
  if not text:find("[\128-\255]") then return #text end
  local width, at = 0, 1
  while at <= #text do
    local code, length = utf8.decode(text, at)
    if not code or not within("combining", code) then
      width = width + ((code and within("wide", code)) and 2 or 1)
    end
    at = at + length
  end
  return width
end

return utf8
