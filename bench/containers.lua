-- Checkpoints whose size must not matter, and compressed streams, whose size must.
return function(bench)
  local function file(name) return bench.data .. "/" .. name end

  local function bytes(name)
    local bound, read = bench.numbers("cat " .. file(name .. ".bound")), bench.bytes_read(file(name))
    bench.row("", "bytes read / those a loader interprets", "<= 1x", read / bound, ("%.0f of at most %.0f"):format(read, bound))
  end

  local t = bench.time(11, bench.scan .. file("torch2g.pt"), bench.scan .. file("torch20m.pt"), bench.scan .. file("torch10g.pt"))
  bench.row("2 GB torch zip, 298 members", "time / that of 20 MB", "<= 1.2x", t[1].wall / t[2].wall, ("%.4f s"):format(t[1].wall))
  bytes("torch2g.pt")
  bench.versus_picklescan(">= 25x", 3, file("torch2g.pt"))
  bench.row("10 GB torch zip", "time / that of 20 MB", "<= 1.2x", t[3].wall / t[2].wall, ("%.0f MiB"):format(t[3].kib / 1024))

  t = bench.time(11, bench.scan .. file("legacy1g.bin"), bench.scan .. file("torch20m.pt"))
  bench.row("1 GB legacy torch", "time / that of a 20 MB torch zip", "<= 1.2x", t[1].wall / t[2].wall, ("%.4f s, %.0f MiB"):format(t[1].wall, t[1].kib / 1024))
  bytes("legacy1g.bin")
  bench.versus_picklescan(">= 25x", 3, file("legacy1g.bin"))

  local joblib = file("joblib200m.joblib")
  t = bench.time(3, bench.scan .. joblib, bench.limits .. "inflate " .. joblib, bench.limits .. "read " .. joblib)
  bench.row("zlib joblib, 200 MB inflated", "bare zlib inflate / hugh", ">= 0.6x", t[2].wall / t[1].wall, ("%.2f s"):format(t[1].wall))
  bench.row("", "time / a read of the same bytes", "", t[1].wall / t[3].wall)
  bench.row("", "memory / 64 MiB", "<= 1x", t[1].kib / 65536, ("%.0f MiB"):format(t[1].kib / 1024))
end
