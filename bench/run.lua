-- The benchmark: run.lua DATA VENV [PART...]. bench/README.md says what is measured and how.
local here = arg[0]:match("^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. package.path

--- A part is a module that returns a function of `bench` (see bench.lua), which prints its rows.
local parts = { "pickles", "containers", "tensors", "trees", "startup", "ranking", "hub" }

local bench = require("bench")(here, arg[1], arg[2])
if arg[3] then parts = { table.unpack(arg, 3) } end
bench.head()
for _, part in ipairs(parts) do require(part)(bench) end
bench.foot()
