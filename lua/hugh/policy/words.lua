-- The words of the policy language: its statements with their fields, its values and its helpers. Policies are checked by this table, names are
-- looked up in it, and the reference in docs/policy.md and the types for editors are written from it (docs/policy_reference.lua).

local words = {}

-- name, how it is written, meaning, fields: { name, kind, meaning, required }.
-- The kinds are Lua's types and: verdict (allow, warn or block), globs (a list of globs, or append or replace of one), list (of texts).
words.statements = {
  { name = "policy", form = "policy \"name\" { … }", about = "names the policy; comes first", fields = {
    { "extends", "list", "what it builds on: policies that hugh ships, or files relative to this one" },
    { "requires", "string", "the oldest hugh that it works with: `\"hugh >= 1.0\"`" },
    { "about", "string", "what it is for, in a line" },
  } },
  { name = "weights", form = "weights { factor = number, … }",
    about = "sets weights by factor; the rest keep theirs, and the total is scaled to 100" },
  { name = "grades", form = "grades { A = number, … }", about = "the lowest score of each grade; below all of them is F" },
  { name = "below", form = "below { [score] = verdict, … }", about = "the verdict for a score below a bound" },
  { name = "files", form = "files { … }", about = "judges paths, ignoring case", fields = {
    { "allow", "globs", "what is fine" },
    { "deny", "globs", "what blocks" },
    { "default", "verdict", "for a path on neither list; without `allow`, only for files that are not known to be safe" },
  } },
  { name = "globals", form = "globals { … }", about = "judges the dotted names in pickles, minding case", fields = {
    { "allow", "globs", "what is fine, beside the names that hugh knows to be safe" },
    { "deny", "globs", "what blocks, beside the names that hugh knows to be dangerous and that `allow` does not list" },
    { "default", "verdict", "for a name on neither list" },
  } },
  { name = "licenses", form = "licenses { … }", about = "judges the license's id, ignoring case", fields = {
    { "allow", "globs", "what is fine" },
    { "deny", "globs", "what blocks" },
    { "unknown", "verdict", "for a license on neither list, or none" },
  } },
  { name = "factor", form = "factor \"name\" { … }", about = "one judged aspect of the score", fields = {
    { "about", "string", "what is judged, in a line" },
    { "weight", "number", "its share of the score, before all weights are scaled to 100" },
    { "score", "function", "`score(m)` returns 0 to 1 and a reason, or nil and why it is inconclusive", true },
  } },
  { name = "rule", form = "rule \"name\" { … }", about = "raises the verdict when its condition holds", fields = {
    { "about", "string", "why, in a line" },
    { "verdict", "verdict", "what it raises the verdict to", true },
    { "when", "function", "`when(m)`: does it fire? A second result, a list of files or paths, says where", true },
    { "message", "string", "what to tell; `{field}` is filled from the facts", true },
    { "fix", "string", "what to do about it; filled like message" },
  } },
  { name = "exempt", form = "exempt \"rule\" { … }", about = "lowers the verdict of one rule until a date, and is always shown", fields = {
    { "because", "string", "the reason", true },
    { "expires", "string", "the last day it holds: `\"2027-03-31\"`", true },
    { "by", "string", "who decided" },
    { "repo", "string", "for this repository only" },
    { "path", "string", "for the files of this glob only" },
    { "sha256", "string", "for the file with this digest only" },
  } },
  { name = "test", form = "test \"name\" { … }", about = "what the policy must say of a sketch of a model", fields = {
    { "given", "table", "facts; files and globals may be given by their names", true },
    { "expect", "table", "any of verdict, grade, score and rules (names that must fire)", true },
  } },
}

words.is_statement = {}
for _, statement in ipairs(words.statements) do words.is_statement[statement.name] = true end

-- What `expect` of a test may hold.
words.expect = { { "verdict", "verdict" }, { "rules", "list" }, { "grade", "string" }, { "score", "number" } }

words.values = {
  { "allow", "hugh.policy.verdict", "a verdict" }, { "warn", "hugh.policy.verdict", "a verdict" }, { "block", "hugh.policy.verdict", "a verdict" },
  { "append", "fun(list: string[]): table", "adds to the list of the policy this one extends" },
  { "replace", "fun(list: string[]): table", "takes the place of that list" },
}

-- name, parameters, result, meaning
words.helpers = {
  { "glob", "pattern: string, text: string?", "boolean",
    "`*` and `?` stay within a path's part, `**` does not, `{a,b}` is either; minds case; false for nil" },
  { "contains", "list_or_text: table|string?, part: any", "boolean",
    "the list holds the value, or the text holds the part; false for nil" },
  { "starts", "text: string?, prefix: string", "boolean", "the text starts with the prefix" },
  { "ends", "text: string?, suffix: string", "boolean", "the text ends with the suffix" },
  { "lower", "text: string?", "string?", "the text in lower case" },
  { "clamp", "value: number, least: number, most: number", "number", "the value, kept between the two" },
  { "sorted", "list: table", "table", "a sorted copy, of at most 10000 texts or numbers" },
  { "days_since", "date: string?", "number?", "days from an ISO 8601 date to today" },
}

-- What there is of Lua's own.
words.lua = { "assert", "error", "ipairs", "math", "next", "pairs", "select", "tonumber", "tostring", "type" }
words.math = { "abs", "ceil", "floor", "huge", "max", "min" }

--- What the language checks by: { fields = { statement = { field = kind } }, required = { statement = { field, … } } }.
---@return table
function words.checks()
  local checks = { fields = { expect = {} }, required = {} }
  for _, field in ipairs(words.expect) do checks.fields.expect[field[1]] = field[2] end
  for _, statement in ipairs(words.statements) do
    if statement.fields then
      local kinds, required = {}, {}
      for _, field in ipairs(statement.fields) do
        kinds[field[1]] = field[2]
        if field[4] then required[#required + 1] = field[1] end
      end
      checks.fields[statement.name], checks.required[statement.name] = kinds, required
    end
  end
  return checks
end

--- Every name that a policy can use.
---@return string[]
function words.names()
  local names = {}
  for _, statement in ipairs(words.statements) do names[#names + 1] = statement.name end
  for _, list in ipairs { words.values, words.helpers } do
    for _, entry in ipairs(list) do names[#names + 1] = entry[1] end
  end
  for _, name in ipairs(words.lua) do names[#names + 1] = name end
  return names
end

return words
