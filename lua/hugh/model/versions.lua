-- Python versions in order (PEP 440): epoch, release, pre, post and development releases; local labels are ignored.

local versions = {}

local phases = { a = 1, alpha = 1, b = 2, beta = 2, c = 3, rc = 3, pre = 3, preview = 3 }
local FINAL = 4

---@param text string
---@return integer[]|nil nil if it is not a version
local function parse(text)
  local rest = text:lower():gsub("^%s*v?", ""):gsub("%+.*$", ""):gsub("%s+$", "")
  local epoch, after = rest:match("^(%d+)!(.*)$")
  rest = after or rest
  local release = rest:match("^%d[%d.]*")
  if not release then return nil end
  rest = rest:sub(#release + 1)
  local numbers = {}
  for number in release:gmatch("%d+") do numbers[#numbers + 1] = tonumber(number) end
  while #numbers > 1 and numbers[#numbers] == 0 do numbers[#numbers] = nil end
  local name, serial, tail = rest:match("^[._-]?(%a+)[._-]?(%d*)(.*)$")
  local phase, pre = FINAL, 0
  if phases[name] then
    phase, pre, rest = phases[name], tonumber(serial) or 0, tail
  end
  local post = rest:match("post[._-]?(%d*)") or rest:match("rev[._-]?(%d*)") or rest:match("^%-(%d+)")
  local dev = rest:match("dev[._-]?(%d*)")
  -- A development release comes before everything of its version, unless it is one of a pre- or post-release.
  if dev and phase == FINAL and not post then phase = 0 end
  return {
    epoch = tonumber(epoch) or 0, release = numbers,
    rank = { phase, pre, post and (tonumber(post) or 0) + 1 or 0, dev and tonumber(dev) or math.huge },
  }
end

local function compare_lists(a, b)
  for i = 1, math.max(#a, #b) do
    local x, y = a[i] or 0, b[i] or 0
    if x ~= y then return x < y and -1 or 1 end
  end
  return 0
end

--- Orders two versions.
---@param a string
---@param b string
---@return -1|0|1|nil nil if one of them is not a version
function versions.compare(a, b)
  local x, y = parse(a), parse(b)
  if not x or not y then return nil end
  if x.epoch ~= y.epoch then return x.epoch < y.epoch and -1 or 1 end
  local order = compare_lists(x.release, y.release)
  return order ~= 0 and order or compare_lists(x.rank, y.rank)
end

return versions
