--- Takes white space off both ends of a text. The usual pattern, `^%s*(.-)%s*$`, takes quadratic time where a stranger wrote many spaces.
---@param text string
---@return string
return function(text)
  local first = text:find("%S")
  return first and text:match("^.*%S", first) or ""
end
