-- The least that ranking records can cost: lua-cjson decodes each line of a file, and nothing is done with it.
local decode = require("cjson").decode
for line in io.lines(arg[1]) do decode(line) end
