-- The tokens of a policy's text, each with its place. What one Lua reads and another does not is a mistake here, so that a policy means the same
-- in all of them: quotes and letters that are not ASCII, the operators that came with Lua 5.3, the number suffixes of LuaJIT.

local utf8 = require("hugh.utf8")

local tokens = {}

local keywords = {}
for word in ("and break do else elseif end false for function goto if in local nil not or repeat return then true until while"):gmatch("%a+") do
  keywords[word] = true
end

local pairs_of = {} -- operators of two characters
for pair in (".. == ~= <= >= :: // >> << != && || += -= *= /= -> =>"):gmatch("%S+") do pairs_of[pair] = true end
-- What is not in every Lua, or not Lua at all, and what to write instead.
local foreign = {
  ["//"] = "write -- for a comment, math.floor(a / b) for a whole number",
  [">>"] = "divide by powers of two instead", ["<<"] = "multiply by powers of two instead",
  ["!="] = "write ~= for \"is not\"", ["!"] = "write `not`", ["&&"] = "write `and`", ["||"] = "write `or`", ["->"] = "write function (m) … end",
  ["=>"] = "write function (m) … end",
  ["&"] = "write `and`", ["|"] = "write `or`", ["~"] = "write `not`, or ~= for \"is not\"", ["?"] = "write `a and b or c`",
  ["+="] = "write a = a + b", ["-="] = "write a = a - b", ["*="] = "write a = a * b", ["/="] = "write a = a / b",
}
local quotes = { ["\226\128\156"] = '"', ["\226\128\157"] = '"', ["\226\128\158"] = '"', ["\226\128\152"] = "'", ["\226\128\153"] = "'" }

-- Where the escape ends whose backslash is before `from`, or nil if it is none in every Lua.
local function after_escape(text, from)
  local digits, hex = text:match("^%d%d?%d?", from), text:match("^u{(%x%x?%x?%x?%x?%x?)}", from)
  if digits then return tonumber(digits) < 256 and from + #digits end
  if hex then return tonumber(hex, 16) < 0x110000 and from + #hex + 3 end
  return text:match("^\r\n()", from) or text:match("^[abfnrtv\\\"'\r\n]()", from) or text:match("^z%s*()", from) or text:match("^x%x%x()", from)
end

-- Where the quoted text that starts at `at` ends; or nil, where it goes wrong and why.
local function quoted(text, at)
  local quote, from = text:sub(at, at), at + 1
  while true do
    local found, _, char = text:find("([\\\r\n\"'])", from)
    if not found or char == "\r" or char == "\n" then return nil, at, "the text is not closed: a " .. quote .. " is missing" end
    if char == quote then return found end
    from = char == "\\" and after_escape(text, found + 1) or char ~= "\\" and found + 1
    if not from then
      return nil, found, ("%s means nothing in a text: write \\%s for a backslash"):format(text:sub(found, found + 1), text:sub(found, found + 1))
    end
  end
end

-- Where the number that starts at `at` ends: its exponent may have a sign.
local function number(text, at)
  local exponent = text:find("^0[xX]", at) and "^[%w.]-[pP][+-]?[%w.]*()" or "^[%d.]*[eE][+-]?[%w.]*()"
  return (text:match(exponent, at) or text:match("^[%w._]+()", at)) - 1
end

-- One token: its kind, its last byte, and what is wrong with it, and where when that is not its start.
local function token(text, at)
  local _, stop = text:find("^[%a_][%w_]*", at)
  if stop then return keywords[text:sub(at, stop)] and "keyword" or "name", stop end
  local char, pair = text:sub(at, at), text:sub(at, at + 1)
  if pair == "--" or pair == "[[" or pair == "[=" then
    local level = text:match("^%-%-%[(=*)%[", at) or text:match("^%[(=*)%[", at)
    if level then
      _, stop = text:find("]" .. level .. "]", at, true)
      return char == "-" and "comment" or "string", stop or #text, not stop and "this is never closed: ]" .. level .. "] is missing"
    end
    if char == "-" then return "comment", (text:find("[\r\n]", at) or #text + 1) - 1 end
  end
  if char == '"' or char == "'" then
    local place, wrong
    stop, place, wrong = quoted(text, at)
    return "string", stop, wrong, place
  end
  if text:find("^%.?%d", at) then
    stop = number(text, at)
    return "number", stop, (not tonumber(text:sub(at, stop)) or text:find("^0[bB]", at)) and ("'%s' is not a number"):format(text:sub(at, stop))
  end
  if text:sub(at, at + 2) == "..." then return "operator", at + 2 end
  local operator = pairs_of[pair] and pair or char
  local instead = foreign[operator]
  if instead then return "operator", at, ("%s is not in this language: %s"):format(operator, instead) end
  if operator == pair or char:find("[%+%-%*/%%%^#<>=%(%){}%[%];:,%.]") then return "operator", at + #operator - 1 end
  local wide = text:match("^[\194-\244][\128-\191]+", at) or char
  if quotes[wide] then return "operator", at, ("%s is a quote for print: write %s"):format(wide, quotes[wide]) end
  local code = #wide > 1 and utf8.decode(wide, 1)
  return "operator", at, (code and ("%s (U+%04X)"):format(wide, code) or "this character") .. " can only stand in a text or a comment"
end

local DEEP = 100 -- braces within braces: fewer than any Lua can read
local deeper = { ["("] = 1, ["["] = 1, ["{"] = 1, [")"] = -1, ["]"] = -1, ["}"] = -1 }

local calls = { [")"] = true, ["]"] = true, ["}"] = true }

-- What the token at `at` makes of the tokens before it that not every Lua reads.
local function only_in_some(list, text, kind, at)
  local n = #list
  local before, char = list[n], text:sub(at, at)
  if kind == "name" and text:find("^_ENV%f[^%w_]", at) then return "unknown name '_ENV'" end
  if kind ~= "operator" or not before then return nil end
  if char == "(" and (before.kind == "name" or before.kind == "string" or calls[before.text])
    and text:sub(before.at + #before.text, at):find("\n", 1, true) then
    return "this ( begins a line: put it behind what it calls, or a ; before it"
  end
  if char == ">" and n > 3 and list[n - 1].text == "<" and list[n - 3].text == "local" then
    return "only Lua 5.4 has these: write the local without <" .. before.text .. ">"
  end
end

--- The tokens of a text, without comments, up to the first that cannot be read.
---@param text string
---@return { kind: string, text: string, at: integer }[] list
---@return { at: integer, message: string }|nil mistake
function tokens.read(text)
  if text:byte() == 27 then return {}, { at = 1, message = "this is compiled Lua; a policy is text" } end
  if text:find("^\255\254") or text:find("^\254\255") then return {}, { at = 1, message = "this is UTF-16: save it as UTF-8" } end
  local list, at, depth = {}, 1, 0
  while true do
    at = text:match("^%s*()", at)
    if at > #text then return list end
    local kind, stop, wrong, place = token(text, at)
    if wrong then return list, { at = place or at, message = wrong } end
    depth = depth + (kind == "operator" and deeper[text:sub(at, stop)] or 0)
    if depth > DEEP then return list, { at = at, message = "braces are nested too deeply" } end
    if kind ~= "comment" then
      local message = only_in_some(list, text, kind, at)
      if message then return list, { at = at, message = message } end
      list[#list + 1] = { kind = kind, text = text:sub(at, stop), at = at }
    end
    at = stop + 1
  end
end

return tokens
