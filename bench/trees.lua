-- 5,000 small repositories of four files each: configuration, card, safetensors, torch zip.
local ONE = [[
package.path, package.cpath = arg[1] .. "/lua/?.lua;" .. arg[1] .. "/lua/?/init.lua;" .. package.path, arg[1] .. "/build/5.4/?.so;" .. package.cpath
local files = require "hugh.files"
files.scan(files.collect { arg[2] }, {}, { threads = tonumber(arg[3]) })
os.exit(0)
]]

return function(bench)
  local tree = bench.data .. "/repositories"
  local script = bench.data .. "/threads.lua"
  local out = assert(io.open(script, "w"))
  out:write(ONE)
  out:close()
  local t = bench.time(9, bench.scan .. tree, bench.limits .. "tree " .. tree)
  bench.row("tree of 20,000 small files", "time / a bare open-read-close walk", "<= 1.5x", t[1].wall / t[2].wall,
    ("%.3f s, %.0f MiB"):format(t[1].wall, t[1].kib / 1024))
  bench.versus_picklescan(">= 10x", 1, tree)
  local command = ("lua5.4 %s %s/.. %s "):format(script, bench.here, tree)
  t = bench.time(9, command .. 1, command .. 2)
  bench.row("", "one thread / two, listing and report included", ">= 1.5x", t[1].wall / t[2].wall)
end
