-- hugh explain FILE: the program a pickle would run.

local cli = require("hugh.cli")
local common = require("hugh.cli.common")
local report = require("hugh.report")
local style = require("hugh.report.style")
local utf8 = require("hugh.utf8")

local explain = { positional = "files" }

function explain.configure(parser)
  parser:description("Print the program that the pickles in a file would run: one line per effect, dangerous lines marked with !. "
    .. "Nothing is run. Exit code: 0 nothing found, 1 suspicious or dangerous, 2 could not look.")
  common.words(parser, "FILE", explain.positional, "Files; - is standard input.")
  parser:flag("--opcodes", "Print the opcodes instead, like python3 -m pickletools.")
  parser:flag("--json", "Print JSON.")
end

local marks = { dangerous = "! ", suspicious = "? " }

local LONG = 200 -- bytes of a harmless line that are shown: raw array data fills screens, and says nothing

-- As pickletools prints them; the file is named only where a pickle lies inside something.
local function print_opcodes(entry, out, paint)
  local member
  for _, line in ipairs(entry.lines) do
    if line.member ~= member then
      member = line.member
      out:write(paint("bold", utf8.printable(entry.path .. "!" .. member)), "\n")
    end
    local offset = line.offset and ("%5.0f: "):format(line.offset) or ""
    out:write(paint("dim", offset), utf8.printable(line.text), "\n")
  end
end

local function print_lines(entry, out, paint)
  local member = false
  for _, line in ipairs(entry.lines) do
    if line.member ~= member then
      member = line.member
      out:write(paint("bold", utf8.printable(entry.path .. (member and "!" .. member or ""))), "\n")
    end
    local offset = line.offset and ("%8.0f"):format(line.offset) or (" "):rep(8)
    local mark, text = marks[line.safety], utf8.printable(line.text)
    if not mark then text = style.cut(text, LONG) end
    out:write(paint("dim", offset), "  ", mark or "  ", mark and paint(line.safety, text) or text, "\n")
  end
end

---@param options table
---@param out table
---@return integer
function explain.run(options, out)
  local hugh = require("hugh")
  local paint, code, entries = common.painter(), cli.CLEAN, {}
  for _, path in ipairs(options.files) do
    local what, message, entry = path, nil, nil
    if path == "-" then what, message = common.standard_input() end
    if what then entry, message = hugh.explain(what, { opcodes = options.opcodes or false }) end
    if not entry then
      common.say(message)
      code = cli.FAILED
    else
      entries[#entries + 1] = entry
      if not options.json and #entry.lines == 0 then
        out:write(utf8.printable(path), " holds no pickle: it is ", entry.kind, ".\n")
      elseif not options.json then
        local print_entry = options.opcodes and print_opcodes or print_lines
        print_entry(entry, out, paint)
      end
      if report.order[entry.safety] > 2 and code == cli.CLEAN then code = cli.FOUND end
    end
  end
  if options.json then out:write(require("hugh.json").encode(entries, { pretty = true }), "\n") end
  return code
end

return explain
