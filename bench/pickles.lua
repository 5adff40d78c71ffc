-- Raw pickles: dense ones of three protocols, and one whose opcodes and memo reads come in no order.
local MEMO_BYTES, MEMO_SLACK = 12, 16 * 1024 -- memory: 16 MiB and 12 bytes for each memo entry

return function(bench)
  local function pickle(workload, name, rate, load, scan)
    local file = bench.data .. "/" .. name
    local operations, seconds, entries = bench.numbers(bench.limits .. "walk " .. file)
    local t = bench.time(5, bench.scan .. file, "python3 -S " .. bench.here .. "/load.py " .. file)
    local best, ours = operations / seconds / 1e6, operations / t[1].wall / 1e6
    bench.row(workload, "opcodes/s against a length-only walk", rate, ours / best, ("%.0f Mop/s against %.0f"):format(ours, best))
    bench.row("", "time of CPython's C load / hugh's", load, t[2].wall / t[1].wall, ("%.3f s"):format(t[1].wall))
    bench.versus_picklescan(scan, 1, file, ">= 20x")
    bench.row("", "memory / (16 MiB + 12 bytes per memo entry)", "<= 1x", t[1].kib / (MEMO_SLACK + MEMO_BYTES * entries / 1024),
      ("%.0f MiB"):format(t[1].kib / 1024))
  end
  pickle("dense protocol 4", "dense4.pkl", ">= 0.35x", ">= 12x", ">= 150x")
  pickle("dense protocol 2", "dense2.pkl", ">= 0.35x", ">= 12x", ">= 150x")
  pickle("dense protocol 0", "dense0.pkl", ">= 0.4x", ">= 10x", ">= 120x")
  pickle("mixed order", "mixed.pkl", ">= 0.25x", ">= 10x", ">= 70x")
end
