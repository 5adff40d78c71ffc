-- "Did you mean": the known word that is nearest to a mistyped one.

local suggest = {}

--- How many single-character edits (insert, delete, replace, swap of neighbours) turn `a` into `b`.
---@param a string
---@param b string
---@return integer
function suggest.distance(a, b)
  local before, last = nil, {}
  for j = 0, #b do last[j] = j end
  for i = 1, #a do
    local row = { [0] = i }
    for j = 1, #b do
      local same = a:byte(i) == b:byte(j)
      local best = math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same and 0 or 1))
      if before and j > 1 and a:byte(i) == b:byte(j - 1) and a:byte(i - 1) == b:byte(j) then
        best = math.min(best, before[j - 2] + 1)
      end
      row[j] = best
    end
    before, last = last, row
  end
  return last[#b]
end

--- The word in `known` nearest to `word`, or nil if none is near enough to be a slip of the finger.
---@param word string
---@param known string[]
---@return string|nil
function suggest.nearest(word, known)
  if #word > 64 then return nil end
  local best, least
  for _, candidate in ipairs(known) do
    local distance = suggest.distance(word:lower(), candidate:lower())
    local allowed = #candidate <= 3 and 1 or math.max(2, math.floor(#candidate / 3))
    if distance <= allowed and (not least or distance < least) then best, least = candidate, distance end
  end
  return best
end

--- " Did you mean 'x'?", or nothing; to be appended to a sentence.
---@param word string
---@param known string[]
---@return string
function suggest.hint(word, known)
  local best = suggest.nearest(word, known)
  return best and (" Did you mean '" .. best .. "'?") or ""
end

--- Throws, at the caller's caller, if `options` has a key that `known` does not list.
---@param options table|nil
---@param known string[]
---@param what string the function's name, for the message
function suggest.check_options(options, known, what)
  if options == nil then return end
  if type(options) ~= "table" then
    error(("%s: options must be a table, not a %s"):format(what, type(options)), 3)
  end
  local allowed = {}
  for _, name in ipairs(known) do allowed[name] = true end
  for name in pairs(options) do
    if not allowed[name] then
      error(("%s: unknown option '%s'.%s"):format(what, tostring(name), suggest.hint(tostring(name), known)), 3)
    end
  end
end

return suggest
