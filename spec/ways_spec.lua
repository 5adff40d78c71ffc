-- However a file reaches hugh, hugh thinks the same of it: scanned where it lies, from a string, fed in pieces, with its size not known, or
-- inside a zip or a gzip stream.
local core = require "hugh.core"
local hugh = require "hugh"
local helper = dofile "spec/helper.lua"

local WRAPPED = "build/fixtures/wrapped"
local RANK = { safe = 0, unknown = 1, suspicious = 2, dangerous = 3 }

assert(os.execute("python3 -B spec/fixtures/hostile/build.py build/fixtures/hostile"))
assert(os.execute("python3 -B spec/wrapped.py " .. WRAPPED .. " build/fixtures/hostile spec/fixtures/benign"))

-- Numbers that are the same in every run and on every Lua.
local state = 1
local function random(most)
  state = state * 16807 % 2147483647
  return state % most + 1
end

local function fed(name, data, size)
  local scan = core.scan { name = name, size = size }
  for offset, hint, min in scan.need, scan do
    local length = random(3) == 1 and min or random(math.min(hint, 4000))
    scan:feed(offset, data:sub(offset + 1, offset + length))
  end
  return scan:report()
end

-- Everything a report says that does not depend on how the bytes came.
local function opinion(report)
  local said = { report.kind, report.safety, tostring(report.complete) }
  for _, f in ipairs(report.findings) do
    said[#said + 1] = table.concat({ f.id, f.severity, f.message, f.member or "", tostring(f.offset) }, " ")
  end
  for _, g in ipairs(report.globals) do
    said[#said + 1] = table.concat({ g.module, g.name, g.class, tostring(g.called), g.member or "", tostring(g.offset) }, " ")
  end
  return table.concat(said, "\n")
end

-- What `wrapped` lost of what is known of the file itself, or nil.
local function lost(report, wrapped)
  if not wrapped.complete then return wrapped.safety == "safe" and "safe though not read in full" or nil end
  if RANK[wrapped.safety] < RANK[report.safety] then return "only " .. wrapped.safety end
  local there = {}
  for _, g in ipairs(wrapped.globals) do there[g.module .. " " .. g.name] = g end
  for _, g in ipairs(report.globals) do
    local found = there[g.module .. " " .. g.name]
    if not found or found.class ~= g.class or (g.called and not found.called) then return "no " .. g.module .. "." .. g.name end
  end
end

local number = 0
for path in helper.read(WRAPPED .. "/LIST"):gmatch("[^\n]+") do
  number = number + 1
  local archive, stream = WRAPPED .. "/" .. number .. ".zip", WRAPPED .. "/" .. number .. ".gz"
  it(path .. " is the same however it comes", function()
    local data, name = helper.read(path), path:match("[^/]+$")
    local report = assert(core.scan_file(path, { name = name }))
    local expected = opinion(report)
    assert.equal(expected, opinion(assert(hugh.scan { data = data, name = name }).files[1]))
    assert.equal(expected, opinion(fed(name, data, #data)))
    assert.equal(expected, opinion(fed(name, data, #data)))
    assert.is_nil(lost(report, fed(name, data)))
    assert.is_nil(lost(report, core.scan_file(archive)))
    assert.is_nil(lost(report, core.scan_file(stream, { name = name .. ".gz" })))
    assert.equal(report.safety, hugh.scan(path).files[1].safety)
  end)
end
