-- hugh classify PATH…: what these files are, and why hugh thinks so.

local cli = require("hugh.cli")
local common = require("hugh.cli.common")
local files = require("hugh.files")
local style = require("hugh.report.style")
local utf8 = require("hugh.utf8")

local classify = { positional = "paths" }

function classify.configure(parser)
  parser:description("Say what these files are, by their first bytes, then their names; hugh scan looks further. "
    .. "Exit code: 0 done, 2 some could not be read.")
  common.words(parser, "PATH", classify.positional, "Files and directories; - is standard input.")
  parser:flag("--json", "Print an array of JSON objects.")
end

local function reason(class)
  if class.expected then return "by content, though the name says " .. class.expected end
  return "by " .. class.by
end

---@param options table
---@param out table
---@return integer
function classify.run(options, out)
  local hugh = require("hugh")
  local named, standard_input = common.paths(options.paths)
  local found, problems = files.collect(named)
  local classes, kinds, names = {}, 0, 0
  local function add(path, class, message, code)
    if class then
      class.path = path
      classes[#classes + 1] = class
      kinds, names = math.max(kinds, #class.kind), math.max(names, utf8.width(utf8.printable(path)))
    else
      problems[#problems + 1] = { path = path, message = message, code = code }
    end
  end
  for _, path in ipairs(found) do add(path, hugh.classify(path)) end
  if standard_input then
    local source, message, code = common.standard_input()
    if source then add("-", hugh.classify(source)) else add("-", nil, message, code) end
  end
  if options.json then
    out:write(require("hugh.json").encode(classes, { pretty = true }), "\n")
  else
    local paint = common.painter()
    for _, class in ipairs(classes) do
      out:write(style.pad(class.kind, kinds + 2), style.column(utf8.printable(class.path), names), class.about, " ",
        paint("dim", "(" .. reason(class) .. ")"), "\n")
    end
  end
  local failed = #classes == 0
  for _, problem in ipairs(problems) do
    common.say(problem.message)
    failed = failed or not problem.skipped
  end
  if #classes == 0 and #problems == 0 then common.say("there are no files in " .. table.concat(options.paths, ", ")) end
  return failed and cli.FAILED or cli.CLEAN
end

return classify
