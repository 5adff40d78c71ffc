-- The command line: finds the command, reads its options, runs it, and turns what happened into an exit code.
--
-- A command is a module hugh.cli.<name>:
--   { positional = "paths",                  the option that lists the arguments that are no options
--     configure = function (parser) end,     declares the options (argparse); no defaults there: `run` has them
--     plain = { ["--json"] = "json" },       those of them that take no value and are often given alone
--     run = function (options, out) end }    does it; returns the exit code, or nil, message
-- argparse takes longer to load than a scan of a small file, so it is left out when no argument is an option, or a single plain one.

local cli = {}

--- What the exit codes mean, for every command. INTERRUPTED is what shells make of Ctrl-C.
cli.CLEAN, cli.FOUND, cli.FAILED, cli.INTERRUPTED = 0, 1, 2, 130

local commands = {
  { "scan", "what loading these files would do" },
  { "score", "how far to trust a model: points, grade, verdict" },
  { "explain", "the program a pickle would run" },
  { "classify", "what these files are, and why" },
  { "policy", "check, test or show a policy" },
  { "cache", "score what is in the local Hub cache" },
  { "sbom", "a model's bill of materials (CycloneDX)" },
}

local function help()
  local lines = { "hugh answers one question before a model is loaded: can I trust these files?", "", "Usage: hugh COMMAND [OPTIONS] …", "" }
  for _, command in ipairs(commands) do lines[#lines + 1] = ("  %-10s %s"):format(command[1], command[2]) end
  lines[#lines + 1] = ""
  lines[#lines + 1] = "`hugh COMMAND --help` lists a command's options. Try `hugh scan .` or `hugh score .` in a model's directory."
  lines[#lines + 1] = "Exit code: 0 nothing found, 1 found or blocked, 2 could not look."
  return table.concat(lines, "\n") .. "\n"
end

local function printable(text) return require("hugh.utf8").printable(text) end

---@param message string a sentence, or lines
---@return integer exit code
local function fail(message)
  io.stderr:write("hugh: ", (message:gsub("[^\n\t]+", printable)), "\n")
  return cli.FAILED
end

-- Standard output that notices a full disk or a closed pipe: a report that was cut must not pass for a clean one.
local function output()
  local out = { failed = nil }
  function out:write(...)
    local done, message = io.stdout:write(...)
    if not done then self.failed = self.failed or message end
  end
  function out:close()
    local done, message = io.stdout:flush()
    if not done then self.failed = self.failed or message end
    return self.failed
  end
  return out
end

---@param name string
---@param command table
---@param arguments string[]
---@return table|nil options, string|nil message
local function read_options(name, command, arguments)
  local rest, given = {}, {}
  for _, argument in ipairs(arguments) do
    if argument == "" then return nil, "an argument is empty; is a variable not set?" end
    local list = argument:sub(1, 1) == "-" and argument ~= "-" and given or rest
    list[#list + 1] = argument
  end
  local plain = #given == 0 or #given == 1 and command.plain and command.plain[given[1]]
  if command.positional and #rest > 0 and plain then
    local options = { [command.positional] = rest }
    if given[1] then options[plain] = true end
    return options
  end

  local parser = require("argparse")("hugh " .. name)
  parser:usage_max_width(100):help_max_width(100)
  command.configure(parser)
  local ok, options = parser:pparse(arguments)
  if ok then return options end
  local message = tostring(options):gsub("\n", ". "):gsub("[^.?]$", "%0.")
  for _, word in ipairs(given) do
    if require("hugh.core").realpath(word) then
      message = ("%s For the file of that name write './%s'."):format(message, word)
      break
    end
  end
  return nil, message .. " `hugh " .. name .. " --help` lists the options."
end

local function dispatch(arguments)
  local name = arguments[1]
  if name == "help" and arguments[2] then
    name, arguments = arguments[2], { arguments[2], "--help" }
  elseif name == nil or name == "--help" or name == "-h" or name == "help" then
    io.stdout:write(help())
    return name and cli.CLEAN or cli.FAILED
  end
  if name == "--version" or name == "-V" then
    io.stdout:write("hugh ", require("hugh.core").version, "\n")
    return cli.CLEAN
  end

  local names, known = {}, false
  for i, command in ipairs(commands) do
    names[i] = command[1]
    known = known or command[1] == name
  end
  if not known then
    if name:find("^%-") then return fail("the command comes first, then its options: hugh COMMAND " .. name) end
    return fail(("there is no command '%s'.%s `hugh --help` lists them."):format(name, require("hugh.suggest").hint(name, names)))
  end

  local rest = {}
  for i = 2, #arguments do rest[i - 1] = arguments[i] end
  local command = require("hugh.cli." .. name)
  local options, message = read_options(name, command, rest)
  if not options then return fail(message) end

  local out = output()
  local code
  code, message = command.run(options, out)
  local failed = out:close()
  if failed then return fail("could not write the output: " .. failed) end
  if not code then return fail(message) end
  return code
end

--- Runs the command line.
---@param arguments string[] like Lua's `arg`
---@return integer exit code
function cli.main(arguments)
  local ok, code = xpcall(dispatch, debug.traceback, arguments)
  if ok then return code end
  if tostring(code):find("interrupted!", 1, true) then -- what the Lua interpreters throw for SIGINT
    if require("hugh.core").is_terminal(2) then io.stderr:write("\r\27[K") end
    return cli.INTERRUPTED
  end
  return fail("this is a mistake in hugh, please report it: " .. code)
end

return cli
