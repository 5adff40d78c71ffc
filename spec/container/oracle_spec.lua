-- Soundness: whatever Python's zipfile and tarfile hand out of a damaged archive, hugh has scanned, or it says that it did not see everything.
-- See spec/oracle/archive_oracle.py. ARCHIVE_COUNT=50000 ORACLE_SEED=7 for more.
local hugh = require "hugh"

local function unhex(text)
  return (text:gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end))
end

-- The numbers of the globals x<number>.f that a scan of `data` did not report.
local function missing(data, name, numbers)
  local file, known, missed = hugh.scan({ data = data, name = name }).files[1], {}, {}
  for _, global in ipairs(file.globals) do known[global.module] = true end
  for _, number in ipairs(numbers) do
    if not known["x" .. number] then missed[#missed + 1] = number end
  end
  return missed, file
end

local function check(kind)
  local seed, count = os.getenv "ORACLE_SEED" or "1", os.getenv "ARCHIVE_COUNT" or "600"
  local pipe = assert(io.popen(("env -u LD_PRELOAD /usr/bin/python3 -B spec/oracle/archive_oracle.py %s %s %s"):format(kind, seed, count)))
  local ran, handed_out, misses = 0, 0, {}
  for line in pipe:lines() do
    local hex, rest = line:match "^(%x*)\t?(.*)$"
    local numbers = {}
    for number in rest:gmatch "%d+" do numbers[#numbers + 1] = number end
    ran, handed_out = ran + 1, handed_out + #numbers
    local missed, file = missing(unhex(hex), "x." .. kind, numbers)
    if #missed > 0 and (file.complete or file.safety == "safe") then
      misses[#misses + 1] = ("%s: %s (%s), without x%s"):format(hex, file.safety, file.kind, table.concat(missed, " x"))
    end
  end
  pipe:close()
  assert.equal(tonumber(count), ran)
  assert.is_true(handed_out > ran / 2)
  assert.equal("", table.concat(misses, "\n", 1, math.min(#misses, 5)), #misses .. " of " .. ran)
end

describe("damaged archives", function()
  it("of zip are read at least as far as zipfile reads them", function() check "zip" end)
  it("of tar are read at least as far as tarfile reads them", function() check "tar" end)
end)
