-- hugh cache: score what is already in the local Hub cache.

local cli = require("hugh.cli")
local common = require("hugh.cli.common")
local style = require("hugh.report.style")
local utf8 = require("hugh.utf8")

local command = {}

function command.configure(parser)
  parser:description("Score every snapshot in the local Hub cache ($HF_HUB_CACHE, $HF_HOME/hub). Exit code: 0 all allowed, 1 a snapshot is "
    .. "blocked or a blob is not what its name says, 2 could not look.")
  parser:option("-p --policy", "A policy's name or file (default: hugginghugh)."):argname("POLICY")
  parser:option("-d --directory", "Another cache folder."):argname("DIR")
  common.advisories(parser)
  common.timeout(parser)
  parser:flag("--verify", "Recompute the digest of each blob and compare it with its name.")
  parser:mutex(
    parser:flag("--json", "Print an array of assessments (hugh.assessment/1)."),
    parser:flag("-q --quiet", "Print nothing; the exit code tells."))
end

-- Compares every blob with its name. Returns whether one is broken, and whether something could not be compared.
local function verify(found, say)
  local cache, broken, failed = require("hugh.model.cache"), false, false
  local intact_count, intact_bytes = 0, 0
  for _, snapshot in ipairs(found.snapshots) do
    local loose = cache.loose(snapshot)
    if loose[1] then
      common.say(("%s@%s: %s, no link to a blob: nothing says what should be in there"):format(
        snapshot.repo, snapshot.commit:sub(1, 12), loose[2] and style.count(#loose, "file") .. " such as " .. loose[1] or loose[1]))
      failed = true
    end
  end
  for _, blob in ipairs(found.blobs) do
    local intact, message = cache.verify(blob)
    if intact == nil then
      common.say(message)
      failed = true
    elseif not intact then
      say(("corrupt  %s  %s is not what its name says\n"):format(utf8.printable(blob.repo), utf8.printable(blob.path)))
      broken = true
    else
      intact_count, intact_bytes = intact_count + 1, intact_bytes + blob.size
    end
  end
  say(("intact   %s, %s\n"):format(style.count(intact_count, "blob"), style.bytes(intact_bytes)))
  return broken, failed
end

---@param options table
---@param out table
---@return integer|nil
---@return string|nil message
function command.run(options, out)
  local policy, message = require("hugh.policy").load(options.policy or "hugginghugh")
  if not policy then return nil, message end
  local folder = options.directory
  if not folder then
    local settings
    settings, message = require("hugh.hub.settings").read()
    if not settings then return nil, message end
    folder = settings.cache
  end
  local found, code
  found, message, code = require("hugh.model.cache").list(folder)
  if code == "ENOENT" then return nil, folder .. ": there is no Hub cache here; --directory, HF_HUB_CACHE or HF_HOME say where one is." end
  if not found then return nil, message end
  for _, problem in ipairs(found.problems) do common.say(problem) end
  if #found.snapshots == 0 then return nil, folder .. ": there are no models in this cache" end

  local hugh, rows, session = require("hugh"), {}, {}
  local function say(text) if not options.quiet and not options.json then out:write(text) end end
  local blocked, failed = false, #found.problems > 0
  for _, snapshot in ipairs(found.snapshots) do
    local model, result
    model, message = hugh.model(snapshot.path, { advisories = options.advisories, timeout = options.timeout, session = session })
    if model then result, message = hugh.assess(model, policy) end
    if result then
      blocked = blocked or result.verdict == "block"
      local refs = snapshot.revisions[1] and " (" .. table.concat(snapshot.revisions, ", ") .. ")" or ""
      rows[#rows + 1] = { label = ("%s@%s%s"):format(snapshot.repo, snapshot.commit:sub(1, 12), refs), result = result }
    else
      common.say(message)
      failed = true
    end
  end
  if rows[1] then say(require("hugh.report.models")(rows, common.painter())) end
  local broken, unread = false, false
  if options.verify then broken, unread = verify(found, say) end
  if options.json then
    local json = require("hugh.json")
    local results = json.array {}
    for i, row in ipairs(rows) do results[i] = row.result end
    out:write(json.encode(results, { pretty = true }), "\n")
  end
  return (blocked or broken) and cli.FOUND or (failed or unread) and cli.FAILED or cli.CLEAN
end

return command
