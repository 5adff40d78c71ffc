-- hugh score --from-jsonl FILE: models ranked by their metadata alone, one Hub API record a line.

local cli = require("hugh.cli")
local common = require("hugh.cli.common")
local json = require("hugh.json")
local style = require("hugh.report.style")
local utf8 = require("hugh.utf8")

local rank = {}

local PART_LEAST = 2 ^ 19 -- bytes of a file that are worth a worker
local TOLD_MOST = 10 -- bad lines; more are counted

-- The better score first; of equals the one more people use, then by name, so that the order is always the same.
local function better(a, b)
  if a.score ~= b.score then return a.score > b.score end
  if a.downloads ~= b.downloads then return a.downloads > b.downloads end
  return a.target < b.target
end

-- A record of the Hub, or nil and what is wrong with the line.
local function read(line)
  local info, message = json.decode_quickly((line:gsub("^\239\187\191", ""))) -- a BOM: files are joined
  if type(info) ~= "table" then return nil, message or "it is no object" end
  local id = info.id or info.modelId
  if type(id) ~= "string" or id == "" then return nil, "it has no id" end
  return info
end

-- Judges records, one a line. Returns them in the order given, how many lines there were, and what was wrong with the first of the bad ones.
local function judge(policy, lines)
  local facts_of = require("hugh.model.record").lazy
  local judged, number, mistakes, bad, today = {}, 0, {}, 0, os.date("!%Y-%m-%d")
  for line in lines do
    number = number + 1
    if line:find("%S") then
      local info, message = read(line)
      if not info then
        bad = bad + 1
        if bad <= TOLD_MOST then mistakes[bad] = { line = number, message = "is not a Hub record: " .. message } end
      else
        local facts = facts_of(info)
        local entry = policy:rank(facts, today)
        entry.downloads = facts.downloads or 0
        judged[#judged + 1] = entry
      end
    end
  end
  return { judged = judged, lines = number, mistakes = mistakes, bad = bad }
end

--- Judges the records of a file that start in bytes `from` to `to - 1`; what a worker runs.
---@return string JSON
function rank.part(policy_name, path, from, to)
  local policy = assert(require("hugh.policy").load(policy_name))
  local file = assert(io.open(path, "rb"))
  if from > 0 then
    file:seek("set", from - 1)
    file:read("*l") -- the line that starts before belongs to the part before
  end
  local at = file:seek()
  local part = judge(policy, function()
    if at >= to then return nil end
    local line = file:read("*l")
    at = at + (line and #line + 1 or 0)
    return line
  end)
  file:close()
  return json.encode_quickly(part)
end

-- Shares a file among workers, one a core. Without luv, or for a small file, this state does it alone.
local function judge_file(policy, policy_name, file, path)
  local size = path ~= "-" and file:seek("end")
  local ok, uv = pcall(require, "luv")
  local workers = ok and math.min(#uv.cpu_info(), math.floor((size or 0) / PART_LEAST)) or 0
  if not size or workers < 2 then
    if size then file:seek("set", 0) end
    return { judge(policy, file:lines()) }
  end
  local parts = {}
  for i = 1, workers do
    local work = uv.new_work(function(lua_path, lua_cpath, ...)
      package.path, package.cpath = lua_path, lua_cpath
      return pcall(require("hugh.cli.rank").part, ...)
    end, function(fine, text) parts[i] = fine and json.decode_quickly(text) or { failed = text } end)
    work:queue(package.path, package.cpath, policy_name, path, math.floor(size / workers * (i - 1)), math.floor(size / workers * i))
  end
  uv.run()
  return parts
end

---@param policy table
---@param options table
---@param out table
---@return integer|nil
---@return string|nil message
function rank.run(policy, options, out)
  local path = options.from_jsonl
  local file, message = io.stdin, nil
  if path ~= "-" then file, message = io.open(path, "rb") end
  if not file then return nil, message end
  message = path ~= "-" and select(2, file:read(0)) -- a directory opens, too
  if message then return nil, path .. ": " .. message end
  local parts = judge_file(policy, options.policy or "hugginghugh", file, path)
  local ranked, lines, bad = {}, 0, 0
  for _, part in ipairs(parts) do
    if part.failed then return nil, path .. ": " .. part.failed end
    for _, entry in ipairs(part.judged) do ranked[#ranked + 1] = entry end
    for i, mistake in ipairs(part.mistakes) do
      if bad + i <= TOLD_MOST then common.say(("%s: line %.0f %s"):format(path, lines + mistake.line, mistake.message)) end
    end
    lines, bad = lines + part.lines, bad + part.bad
  end
  if bad > TOLD_MOST then common.say(("%s: and %.0f lines more are none"):format(path, bad - TOLD_MOST)) end
  if #ranked == 0 then return nil, path .. ": there are no records in it; each line is to be what the Hub's API says of a model, in JSON" end
  table.sort(ranked, better)
  local blocked = false
  local paint = common.painter()
  for place, entry in ipairs(ranked) do
    blocked = blocked or entry.verdict == "block"
    entry.place = place
    if options.jsonl then
      out:write(json.encode(entry), "\n")
    elseif not options.json and not options.quiet then
      out:write(("%6.0f  "):format(place), paint(entry.grade, entry.grade), ("  %5.1f  of %3.0f  "):format(entry.score, entry.coverage),
        paint(entry.verdict, style.pad(entry.verdict, 6)), utf8.printable(entry.target), "\n")
    end
  end
  if options.json then out:write(json.encode(ranked, { pretty = true }), "\n") end
  return bad > 0 and cli.FAILED or blocked and cli.FOUND or cli.CLEAN
end

return rank
