-- One file of a repository, read in ranges. It remembers where the file was found (the CDN's signed address saves a request per read), and
-- what was promised about it: a file that is not the one the tree lists is refused, whichever server it comes from.

local exchange = require("hugh.hub.exchange")
local url = require("hugh.hub.url")

---@class hugh.hub.file
---@field path string
---@field size integer as the tree lists it
---@field bytes_read integer
---@field requests integer
local file = {}
file.__index = file

-- A server without ranges sends everything every time: small files are then read whole, larger ones given up.
local WHOLE_MOST = 4 * 2 ^ 20

--- A file at a commit.
---@param client hugh.hub.client
---@param repo string
---@param commit string
---@param entry hugh.hub.entry
---@return hugh.hub.file
function file.new(client, repo, commit, entry)
  local resolve = ("%s/%s/resolve/%s/%s"):format(client.endpoint, url.encode_path(repo), commit, url.encode_path(entry.path))
  return setmetatable({
    client = client, commit = commit, entry = entry, path = entry.path, size = entry.size, resolve = resolve, address = resolve,
    bytes_read = 0, requests = 0,
  }, file)
end

-- Numbers that servers state may be beyond all integers.
local function other_size(self, served)
  if type(served) == "number" then served = ("%.0f"):format(served) end
  return nil, ("is listed with %.0f bytes but served with %s"):format(self.size, served), "SIZE"
end

local function strong(etag) return etag and etag:match('^"[^"]*"$') end

-- What the first answer promises must be what the tree said.
local function check_promise(self, headers)
  local commit, size = headers["x-repo-commit"], tonumber(headers["x-linked-size"])
  local etag = (headers["x-linked-etag"] or ""):match('^"?(%x+)"?$')
  if commit and commit:lower() ~= self.commit then return nil, "comes from another commit than the one that was listed", "CHANGED" end
  if size and size ~= self.size then return other_size(self, size) end
  if etag and #etag == 64 and self.entry.sha256 and etag:lower() ~= self.entry.sha256 then
    return nil, "is served with another digest than the one that is listed", "CHANGED"
  end
  return true
end

-- Bytes of a 206 answer.
local function partial(self, response, offset, length)
  local first, last, total = (response.headers["content-range"] or ""):match("^%s*bytes%s+(%d+)%-(%d+)/(%d+)%s*$")
  first, last, total = tonumber(first), tonumber(last), tonumber(total)
  if not first or first ~= offset or last < first or last >= offset + length then return nil, "the server answered with another range", "PROTOCOL" end
  if total ~= self.size then return other_size(self, total) end
  if response.truncated or #response.body ~= last - first + 1 then return nil, "the answer has another length than it says", "BROKEN" end
  return response.body
end

local fetch_range

-- Bytes of a 200 answer to a range request: everything from the start.
local function complete(self, response, offset, length)
  local promised = tonumber(response.headers["content-length"])
  if not response.headers["content-encoding"] and promised and promised ~= self.size then return other_size(self, promised) end
  if response.truncated and #response.body >= self.size then return other_size(self, "more") end
  if response.truncated and offset == 0 then return response.body end
  if response.truncated then
    if self.size > WHOLE_MOST then return nil, "the server cannot send parts of files", "NO_RANGES" end
    return fetch_range(self, 0, self.size, offset, length)
  end
  if #response.body ~= self.size then return other_size(self, #response.body) end
  self.whole = response.body
  return self.whole:sub(offset + 1, offset + length)
end

-- Asks for [from, from + count) and returns the bytes of [offset, offset + length) out of the answer.
function fetch_range(self, from, count, offset, length)
  local headers = { ["range"] = ("bytes=%.0f-%.0f"):format(from, from + count - 1), ["accept-encoding"] = "identity" }
  local again = self.address ~= self.resolve
  if self.etag then headers["if-range"] = self.etag end
  local response, message, code = exchange.send(self.client, { url = self.address, headers = headers, limit = count }, self)
  if not response then return nil, message, code end
  if again and (response.status == 403 or response.status == 404 or response.status == 410) then -- the signature ran out
    self.address, self.etag = self.resolve, nil
    return fetch_range(self, from, count, offset, length)
  end
  if response.status == 416 then return other_size(self, "fewer") end
  if response.status ~= 200 and response.status ~= 206 then return self.client:failure(response) end
  if (response.headers["content-encoding"] or "identity") ~= "identity" then return nil, "the server compressed the file", "PROTOCOL" end
  local kept, why, kind = check_promise(self, response.first)
  if not kept then return nil, why, kind end
  local etag = response.headers["etag"]
  if self.seen_etag and etag and etag ~= self.seen_etag and response.url == self.address then
    return nil, "changed while it was read", "CHANGED"
  end
  self.address, self.etag, self.seen_etag = response.url, strong(etag), etag
  if response.status == 206 then return partial(self, response, from, count) end
  return complete(self, response, offset, length)
end

--- Reads a range; the result may be shorter than asked, never longer.
---@param offset integer
---@param length integer
---@return hugh.hub.exchange result: bytes
function file:read(offset, length)
  return exchange.new(function()
    if self.whole then return self.whole:sub(offset + 1, offset + length) end
    length = math.min(length, self.size - offset)
    if length <= 0 then return "" end
    return fetch_range(self, offset, length, offset, length)
  end)
end

return file
