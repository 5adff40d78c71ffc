-- URLs as the Hub client needs them: http and https only, no user names inside, resolved and compared by origin.

local url = {}

---@class hugh.url
---@field scheme "http"|"https"
---@field host string lower case; IPv6 addresses in brackets
---@field port integer
---@field path string path and query; never empty

--- Takes a URL apart. Anything but plain http and https is refused: so are user names, control characters and spaces.
---@param text string
---@return hugh.url|nil
---@return string|nil message
function url.parse(text)
  if text:find("[%c%s\127-\255\\]") then return nil, "the URL holds characters that URLs have not" end
  local scheme, authority, rest = text:match("^(%a[%w+.-]*)://([^/?#]*)([^#]*)")
  scheme = scheme and scheme:lower()
  if scheme ~= "http" and scheme ~= "https" then return nil, "not an http or https URL" end
  local host, port = authority:match("^(%[[%x:.]+%]):?(%d*)$")
  if not host then host, port = authority:match("^([%w._-]+):?(%d*)$") end
  if not host then return nil, "the URL has no plain host name" end
  port = port ~= "" and tonumber(port) or (scheme == "https" and 443 or 80)
  if port < 1 or port > 65535 then return nil, "the URL has no valid port" end
  if rest:sub(1, 1) ~= "/" then rest = "/" .. rest end
  return { scheme = scheme, host = host:lower(), port = port, path = rest }
end

--- Scheme, host and port: what decides whether two URLs are the same server.
---@param parsed hugh.url
---@return string
function url.origin(parsed)
  local default = parsed.scheme == "https" and 443 or 80
  return parsed.scheme .. "://" .. parsed.host .. (parsed.port ~= default and (":%d"):format(parsed.port) or "")
end

---@param parsed hugh.url
---@return string
function url.format(parsed) return url.origin(parsed) .. parsed.path end

--- Resolves a Location header.
---@param base hugh.url
---@param location string
---@return hugh.url|nil
---@return string|nil message
function url.join(base, location)
  if location:find("^%a[%w+.-]*:") then return url.parse(location) end
  if location:sub(1, 2) == "//" then return url.parse(base.scheme .. ":" .. location) end
  if location:sub(1, 1) == "?" then return url.parse(url.origin(base) .. base.path:match("^[^?]*") .. location) end
  if location:sub(1, 1) ~= "/" then location = base.path:match("^([^?]*/)") .. location end
  return url.parse(url.origin(base) .. location)
end

--- Is the host an address or a name that only a private network gives out? (A name that resolves to such an address is the transport's to
--- refuse, when it connects.)
---@param host string
---@return boolean
function url.is_local_name(host)
  return host:sub(1, 1) == "[" or host:find("^[%d.]+$") ~= nil or host:find("^0x") ~= nil or not host:find(".", 1, true)
    or host:find("%.local$") ~= nil or host:find("%.internal$") ~= nil or host:find("%.localhost$") ~= nil or host:find("%.$") ~= nil
end

--- Percent-encodes one path segment or query value.
---@param text string
---@return string
function url.encode(text)
  return (text:gsub("[^%w%-._~]", function(char) return ("%%%02X"):format(char:byte()) end))
end

--- Percent-encodes a path, its slashes kept.
---@param path string
---@return string
function url.encode_path(path)
  return (path:gsub("[^%w%-._~/]", function(char) return ("%%%02X"):format(char:byte()) end))
end

return url
