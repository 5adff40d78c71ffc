-- hugh against whole collections: what honest people upload, and one file for each known way past a scanner.
-- spec/fixtures/*/build.py makes the files and says what is expected. Where hugh still falls short the file is named in
-- spec/fixtures/open.tsv with what is missing: it shows as pending until hugh gets it right.

local hugh = require("hugh")
local helper = dofile("spec/helper.lua")

local BENIGN, HOSTILE = "spec/fixtures/benign", "build/fixtures/hostile"
local RANK = { safe = 0, unknown = 1, suspicious = 2, dangerous = 3 }

-- The rows of a tab-separated file as lists of fields, without the heading.
local function rows(path)
  local list = {}
  for line in helper.read(path):gmatch("[^\n]+") do
    local row = {}
    for field in (line .. "\t"):gmatch("([^\t]*)\t") do row[#row + 1] = field end
    list[#list + 1] = row
  end
  table.remove(list, 1)
  return list
end

local function contains(file, name)
  for _, global in ipairs(file.globals) do
    if global.module .. "." .. global.name == name then return true end
  end
  return false
end

-- What is wrong with hugh's answer for one row of a manifest, or nil.
local function shortfall(directory, row, fits)
  local report = assert(hugh.scan(directory .. "/" .. row[1]))
  local file, expected = report.files[1], row[3]
  if expected ~= "any" and not fits(file.safety, expected) then
    local first = file.findings[1]
    return ("%s where %s is expected (%s)"):format(file.safety, expected, first and first.message or "no finding")
  end
  for name in (row[4] or ""):gmatch("%S+") do
    if not contains(file, name) then return name .. " is not among the globals" end
  end
end

local open = {}
for _, row in ipairs(rows("spec/fixtures/open.tsv")) do open[row[1]] = row[2] end

local function check(directory, fits)
  for _, row in ipairs(rows(directory .. "/MANIFEST.tsv")) do
    it(row[1], function()
      local wrong = shortfall(directory, row, fits)
      if wrong and open[row[1]] then pending(open[row[1]]) end
      assert.is_nil(wrong)
    end)
  end
end

describe("benign:", function()
  check(BENIGN, function(safety, expected) return safety == expected end)
end)

describe("hostile:", function()
  assert(os.execute("python3 spec/fixtures/hostile/build.py " .. HOSTILE))
  check(HOSTILE, function(safety, expected)
    if expected == "safe" then return safety == "safe" end
    return RANK[safety] >= RANK[expected]
  end)
end)
