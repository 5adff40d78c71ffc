-- Zip archives of data that hugh reads for itself, such as OSV's all.zip: one member at a time, each checked against its size and CRC. Models
-- are another matter: what a zip may hide from its loaders is for csrc/container.

local core = require("hugh.core")

---@class hugh.io.zip
---@field members { name: string, method: integer, crc: integer, packed: integer, size: integer, offset: integer }[]
local zip = {}
zip.__index = zip

local MEMBER_MOST = 16 * 2 ^ 20
local DIRECTORY_MOST = 256 * 2 ^ 20 -- OSV's largest ecosystem lists 300,000 records in 40 MB
local TAIL = 65535 + 22 -- the end record stands before a comment

-- The little-endian number of `length` bytes at a position.
local function number(bytes, position, length)
  local value = 0
  for i = position + length - 1, position, -1 do value = value * 256 + bytes:byte(i) end
  return value
end

local function read_at(file, offset, length)
  if length == 0 then return "" end
  local bytes = file:seek("set", offset) and file:read(length)
  return bytes and #bytes == length and bytes or nil
end

-- Where the central directory is, and how long.
local function find_directory(file, size)
  local from = math.max(0, size - TAIL)
  local tail = read_at(file, from, size - from) or ""
  for at = #tail - 21, 1, -1 do
    if tail:byte(at) == 80 and tail:sub(at, at + 3) == "PK\5\6" then
      local length, offset = number(tail, at + 12, 4), number(tail, at + 16, 4)
      local where = at > 20 and tail:sub(at - 20, at - 17) == "PK\6\7" and number(tail, at - 12, 8)
      local large = where and where < 2 ^ 53 and read_at(file, where, 56)
      if large and large:sub(1, 4) == "PK\6\6" then length, offset = number(large, 41, 8), number(large, 49, 8) end
      return offset, length
    end
  end
end

local function read_directory(directory)
  local members, at = {}, 1
  while at + 45 <= #directory and directory:sub(at, at + 3) == "PK\1\2" do
    local name, extra, comment = number(directory, at + 28, 2), number(directory, at + 30, 2), number(directory, at + 32, 2)
    members[#members + 1] = {
      name = directory:sub(at + 46, at + 45 + name), method = number(directory, at + 10, 2), crc = number(directory, at + 16, 4),
      packed = number(directory, at + 20, 4), size = number(directory, at + 24, 4), offset = number(directory, at + 42, 4),
    }
    at = at + 46 + name + extra + comment
  end
  return at == #directory + 1 and members or nil
end

--- Opens an archive.
---@param path string
---@return hugh.io.zip|nil
---@return string|nil message
---@return string|nil code
function zip.open(path)
  local file, message = io.open(path, "rb")
  if not file then return nil, message, "ENOENT" end
  local size = file:seek("end") or 0
  local offset, length = find_directory(file, size)
  local members
  if offset and offset >= 0 and length >= 0 and length <= DIRECTORY_MOST and offset + length <= size then
    local directory = read_at(file, offset, length)
    members = directory and read_directory(directory)
  end
  if not members then
    file:close()
    return nil, path .. ": is not a zip archive, or is cut short", "ZIP"
  end
  return setmetatable({ path = path, file = file, members = members }, zip)
end

--- The bytes of a member.
---@param member table one of `members`
---@return string|nil
---@return string|nil message
---@return string|nil code
function zip:read(member)
  local function fail(what) return nil, ("%s: %s %s"):format(self.path, member.name, what), "ZIP" end
  if member.size > MEMBER_MOST or member.packed > MEMBER_MOST then return fail("is too large") end
  local head = read_at(self.file, member.offset, 30)
  if not head or head:sub(1, 4) ~= "PK\3\4" then return fail("is not where the directory says") end
  local bytes = read_at(self.file, member.offset + 30 + number(head, 27, 2) + number(head, 29, 2), member.packed)
  if not bytes then return fail("is cut short") end
  if member.method == 0 and member.packed == member.size then return bytes end
  if member.method ~= 8 then return fail("is packed in a way that hugh does not read here") end
  local content, message = core.inflate(bytes, member.size, member.crc)
  if not content then return fail(": " .. message) end
  return content
end

--- Closes the archive.
function zip:close() self.file:close() end

return zip
