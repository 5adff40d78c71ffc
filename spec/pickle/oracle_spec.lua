-- Soundness: whatever CPython's unpicklers resolve or call in an input, hugh reports. See spec/oracle/pickle_oracle.py.
local hugh = require "hugh"

local function unhex(text)
  return (text:gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end))
end

-- What a report of `data` leaves out, as a sentence; nil if nothing.
local function missing(data, expected)
  local report = hugh.scan({ data = data, name = "x.pkl" })
  local file = report.files and report.files[1] or report
  local known, worst = {}, "safe"
  for _, global in ipairs(file.globals) do
    known[global.module .. "\0" .. global.name] = global
    if global.class ~= "safe" then worst = global.class end
  end
  for _, one in ipairs(expected) do
    local global = known[one.module .. "\0" .. one.name]
    if not global then return "misses " .. one.module .. "." .. one.name .. " (" .. file.kind .. ")" end
    if one.called and not global.called then return "does not see the call of " .. one.module .. "." .. one.name end
  end
  if worst ~= "safe" and file.safety == "safe" then return "is called safe although it names what is not" end
end

describe("the pickle machine", function()
  it("sees every global that CPython's unpicklers resolve, and every call", function()
    local seed, count = os.getenv "ORACLE_SEED" or "1", os.getenv "ORACLE_COUNT" or "12000"
    local pipe = assert(io.popen(("env -u LD_PRELOAD /usr/bin/python3 spec/oracle/pickle_oracle.py %s %s 2>/dev/null"):format(seed, count)))
    local ran, misses = 0, {}
    for line in pipe:lines() do
      local cells = {}
      for cell in line:gmatch "[^\t]+" do cells[#cells + 1] = cell end
      local expected = {}
      for i = 2, #cells do
        local module, name, called = cells[i]:match "^(%x*):(%x*):(%d)$"
        expected[#expected + 1] = { module = unhex(module), name = unhex(name), called = called == "1" }
      end
      local why = missing(unhex(cells[1]), expected)
      ran = ran + 1
      if why then misses[#misses + 1] = cells[1] .. " " .. why end
    end
    pipe:close()
    assert.is_true(ran > tonumber(count) * 0.9)
    assert.are.equal("", table.concat(misses, "\n", 1, math.min(#misses, 20)), #misses .. " of " .. ran)
  end)
end)
