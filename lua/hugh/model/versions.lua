-- Python versions in order (PEP 440): epoch, release, pre, post and development releases. Local labels are ignored: 2.1.0+cu118 is built from
-- 2.1.0, and what is known of the one holds for the other.

local versions = {}

local phases = { a = 1, alpha = 1, b = 2, beta = 2, c = 3, rc = 3, pre = 3, preview = 3 }
local posts = { post = true, rev = true, r = true }
local FINAL = 4

local LONGEST = 128

---@param text string
---@return { epoch: integer, release: integer[], rank: number[] }|nil nil if it is not a version
local function parse(text)
  if #text > LONGEST then return nil end
  local rest = text:lower():gsub("^%s*v?", ""):gsub("%+[%w._-]+%s*$", ""):gsub("%s+$", "")
  local epoch, after = rest:match("^(%d+)!(.*)$")
  rest = after or rest
  local release
  release, rest = rest:match("^(%d[%d.]*)(.*)$")
  if not release or release:find("..", 1, true) then return nil end
  if release:sub(-1) == "." then release, rest = release:sub(1, -2), "." .. rest end
  local numbers = {}
  for number in release:gmatch("%d+") do numbers[#numbers + 1] = tonumber(number) end
  while #numbers > 1 and numbers[#numbers] == 0 do numbers[#numbers] = nil end

  -- Takes a part such as "rc1", ".post2" or "_dev" off the front, if its name is one of those.
  local function take(names)
    local from, letters = rest:match("^[._-]?()(%a+)")
    for length = #(letters or ""), 1, -1 do -- "postdev1" is two parts
      local found = names[letters:sub(1, length)]
      if found then
        local serial, tail = rest:sub(from + length):match("^[._-]?(%d+)(.*)$")
        rest = tail or rest:sub(from + length):gsub("^[._-]$", "")
        return found, tonumber(serial) or 0
      end
    end
  end
  local phase, pre = take(phases)
  local _, post = take(posts)
  if not post and rest:find("^%-%d") then post, rest = rest:match("^%-(%d+)(.*)$") end -- "1.0-1"
  local _, dev = take { dev = true }
  if rest ~= "" then return nil end
  -- A development release comes before everything of its version, unless it is one of a pre- or post-release.
  if not phase then phase = dev and not post and 0 or FINAL end
  return {
    epoch = tonumber(epoch) or 0, release = numbers, rank = { phase, pre or 0, post and tonumber(post) + 1 or 0, dev or math.huge },
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

--- Is it a version at all?
---@param text string
---@return boolean
function versions.valid(text) return parse(text) ~= nil end

return versions
