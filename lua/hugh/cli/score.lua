-- hugh score TARGET…: how far to trust a model.

local cli = require("hugh.cli")
local common = require("hugh.cli.common")
local report = require("hugh.report")

local score = { positional = "targets" }

function score.configure(parser)
  parser:description("Judge a model before it is loaded: points, grade and verdict. TARGET is a directory, org/name[@revision] or a Hub URL. "
    .. "Exit code: 0 allow or warn, 1 block, 2 could not look.")
  common.words(parser, "TARGET", score.positional, "Models."):args("*")
  parser:option("-p --policy", "A policy's name or file (default: hugginghugh)."):argname("POLICY")
  common.advisories(parser)
  common.timeout(parser)
  parser:flag("--explain", "Say which statement of the policy gave each point and each verdict.")
  parser:mutex(
    parser:flag("--json", "Print one assessment (hugh.assessment/1), or an array of them for several targets."),
    parser:flag("--jsonl", "Print one line of JSON per target."),
    parser:flag("-q --quiet", "Print nothing; the exit code tells."))
  parser:option("--from-jsonl", "Rank models by metadata alone: a file with one Hub API record a line."):argname("FILE")
end

-- How many models lie side by side in a folder that is none itself. It is judged as one, which few people mean.
local function models_in(files)
  local folders, count = {}, 0
  for _, file in ipairs(files) do
    local folder, is_model = file.path:match("^([^/]+)/"), report.has_model { file }
    if not folder and (is_model or file.kind == "json") then return 0 end
    if folder and is_model and not folders[folder] then
      folders[folder], count = true, count + 1
    end
  end
  return count
end

---@param options table
---@param out table
---@return integer|nil
---@return string|nil message
function score.run(options, out)
  local policy, message = require("hugh.policy").load(options.policy or "hugginghugh")
  if not policy then return nil, message end
  if options.from_jsonl and #options.targets > 0 then return nil, "--from-jsonl ranks the records of a file: name no model beside it." end
  if options.from_jsonl then return require("hugh.cli.rank").run(policy, options, out) end
  if #options.targets == 0 then return nil, "name a model to score: a directory, org/name[@revision] or a Hub URL." end

  local json = (options.json or options.jsonl) and require("hugh.json")
  local paint, one = common.painter(), #options.targets == 1
  local rows, blocked, failed = {}, false, false
  local progress = common.progress(one and options.targets[1] or #options.targets .. " models")
  local function take(target, model, why)
    local result
    if progress then progress() end
    if model then result, why = require("hugh").assess(model, policy) end
    if not result then
      common.say(why)
      failed = true
    else
      blocked = blocked or result.verdict == "block"
      if options.jsonl then
        out:write(json.encode(result), "\n")
      elseif options.json or not (one or options.explain) then
        rows[#rows + 1] = { label = target, result = result }
      elseif not options.quiet then
        local text = require("hugh.report.scorecard")(result, { paint = paint, explain = options.explain })
        out:write(target == options.targets[1] and "" or "\n", text)
        local count = models_in(result.files)
        if count > 1 then common.say(("%s holds %.0f models, judged here as one; `hugh score %s/*` judges each"):format(target, count, target)) end
      end
    end
  end
  common.tidy()
  require("hugh.model").each(options.targets, { advisories = options.advisories, timeout = options.timeout, progress = progress }, take)
  if options.json and rows[1] then
    local results = json.array {}
    for i, row in ipairs(rows) do results[i] = row.result end
    out:write(json.encode(one and results[1] or results, { pretty = true }), "\n")
  elseif rows[1] and not options.quiet then
    out:write(require("hugh.report.models")(rows, paint))
  end
  return blocked and cli.FOUND or failed and cli.FAILED or cli.CLEAN
end

return score
