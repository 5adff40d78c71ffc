-- What people configure for Hub clients, read from the environment under the names huggingface_hub uses.

local url = require("hugh.hub.url")

local settings = {}

local truthy = { ["1"] = true, on = true, yes = true, ["true"] = true }
local function flag(getenv, name) return truthy[(getenv(name) or ""):lower()] or false end

local function expand(path, home) return (path:gsub("^~", home)) end

local TOKEN_MOST = 4096 -- bytes of the file

local function first_line(path)
  local file = io.open(path, "r")
  if not file then return nil end
  local text = file:read(TOKEN_MOST)
  file:close()
  return text and text:match("^[^\r\n]*")
end

---@class hugh.hub.settings
---@field endpoint string without a slash at its end
---@field token string|nil
---@field home string
---@field cache string the folder of models--org--name folders
---@field offline boolean

--- Reads the settings. A token with characters that cannot stand in a header, or an endpoint that is not a URL, is a failure rather than
--- something to send.
---@param getenv? fun(name: string): string|nil os.getenv unless given
---@return hugh.hub.settings|nil
---@return string|nil message
---@return string|nil code "SETTINGS"
function settings.read(getenv)
  getenv = getenv or os.getenv
  local function get(name)
    local value = getenv(name)
    return value ~= "" and value or nil
  end
  local user = get("HOME") or "."
  local home = get("HF_HOME") or (get("XDG_CACHE_HOME") or user .. "/.cache") .. "/huggingface"
  home = expand(home, user)
  local endpoint = (get("HF_ENDPOINT") or "https://huggingface.co"):gsub("/+$", "")
  local parsed, message = url.parse(endpoint)
  if endpoint:find("[?#]") then parsed, message = nil, "a query has no place there" end
  if not parsed then return nil, ("HF_ENDPOINT is %s: %s"):format(endpoint, message), "SETTINGS" end

  local token = get("HF_TOKEN")
  if not token and not flag(getenv, "HF_HUB_DISABLE_IMPLICIT_TOKEN") then
    token = first_line(expand(get("HF_TOKEN_PATH") or home .. "/token", user))
  end
  token = token and token:match("^%s*(.-)%s*$")
  if token == "" then token = nil end
  if token and token:find("[^\33-\126]") then
    return nil, "the Hub token holds characters that no token has: look at HF_TOKEN or the token file", "SETTINGS"
  end
  return {
    endpoint = endpoint, token = token, home = home, cache = expand(get("HF_HUB_CACHE") or get("HUGGINGFACE_HUB_CACHE") or home .. "/hub", user),
    offline = flag(getenv, "HF_HUB_OFFLINE") or flag(getenv, "TRANSFORMERS_OFFLINE"),
  }
end

return settings
