-- Records of the Hub's API, judged by their metadata alone.
return function(bench)
  local records = bench.data .. "/records.jsonl"
  local t = bench.time(1, bench.hugh .. " score --quiet --from-jsonl " .. records, "lua5.4 " .. bench.here .. "/decode.lua " .. records)
  bench.row("100,000 Hub records, ranked", "time / lua-cjson decoding them", "", t[1].wall / t[2].wall,
    ("%.1f s, %.1f of processors; %.0f records/s"):format(t[1].wall, t[1].cpu, 1e5 / t[1].wall))
end
