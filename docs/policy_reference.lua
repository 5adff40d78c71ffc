-- What the policy language offers, in one table: `make docs` writes it into docs/policy.md and into the types for editors.
--
--     lua docs/policy_reference.lua        rewrites both; spec/policy/docs_spec.lua fails when they differ

local facts = require("hugh.model.facts")

local statements = {
  { "policy", "policy \"name\" { requires, extends, about }",
    "names the policy; `extends` lists shipped policies or files relative to this one" },
  { "weights", "weights { factor = number }", "sets weights by factor; the rest keep theirs, and the total is scaled to 100" },
  { "grades", "grades { A = number }", "the lowest score of each grade; below all of them is F" },
  { "below", "below { [score] = verdict }", "the verdict for a score below a bound" },
  { "files", "files { allow, deny, default }", "globs over paths, ignoring case; `default` judges a path on neither list" },
  { "globals", "globals { allow, deny, default }", "globs over the dotted names in pickles, minding case" },
  { "licenses", "licenses { allow, deny, unknown }",
    "globs over the license's id, ignoring case; `unknown` judges a license on neither list, or none" },
  { "factor", "factor \"name\" { about, weight, score }", "`score(m)` returns 0 to 1 and a reason, or nil and why it is inconclusive" },
  { "rule", "rule \"name\" { about, verdict, when, message, fix }",
    "raises the verdict when `when(m)` holds; `{field}` in a text is filled from the facts" },
  { "exempt", "exempt \"rule\" { because, expires, repo, path, sha256, by }", "lowers the verdict of one rule until a date, and is always shown" },
  { "test", "test \"name\" { given, expect }", "a sketch of a model, and the verdict, grade, score or rules it must get" },
}

local helpers = {
  { "glob", "pattern: string, text: string", "boolean", "`*` and `?` stay within a path's part, `**` does not, `{a,b}` is either; minds case" },
  { "contains", "list_or_text: table|string, part: any", "boolean", "the list holds the value, or the text holds the part" },
  { "starts", "text: string, prefix: string", "boolean", "the text starts with the prefix" },
  { "ends", "text: string, suffix: string", "boolean", "the text ends with the suffix" },
  { "lower", "text: string", "string", "the text in lower case" },
  { "clamp", "value: number, least: number, most: number", "number", "the value, kept between the two" },
  { "sorted", "list: table", "table", "a sorted copy, of at most 10000 texts or numbers" },
  { "days_since", "date: string", "number?", "days from an ISO 8601 date to today" },
}

local words = {
  { "allow", "hugh.policy.verdict", "a verdict" }, { "warn", "hugh.policy.verdict", "a verdict" }, { "block", "hugh.policy.verdict", "a verdict" },
  { "append", "fun(list: string[]): table", "adds to the list of the policy this one extends" },
  { "replace", "fun(list: string[]): table", "takes the place of that list" },
}

local reference = {}

--- The reference, as Markdown.
---@return string
function reference.markdown()
  local out = { "### Statements", "", "| statement | meaning |", "|---|---|" }
  local function add(format, ...) out[#out + 1] = format:format(...) end
  for _, s in ipairs(statements) do add("| `%s` | %s |", s[2], s[3]) end
  add("\n### Words and helpers\n\n| name | returns | meaning |\n|---|---|---|")
  for _, w in ipairs(words) do add("| `%s` | | %s |", w[1], w[3]) end
  for _, h in ipairs(helpers) do add("| `%s(%s)` | %s | %s |", h[1], h[2]:gsub(": [^,]+", ""):gsub("|", "\\|"), h[3], h[4]) end
  add("\n### Facts\n\nA `?` marks what may be nil: not known.\n\n| `m.` | type | meaning |\n|---|---|---|")
  for _, f in ipairs(facts.list) do add("| `%s` | %s | %s |", f.name, f.type, (f.about:gsub("|", "\\|"))) end
  return table.concat(out, "\n") .. "\n"
end

--- The types of the language, for the Lua language server.
---@return string
function reference.meta()
  local out = { "---@meta hugh-policy", "-- Written by `make docs` from docs/policy_reference.lua; do not edit.", "",
    "---@alias hugh.policy.verdict \"allow\"|\"warn\"|\"block\"", "", "---@class hugh.facts" }
  local function add(format, ...) out[#out + 1] = format:format(...) end
  for _, f in ipairs(facts.list) do add("---@field %s %s %s", f.name, f.type, f.about) end
  for _, s in ipairs(statements) do
    local named = s[2]:find("\"", 1, true)
    add("\n--- `%s`: %s\n---@param %s\n---@return %s\nfunction %s(%s) end", s[2], s[3], named and "name string" or "fields table",
      named and "fun(fields: table)" or "nil", s[1], named and "name" or "fields")
  end
  for _, w in ipairs(words) do add("\n--- %s\n---@type %s\n%s = nil", w[3], w[2], w[1]) end
  for _, h in ipairs(helpers) do
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
