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
  parser:argument("words", "check, test or show, then policies (names or files)."):args("+"):argname("check|test|show POLICY")
end

local actions = {}

---@return boolean fine
function actions.check(_, name, out)
  out:write(utf8.printable(name), ": fine\n")
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
  local shown, paint = policy.description, common.painter()
  local function line(what, value, source)
    out:write("  ", style.pad(what, 26), style.pad(value, 34), paint("dim", source or ""), "\n")
  end
  out:write(paint("bold", policy.name), policy.about and "  " .. utf8.printable(policy.about) or "", "\n\nfactors, of 100 points\n")
  for _, factor in ipairs(shown.factors) do
    line(factor.name, ("%.4g"):format(factor.weight), factor.source .. (factor.weight_source and ", weight " .. factor.weight_source or ""))
  end
  if shown.grades then
    local names = {}
    for name in pairs(shown.grades) do names[#names + 1] = name end
    table.sort(names, function(a, b) return shown.grades[a] > shown.grades[b] end)
    out:write("\ngrades\n")
    for _, name in ipairs(names) do line(name, ("from %.4g"):format(shown.grades[name]), shown.grades_source) end
  end
  out:write("\nverdicts\n")
  for _, below in ipairs(shown.below) do line(("below %.4g"):format(below.score), below.verdict, below.source) end
  for _, rule in ipairs(shown.rules) do line(rule.name, rule.verdict, rule.source) end
  for _, name in ipairs { "files", "globals", "licenses" } do
    local list = shown.lists[name]
    if list then
      for _, part in ipairs { "allow", "deny" } do
        if list[part] then line(name .. "." .. part, table.concat(list[part], " "), list.source) end
      end
      if list.default then line(name .. (name == "licenses" and ".unknown" or ".default"), list.default, list.source) end
    end
  end
  for _, exempt in ipairs(shown.exempts) do
    line("exempt " .. exempt.name, utf8.printable(exempt.because or "") .. " (until " .. tostring(exempt.expires) .. ")", exempt.source)
  end
  return true
end

---@param options table
---@param out table
---@return integer|nil code
---@return string|nil message
function command.run(options, out)
  local name = options.words[1]
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
