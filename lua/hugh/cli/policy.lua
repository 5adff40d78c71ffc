-- hugh policy check|test|show FILE: is this policy right, does it do what it says, what does it come to?

local cli = require("hugh.cli")
local common = require("hugh.cli.common")
local style = require("hugh.report.style")
local suggest = require("hugh.suggest")
local utf8 = require("hugh.utf8")

local command = { positional = "words" }

function command.configure(parser)
  parser:description("Work on a policy. check: read it and list every mistake. test: run its own tests. show: what it comes to after "
    .. "inheritance, and where each value is from. Exit code: 0 fine, 1 mistakes or failed tests, 2 could not look.")
  parser:usage("Usage: hugh policy check|test|show POLICY …")
  common.words(parser, "POLICY", command.positional, "Policies that hugh ships, or files."):args("*")
end

local actions = {}

---@return boolean fine
function actions.check(policy, name, out)
  out:write(utf8.printable(name), ": fine\n")
  local today = os.date("!%Y-%m-%d")
  for _, exempt in ipairs(policy.description.exempts) do
    if exempt.expires < today then
      out:write(utf8.printable(("%s: note: the exemption from %s ended on %s"):format(exempt.source, exempt.name, exempt.expires)), "\n")
    end
  end
  return true
end

function actions.test(policy, name, out)
  local paint, failed = common.painter(), 0
  local results = policy:test()
  for _, test in ipairs(results) do
    if not test.passed then failed = failed + 1 end
    out:write(paint(test.passed and "pass" or "fail", test.passed and "pass  " or "FAIL  "), utf8.printable(test.name), "\n")
    if test.why then out:write("      ", utf8.printable(test.why), "  ", paint("dim", test.source), "\n") end
  end
  if #results == 0 then
    out:write(utf8.printable(name), ": has no tests; add one: test \"…\" { given = { files = { \"model.pkl\" } }, expect = { verdict = block } }\n")
  else
    out:write(("%s: %.0f passed, %.0f failed\n"):format(utf8.printable(name), #results - failed, failed))
  end
  return failed == 0
end

function actions.show(policy, _, out)
  local shown, paint, rows = policy.description, common.painter(), {}
  local function row(what, value, source, key)
    rows[#rows + 1] = { utf8.printable(what), utf8.printable(value), utf8.printable(key and policy:place(source, key) or source) }
  end
  local function flush(title)
    if #rows == 0 then return end
    out:write("\n", paint("bold", title), "\n")
    local first, second = 0, 0
    for _, r in ipairs(rows) do first, second = math.max(first, utf8.width(r[1])), math.max(second, math.min(utf8.width(r[2]), 40)) end
    for _, r in ipairs(rows) do
      local place = r[3] ~= "" and (" "):rep(math.max(second - utf8.width(r[2]), 0) + 2) .. paint("dim", r[3]) or ""
      out:write("  ", style.pad(r[1], first), "  ", r[2], place, "\n")
    end
    rows = {}
  end

  out:write(paint("bold", utf8.printable(policy.name)), policy.about and "  " .. utf8.printable(policy.about) or "", "\n")
  if #policy.bases > 0 then out:write("builds on ", utf8.printable(table.concat(policy.bases, ", ")), "\n") end
  for _, factor in ipairs(shown.factors) do
    row(factor.name, ("%.4g"):format(factor.weight), factor.source)
    if factor.weight_source then row("", ("weighs %.4g"):format(factor.stated), factor.weight_source, factor.name) end
  end
  flush("factors, of 100 points")
  local names = {}
  for name in pairs(shown.grades or {}) do names[#names + 1] = name end
  table.sort(names, function(a, b) return shown.grades[a] > shown.grades[b] end)
  for _, name in ipairs(names) do row(name, ("from %.4g"):format(shown.grades[name]), shown.grade_source[name], name) end
  flush("grades")
  for _, below in ipairs(shown.below) do row(("below %.4g"):format(below.score), below.verdict, below.source, below.score) end
  for _, rule in ipairs(shown.rules) do row(rule.name, rule.verdict, rule.source) end
  flush("verdicts")
  for _, name in ipairs { "files", "globals", "licenses" } do
    local list = shown.lists[name] or {}
    for _, part in ipairs { "allow", "deny" } do
      for i, pattern in ipairs(list[part] or {}) do
        row(i == 1 and name .. "." .. part or "", pattern, list.sources[part][i], pattern)
      end
    end
    local rest = name == "licenses" and "unknown" or "default"
    if list.default then row(name .. "." .. rest, list.default, list.sources.default, rest) end
  end
  flush("lists")
  for _, exempt in ipairs(shown.exempts) do
    row(exempt.name, "until " .. exempt.expires, exempt.source)
    row("", exempt.because, exempt.by and "by " .. exempt.by or "")
    for _, field in ipairs { "repo", "path", "sha256" } do
      if exempt[field] then row("", field .. " " .. exempt[field], "") end
    end
  end
  flush("exemptions")
  return true
end

---@param options table
---@param out table
---@return integer|nil code
---@return string|nil message
function command.run(options, out)
  local name = options.words[1]
  if not name then return nil, "say what to do: hugh policy check|test|show POLICY" end
  local action = actions[name]
  if not action then
    local hint = suggest.hint(name, { "check", "test", "show" })
    return nil, ("`hugh policy` cannot %s.%s It can check, test and show."):format(utf8.printable(name), hint)
  end
  if #options.words < 2 then return nil, ("name a policy to %s: hugh policy %s FILE"):format(name, name) end
  local fine, failed = true, false
  for i = 2, #options.words do
    local policy, message = require("hugh.policy").load(options.words[i])
    if policy then
      fine = action(policy, options.words[i], out) and fine
    elseif message:find("\n", 1, true) then -- mistakes in the text, already told with their lines
      io.stderr:write(message, "\n")
      fine = false
    else
      common.say(message)
      failed = true
    end
  end
  return failed and cli.FAILED or not fine and cli.FOUND or cli.CLEAN
end

return command
