-- Models on the example Hub: hub.py prints a table of its own.
return function(bench)
  print()
  for _, line in ipairs(bench.lines("python3 " .. bench.here .. "/hub.py " .. bench.data .. "/hub")) do print(line) end
end
