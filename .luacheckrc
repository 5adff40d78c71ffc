-- One source for Lua 5.4, 5.3 and LuaJIT: only what all of them have.
std = "min"
files["lua/hugh/json.lua"] = { globals = { "math" } } -- math.type and math.tointeger, where they exist
max_line_length = 150
files["spec"] = { std = "+busted", read_globals = { "setfenv", "loadstring" } }
