-- safetensors headers, up to the 100 MB that the reference allows.
return function(bench)
  local python, simdjson = bench.rival("python"), bench.limit("simdjson")
  for _, size in ipairs { { "33 KB", "header33k", 350 }, { "2 MB", "header2m", 23000 }, { "94 MB", "header93m", 950000 } } do
    local workload, file, tensors = "safetensors header " .. size[1], ("%s/%s.safetensors"):format(bench.data, size[2]), size[3]
    local seconds, calls, most, read = bench.numbers(bench.inside .. "7 " .. file)
    if python then
      local reference = bench.numbers(python .. bench.here .. "/reference.py 7 " .. file)
      bench.row(workload, "time of the Rust reference / hugh's, inside", ">= 5x", reference / seconds, ("%.6f s"):format(seconds))
      workload = ""
    end
    if simdjson then
      local limit = bench.numbers(simdjson .. "7 " .. file)
      bench.row(workload, "time of simdjson on demand / hugh's, inside", ">= 0.6x", limit / seconds)
      workload = ""
    end
    local t = bench.time(7, bench.scan .. file, bench.limits .. "read " .. file)
    bench.row(workload, "whole process / a read of the whole file", "", t[1].wall / t[2].wall, ("%.4f s"):format(t[1].wall))
    bench.row("", "allocations per tensor", "<= 0.1x", calls / tensors, ("%.0f for %.0f"):format(calls, tensors))
    bench.row("", "memory / 64 MiB", "<= 1x", t[1].kib / 65536, ("%.0f MiB, %.0f held by the scan, %.0f bytes read"):format(
      t[1].kib / 1024, most / 1048576, read))
  end
end
