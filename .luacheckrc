-- One source for Lua 5.4, 5.3 and LuaJIT: only what all of them have.
std = "min"
files["lua/hugh/json.lua"] = { globals = { "math" } } -- math.type and math.tointeger, where they exist
files["lua/hugh/hub/answers.lua"] = { globals = { "package" } } -- package.searchpath, where it exists
max_line_length = 150
-- Tables of cases read best with one line each.
files["spec"] = { std = "+busted", read_globals = { "setfenv", "loadstring" }, max_line_length = false }
files["bench"] = { std = "lua54", max_line_length = false } -- run by lua5.4 alone
-- The policy language, for your own policies too: copy this standard into your .luacheckrc.
stds.hugh_policy = { read_globals = {
  "policy", "weights", "grades", "below", "files", "globals", "licenses", "factor", "rule", "exempt", "test", "allow", "warn", "block", "append",
  "replace", "glob", "contains", "starts", "ends", "lower", "clamp", "sorted", "days_since",
  "assert", "error", "ipairs", "next", "pairs", "select", "tonumber", "tostring", "type",
  math = { fields = { "abs", "ceil", "floor", "huge", "max", "min" } },
} }
files["lua/hugh/policies"] = { std = "hugh_policy" }
files["examples/policies"] = { std = "hugh_policy" }
-- What hugh calls inside the sandbox.
files["lua/hugh/policy/values.lua"] = { globals = { "know" } }
files["lua/hugh/policy/language.lua"] = { globals = { "load_policy", "syntax_error", "compile" } }
files["lua/hugh/policy/judge.lua"] = { globals = { "evaluate", "rank", "culprit", "tests" } }
exclude_files = { "docs/hugh-policy.meta.lua" }
files["examples/hub"] = { std = "ngx_lua" }
