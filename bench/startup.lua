-- What it takes to say anything at all.
return function(bench)
  local tiny = bench.here .. "/../examples/models/safetensors-only/model.safetensors"
  local t = bench.time(41, bench.scan .. tiny, "lua5.4 -e x=1", bench.hugh .. " --version")
  bench.row("start-up on a tiny file", "time / lua5.4 -e x=1", "<= 2.5x", t[1].wall / t[2].wall, ("%.2f ms"):format(t[1].wall * 1e3))
  bench.row("hugh --version", "time / lua5.4 -e x=1", "", t[3].wall / t[2].wall, ("%.2f ms"):format(t[3].wall * 1e3))
  bench.versus_picklescan(">= 20x", 5, tiny)
end
