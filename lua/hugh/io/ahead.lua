-- Read-ahead for remote files: a request costs far more than the kilobytes around the wanted ones, so reads grow to what a scan will
-- ask for next, and what came is kept for a while.

local ahead = {}

local SMALL = 128 * 1024 -- up to this a file is read whole; and the start of files that start with a long header
local HEAD = 32 * 1024 -- after a jump: enough for most headers
local WINDOW = 256 * 1024 -- what a scan asks for when it does not know where to stop; less is what it will use
local TAIL = 64 * 1024 -- a zip's end record, and its directory unless it is large
local STEP_MOST = 1024 * 1024 -- the reads of a stream that is walked to its end grow to this
local SKIP = 4096 -- a stream that leaves out no more than this is still walked
local KEPT = 1024 * 1024 -- bytes

--- Wraps a read function.
---@param size integer of the file
---@param header boolean the file starts with a header that is read from end to end, as SafeTensors and GGUF do
---@param read fun(offset: integer, length: integer): string|nil, string|nil, string|nil
---@return fun(offset: integer, length: integer): string|nil, string|nil, string|nil read may return more or fewer bytes than asked
---@return fun(): string|nil whole the file's bytes if one read got them all
function ahead.wrap(size, header, read)
  local blocks, kept, whole = {}, 0, nil

  -- Where to read from, how much, and how much a stream that goes on from there should read next.
  local function plan(offset, length)
    if size <= SMALL then return 0, size, HEAD end
    if offset == 0 and header then return 0, SMALL, 2 * SMALL end
    for _, block in ipairs(blocks) do
      local left_out = offset - block.offset - #block.bytes
      if left_out >= 0 and left_out <= SKIP then return offset, math.max(length, block.step), math.min(4 * block.step, STEP_MOST) end
    end
    if offset >= size - TAIL then return size - TAIL, TAIL, HEAD end
    return offset, length < WINDOW and math.max(length, HEAD) or HEAD, HEAD -- a scan may well jump again, and else goes on from here
  end

  local function reader(offset, length)
    for i = #blocks, 1, -1 do
      local block = blocks[i]
      if offset >= block.offset and offset < block.offset + #block.bytes then
        return block.bytes:sub(offset - block.offset + 1, offset - block.offset + length)
      end
    end
    if offset >= size then return "" end
    local from, count, step = plan(offset, length)
    local bytes, message, code = read(from, math.min(count, size - from))
    if not bytes then return nil, message, code end
    if from == 0 and #bytes == size then whole = bytes end
    if #bytes <= offset - from then return nil, "the answer is cut short", "BROKEN" end
    kept = kept + #bytes
    while blocks[1] and kept > KEPT do kept = kept - #table.remove(blocks, 1).bytes end
    blocks[#blocks + 1] = { offset = from, bytes = bytes, step = step }
    return bytes:sub(offset - from + 1, offset - from + length)
  end

  return reader, function() return whole end
end

return ahead
