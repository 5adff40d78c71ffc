-- What the policy language offers, out of hugh/policy/words.lua: `make docs` writes it into docs/policy.md and into the types for editors.
--
--     lua docs/policy_reference.lua        rewrites both; spec/policy/docs_spec.lua fails when they differ

local facts = require("hugh.model.facts")
local words = require("hugh.policy.words")

local reference = {}

local kinds = { globs = "globs", list = "list", verdict = "verdict", string = "text" }

local function cell(text) return (text:gsub("|", "\\|")) end

--- The reference, as Markdown.
---@return string
function reference.markdown()
  local out = { "### Statements", "", "| statement | meaning |", "|---|---|" }
  local function add(format, ...) out[#out + 1] = format:format(...) end
  for _, s in ipairs(words.statements) do
    add("| **`%s`** | %s |", s.form, s.about)
    for _, f in ipairs(s.fields or {}) do add("| · `%s` %s%s | %s |", f[1], kinds[f[2]] or f[2], f[4] and ", needed" or "", cell(f[3])) end
  end
  add("\n### Words and helpers\n\n| name | returns | meaning |\n|---|---|---|")
  for _, w in ipairs(words.values) do add("| `%s` | | %s |", w[1], w[3]) end
  for _, h in ipairs(words.helpers) do add("| `%s(%s)` | %s | %s |", h[1], cell((h[2]:gsub(": [^,]+", ""))), h[3], h[4]) end
  add("\nOf Lua's own there are `%s`; of `math`, `%s`.", table.concat(words.lua, "`, `"), table.concat(words.math, "`, `"))
  add("\n### Facts\n\nA `?` marks what may be nil: not known. Facts are read-only, and a name that is not in these tables is an error.")
  for _, shape in ipairs(facts.shapes) do
    add("\n| %s | type | meaning |\n|---|---|---|", shape.name == "model" and "`m.`" or shape.one)
    for _, f in ipairs(shape.fields) do add("| `%s` | %s | %s |", f.name, f.type, cell(f.about)) end
  end
  return table.concat(out, "\n") .. "\n"
end

local types = {
  globs = "string[]|table", list = "string[]", verdict = "hugh.policy.verdict", score = "fun(m: hugh.facts): number|boolean|nil, string?",
  when = "fun(m: hugh.facts): any, table?",
}

--- The types of the language, for the Lua language server.
---@return string
function reference.meta()
  local out = { "---@meta hugh-policy", "-- Written by `make docs` from docs/policy_reference.lua; do not edit.", "",
    "---@alias hugh.policy.verdict \"allow\"|\"warn\"|\"block\"" }
  local function add(format, ...) out[#out + 1] = format:format(...) end
  local function class(name) return name == "model" and "hugh.facts" or "hugh.facts." .. name end
  for _, shape in ipairs(facts.shapes) do
    add("\n---@class %s", class(shape.name))
    for _, f in ipairs(shape.fields) do
      local word = f.type:match("^[%a_]+")
      add("---@field %s %s %s", f.name, facts.shapes[word] and class(word) .. f.type:sub(#word + 1) or f.type, f.about)
    end
  end
  for _, s in ipairs(words.statements) do
    local fields = s.fields and "hugh.policy." .. s.name or s.name == "below" and "table<number, hugh.policy.verdict>" or "table<string, number>"
    if s.fields then
      add("\n---@class %s", fields)
      for _, f in ipairs(s.fields) do add("---@field %s%s %s %s", f[1], f[4] and "" or "?", types[f[1]] or types[f[2]] or f[2], f[3]) end
    end
    local named = s.form:find("\"", 1, true)
    add("\n--- `%s`: %s\n---@param %s\n---@return %s\nfunction %s(%s) end", s.form, s.about, named and "name string" or "fields " .. fields,
      named and ("fun(fields: %s)"):format(fields) or "nil", s.name, named and "name" or "fields")
  end
  for _, w in ipairs(words.values) do add("\n--- %s\n---@type %s\n%s = nil", w[3], w[2], w[1]) end
  for _, h in ipairs(words.helpers) do
    local names = {}
    add("\n--- %s", h[4])
    for name, kind in h[2]:gmatch("([%w_]+): ([^,]+)") do
      names[#names + 1] = name
      add("---@param %s %s", name, kind)
    end
    add("---@return %s\nfunction %s(%s) end", h[3], h[1], table.concat(names, ", "))
  end
  return table.concat(out, "\n") .. "\n"
end

local MARK = "<!-- written by `make docs` from here on -->\n\n"

--- docs/policy.md with its reference as it must be.
---@param text string
---@return string
function reference.placed(text)
  local _, stop = text:find(MARK, 1, true)
  return text:sub(1, assert(stop, "docs/policy.md lost its mark")) .. reference.markdown()
end

if arg and arg[0] and arg[0]:find("policy_reference.lua", 1, true) then
  local file = assert(io.open("docs/policy.md", "rb"))
  local text = file:read("*a")
  file:close()
  for path, written in pairs { ["docs/policy.md"] = reference.placed(text), ["docs/hugh-policy.meta.lua"] = reference.meta() } do
    file = assert(io.open(path, "wb"))
    file:write(written)
    file:close()
  end
end

return reference
