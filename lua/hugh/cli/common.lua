-- What several commands do alike.

local common = {}

--- The painter for standard output: colours on a terminal, unless NO_COLOR is set (https://no-color.org) or the terminal is dumb.
---@return fun(name: string, text: string): string
function common.painter()
  local no_color = os.getenv("NO_COLOR")
  local wanted = (no_color == nil or no_color == "") and os.getenv("TERM") ~= "dumb"
  return require("hugh.report.style").painter(wanted and require("hugh.core").is_terminal(1))
end

--- A sentence for people, on standard error.
---@param message string
function common.say(message)
  io.stderr:write("hugh: ", require("hugh.utf8").printable(message), "\n")
end

return common
