-- What several commands do alike.

local common = {}

local function is_set(name) return (os.getenv(name) or "") ~= "" end

--- The painter for standard output: colours on a terminal that can, never with NO_COLOR (https://no-color.org), always with FORCE_COLOR.
---@return fun(name: string, text: string): string
function common.painter()
  local wanted = is_set("FORCE_COLOR") or os.getenv("TERM") ~= "dumb" and require("hugh.core").is_terminal(1)
  return require("hugh.report.style").painter(wanted and not is_set("NO_COLOR"))
end

--- A sentence for people, on standard error.
---@param message string
function common.say(message)
  io.stderr:write("hugh: ", require("hugh.utf8").printable(message), "\n")
end

--- Standard input as a source. It cannot seek, and a zip is read from its end, so it goes through a temporary file that has no name.
--- Nothing at all is a mistake (a download that failed, most likely), not an empty file.
---@return hugh.source|nil
---@return string|nil message
---@return string|nil code
function common.standard_input()
  local file, size = io.tmpfile(), 0
  if not file then return nil, "standard input: there is no room for a temporary file", "ETMP" end
  while true do
    local block, unread = io.stdin:read(65536)
    if unread then return nil, "standard input: " .. unread, "EREAD" end
    if not block then break end
    local written, message = file:write(block)
    if not written then return nil, "standard input: " .. message, "EWRITE" end
    size = size + #block
  end
  if size == 0 then return nil, "standard input: nothing came in", "EMPTY" end
  local kept, full = file:flush()
  if not kept then return nil, "standard input: " .. full, "EWRITE" end
  return {
    name = "-", size = size,
    read = function(offset, length)
      file:seek("set", offset)
      return file:read(length) or ""
    end,
  }
end

--- The paths among words of the command line, and whether `-`, standard input, is one of them.
---@param words string[]
---@return string[] paths
---@return boolean standard_input
function common.paths(words)
  local paths, standard_input = {}, false
  for _, word in ipairs(words) do
    if word == "-" then standard_input = true else paths[#paths + 1] = word end
  end
  return paths, standard_input
end

--- Declares the arguments of a command that are no options.
---@param parser table
---@param name string what the usage calls them
---@param target string where they go in the options
---@param about string
---@return table argument
function common.words(parser, name, target, about) return parser:argument(name, about):argname(name):target(target):args("+") end

--- Collects garbage as Lua does by default. bin/hugh puts that off, since most commands end soon; one that asks a network does not.
function common.tidy() collectgarbage("setpause", 200) end

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
