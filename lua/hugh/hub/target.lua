-- What people write to say which model they mean.

local url = require("hugh.hub.url")

local targets = {}

-- What follows a repository in the addresses of its pages and files, before a revision.
local pages = { tree = true, blob = true, resolve = true, raw = true, commit = true, commits = true }

-- The path of an address, and where it leads: people paste pages, files, API calls and what other tools call hf://.
---@return string|nil path
---@return string|nil endpoint, or message
local function read_address(target)
  local rest = target:match("^hf://(.+)$")
  if rest then return (rest:gsub("^models/", "")), nil end
  local address = target:gsub("^huggingface%.co/", "https://%0"):gsub("^hf%.co/", "https://%0")
  if not address:find("^%a[%w+.-]*://") then return nil end
  local parsed, message = url.parse(address)
  if not parsed then return nil, message end
  local endpoint = url.origin(parsed):gsub("//hf%.co$", "//huggingface.co"):gsub("//www%.huggingface%.co$", "//huggingface.co")
  return parsed.path:match("^/([^?]*)"):gsub("^api/models/", ""):gsub("/revision/", "/tree/"):gsub("/$", ""), endpoint
end

--- Takes a target apart: "org/name", "org/name@revision", or the address of a model's page or of one of its files. Old models without an
--- organisation are known by address alone (hf://gpt2): a name without a slash is far more often a directory misspelt.
---@param target string
---@return { repo: string, revision: string|nil, endpoint: string|nil }|nil
---@return string|nil message
---@return string|nil code
function targets.parse(target)
  local path, endpoint = read_address(target)
  if not path and endpoint then return nil, target .. ": " .. endpoint, "URL" end
  local repo, rest, revision
  if path then
    local kind = path:match("^(%l+)/")
    if kind == "datasets" or kind == "spaces" then return nil, ("%s: is one of the Hub's %s; hugh judges models"):format(target, kind), "TARGET" end
    repo, rest = path:match("^([^/@]+/[^/@]+)(.*)$")
    local is_page = repo and pages[repo:match("/(.*)")] and rest:find("^/.") and not pages[rest:match("^/(%l+)/")] -- gpt2/tree/main
    if not repo or is_page then repo, rest = path:match("^([^/@]+)(.*)$") end
    local page, named = (rest or ""):match("^/(%l+)/([^/]+)")
    revision = pages[page] and named:gsub("%%2[Ff]", "/") or (rest or ""):match("^@(refs/%l+/[^/]+)") or (rest or ""):match("^@([^/]+)")
  else
    repo, revision = target:match("^([^@]+)@(.+)$")
    repo = repo or target
  end
  local named = repo and (repo:find("^%w[%w._-]*/[%w_][%w._-]*$") or path and repo:find("^%w[%w._-]*$")) and not repo:find("..", 1, true)
  local fine = named and not (revision and (revision:find("[%c%s]") or revision:find("^%.*$")))
  if not fine then return nil, target .. ": is not a model's name (org/name or org/name@revision) or address", "TARGET" end
  return { repo = repo, revision = revision, endpoint = endpoint }
end

return targets
