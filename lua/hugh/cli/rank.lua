-- hugh score --from-jsonl FILE: models ranked by their metadata alone, one Hub API record a line.

local cli = require("hugh.cli")
local common = require("hugh.cli.common")
local json = require("hugh.json")
local style = require("hugh.report.style")
local utf8 = require("hugh.utf8")

local rank = {}

-- The better score first; of equals the one more people use, then by name, so that the order is always the same.
local function better(a, b)
  if a.score ~= b.score then return a.score > b.score end
  if a.downloads ~= b.downloads then return a.downloads > b.downloads end
  return a.target < b.target
end

---@param policy table
---@param lines fun(): string|nil
---@param complain fun(message: string)
---@return table[] ranked
local function assess(policy, lines, complain)
  local from_hub_info = require("hugh.model").from_hub_info
  local ranked, number = {}, 0
  for line in lines do
    number = number + 1
    if line:find("%S") then
      local info, message = json.decode(line)
      local facts = type(info) == "table" and (info.id or info.modelId) and from_hub_info(info) or nil
      if not facts then
        complain(("line %.0f is not a Hub record%s"):format(number, message and ": " .. message or ""))
      else
        local result = policy:assess(facts)
        ranked[#ranked + 1] = {
          target = result.target, score = result.score, coverage = result.coverage, grade = result.grade, verdict = result.verdict,
          downloads = facts.downloads or 0,
        }
      end
    end
  end
  table.sort(ranked, better)
  return ranked
end

---@param policy table
---@param options table
---@param out table
---@return integer|nil
---@return string|nil message
function rank.run(policy, options, out)
  local file, message = io.stdin, nil
  if options.from_jsonl ~= "-" then file, message = io.open(options.from_jsonl, "rb") end
  if not file then return nil, message end
  local failed = false
  local ranked = assess(policy, file:lines(), function(what)
    failed = true
    common.say(options.from_jsonl .. ": " .. what)
  end)
  if #ranked == 0 then return nil, options.from_jsonl .. ": there are no records in it" end
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
  return failed and cli.FAILED or blocked and cli.FOUND or cli.CLEAN
end

return rank
