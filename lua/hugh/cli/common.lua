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

--- Declares --advisories.
---@param parser table
function common.advisories(parser)
  parser:option("--advisories", "Where known vulnerabilities come from: a folder or a zip of OSV records, or `osv` for OSV's API "
    .. "(default: hugh's own snapshot)."):argname("SOURCE")
end

--- Declares --timeout.
---@param parser table
function common.timeout(parser)
  parser:option("--timeout", "Longest time for all that is asked of servers, in seconds (default: as long as it takes). What was not read by "
    .. "then is unknown, and a model of which nothing is known was not looked at."):argname("SECONDS"):convert(function(text)
    local seconds = tonumber(text)
    if seconds and seconds > 0 and seconds < math.huge then return seconds end
    return nil, "--timeout wants a number of seconds, not '" .. text .. "'"
  end)
end

--- Progress of a model that is read from afar, on a terminal's standard error; nil where there is none.
---@param target string
---@return nil|fun(state: { files: integer, of: integer, bytes: integer }|nil) show called without a state, it clears the line
function common.progress(target)
  if not require("hugh.core").is_terminal(2) then return nil end
  local size, started, shown = require("hugh.report.style").bytes, os.time(), nil
  return function(state)
    if not state then
      if shown then io.stderr:write("\r\27[K") end
      return
    end
    local line = ("\rhugh: %s: %.0f of %.0f files, %s, %s/s"):format(require("hugh.utf8").printable(target), state.files, state.of,
      size(state.bytes), size(state.bytes / math.max(1, os.time() - started)))
    if line ~= shown then io.stderr:write(line, "\27[K") end
    shown = line
  end
end

return common
