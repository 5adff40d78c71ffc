-- The benchmark: every figure is a ratio of two commands timed in turn in this run. bench/README.md says what is measured and how.
local here = arg[0]:match("^(.*)/[^/]*$") or "."
local data = arg[1]
local timed, limits = data .. "/timed", data .. "/limits"
local hugh = "lua5.4 " .. here .. "/../bin/hugh"
local picklescan = arg[2] ~= "" and arg[2] or nil

local function lines_of(command)
  local pipe = assert(io.popen(command))
  local lines = {}
  for line in pipe:lines() do lines[#lines + 1] = line end
  pipe:close()
  return lines
end

--- Times commands in turn: a list of { wall, cpu, kib, code }.
local function time(runs, ...)
  local quoted = {}
  for i, command in ipairs { ... } do quoted[i] = "'" .. command .. "'" end
  local results = {}
  for i, line in ipairs(lines_of(("%s %d %s"):format(timed, runs, table.concat(quoted, " ")))) do
    local wall, cpu, kib, code = line:match("(%S+) (%S+) (%S+) (%S+)")
    results[i] = { wall = tonumber(wall), cpu = tonumber(cpu), kib = tonumber(kib), code = tonumber(code) }
  end
  return results
end

local function row(...) print((("%-34s %-44s %-16s %s"):format(...))) end

local function python_load(file)
  return ([[python3 -S -c import\tpickle,sys;pickle.load(open(sys.argv[1],"rb")) %s]]):format(file):gsub("\\t", "\t")
end

row("workload", "measured", "reach", "hugh")
for _, protocol in ipairs { 4, 2, 0 } do
  local file = ("%s/dense%d.pkl"):format(data, protocol)
  local ops, seconds = lines_of(("%s walk %s"):format(limits, file))[1]:match("(%d+) (%S+)")
  local load = python_load(file)
  local t = time(5, hugh .. " scan --quiet " .. file, load)
  local rate = ops / t[1].wall / 1e6
  row("dense protocol " .. protocol, "opcodes/s against a length-only walk", protocol == 0 and ">= 0.4" or ">= 0.35",
    ("%.2f (%.0f Mop/s against %.0f)"):format(rate / (ops / seconds / 1e6), rate, ops / seconds / 1e6))
  row("", "time of CPython's C load / hugh's", protocol == 0 and ">= 10x" or ">= 12x",
    ("%.1fx (%.3f s, %.0f MiB)"):format(t[2].wall / t[1].wall, t[1].wall, t[1].kib / 1024))
  if picklescan then
    local p = time(1, picklescan .. " -p " .. file, hugh .. " scan --quiet " .. file)
    row("", "time of picklescan / hugh's", protocol == 0 and ">= 120x" or ">= 150x",
      ("%.0fx (memory 1/%.0f)"):format(p[1].wall / p[2].wall, p[1].kib / p[2].kib))
  end
end

local t = time(11, hugh .. " scan --quiet " .. data .. "/torch2g.pt", hugh .. " scan --quiet " .. data .. "/torch20m.pt",
  hugh .. " scan --quiet " .. data .. "/torch10g.pt")
row("2 GB torch zip, 298 members", "time / that of 20 MB", "<= 1.2x", ("%.2fx (%.4f s)"):format(t[1].wall / t[2].wall, t[1].wall))
row("10 GB torch zip", "time / that of 20 MB", "<= 1.2x", ("%.2fx (%.0f MiB)"):format(t[3].wall / t[2].wall, t[3].kib / 1024))
if picklescan then
  local p = time(3, picklescan .. " -p " .. data .. "/torch2g.pt", hugh .. " scan --quiet " .. data .. "/torch2g.pt")
  row("", "time of picklescan / hugh's", ">= 25x", ("%.0fx"):format(p[1].wall / p[2].wall))
end

for _, size in ipairs { "33k", "2m", "93m" } do
  local file = ("%s/header%s.safetensors"):format(data, size)
  local h = time(7, hugh .. " scan --quiet " .. file, limits .. " read " .. file)
  row("safetensors header " .. size, "time / a read of the same file", "", ("%.1fx (%.4f s, %.0f MiB)"):format(h[1].wall / h[2].wall, h[1].wall, h[1].kib / 1024))
end

t = time(3, hugh .. " scan --quiet " .. data .. "/joblib200m.joblib", limits .. " inflate " .. data .. "/joblib200m.joblib")
row("zlib joblib, 200 MB inflated", "bare zlib inflate / hugh", ">= 0.6x", ("%.2fx (%.2f s, %.0f MiB)"):format(t[2].wall / t[1].wall, t[1].wall, t[1].kib / 1024))

t = time(7, hugh .. " scan --quiet " .. data .. "/tree", limits .. " tree " .. data .. "/tree")
row("tree of 20,000 small files", "time / a bare open-read-close walk", "<= 1.5x", ("%.2fx (%.3f s)"):format(t[1].wall / t[2].wall, t[1].wall))
if picklescan then
  local p = time(1, picklescan .. " -p " .. data .. "/tree", hugh .. " scan --quiet " .. data .. "/tree")
  row("", "time of picklescan / hugh's", ">= 10x", ("%.0fx"):format(p[1].wall / p[2].wall))
end

local tiny = here .. "/../examples/models/safetensors-only/model.safetensors"
t = time(41, hugh .. " scan --quiet " .. tiny, "lua5.4 -e x=1")
row("start-up on a tiny file", "time / lua5.4 -e x=1", "<= 2.5x", ("%.2fx (%.2f ms)"):format(t[1].wall / t[2].wall, t[1].wall * 1e3))
if picklescan then
  local p = time(5, picklescan .. " -p " .. data .. "/../../examples/models/pickle-only", hugh .. " scan --quiet " .. tiny)
  row("", "time of picklescan / hugh's", ">= 20x", ("%.0fx"):format(p[1].wall / p[2].wall))
end

t = time(3, hugh .. " score --quiet --from-jsonl " .. data .. "/records.jsonl", "lua5.4 " .. here .. "/decode.lua " .. data .. "/records.jsonl")
row("100,000 Hub records, ranked", "time / lua-cjson decoding them", "seconds", ("%.1fx (%.1f s of time, %.1f of processors; %.0f records/s)")
  :format(t[1].wall / t[2].wall, t[1].wall, t[1].cpu, 1e5 / t[1].wall))
