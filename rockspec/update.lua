-- Writes the module list of the rockspec anew: lua5.4 rockspec/update.lua, from the top of the checkout.

local path = "rockspec/hugh-1.0.0-1.rockspec"
local list = io.popen("cd lua && find hugh -name '*.lua' | LC_ALL=C sort")
local lines = {}
for file in list:lines() do
  local module = file:gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", ".")
  lines[#lines + 1] = ('      ["%s"] = "lua/%s",'):format(module, file)
end
list:close()

local file = assert(io.open(path))
local text = file:read("a")
file:close()
local before, after = text:match("^(.-lua = {\n).-(\n    },.*)$")
file = assert(io.open(path, "w"))
file:write(before, table.concat(lines, "\n"), after)
file:close()
