local ahead = require("hugh.io.ahead")
local core = require("hugh.core")

describe("read-ahead", function()
  -- Reads over a string, and a list of what was fetched.
  local function over(data, short, header)
    local fetched = {}
    local read, whole = ahead.wrap(#data, header == true, function(offset, length)
      fetched[#fetched + 1] = { offset, length }
      return data:sub(offset + 1, offset + math.min(length, short or length))
    end)
    return read, fetched, whole
  end

  it("takes small files whole, once", function()
    local read, fetched, whole = over(("x"):rep(1000))
    assert.equal("xxxxx", read(500, 5))
    assert.equal(("x"):rep(1000), read(0, 5000))
    assert.equal("", read(1000, 5))
    assert.equal(1, #fetched)
    assert.equal(1000, #whole())
  end)

  it("grows while a stream is walked, and starts anew after a jump", function()
    local read, fetched, whole = over(("x"):rep(10 * 2 ^ 20))
    local offset = 0
    for _ = 1, 4 do
      read(offset, 100)
      offset = fetched[#fetched][1] + fetched[#fetched][2]
    end
    assert.is_true(fetched[4][2] > fetched[2][2])
    read(8 * 2 ^ 20, 262144)
    assert.is_true(fetched[5][2] <= 65536)
    assert.is_nil(whole())
  end)

  it("takes at once what a scan knows it will use, and no more", function()
    local read, fetched = over(("x"):rep(2 ^ 20))
    read(300000, 200000)
    read(100000, 16384)
    assert.same({ { 300000, 200000 }, { 100000, 32768 } }, fetched)
  end)

  it("goes on with a stream that another read has interrupted", function()
    local read, fetched = over(("x"):rep(2 ^ 20))
    read(0, 262144)
    read(600000, 262144)
    read(32768, 262144)
    assert.same({ { 0, 32768 }, { 600000, 32768 }, { 32768, 262144 } }, fetched)
  end)

  it("takes a long header at once where one stands at the start", function()
    local read, fetched = over(("x"):rep(2 ^ 20), nil, true)
    assert.equal(100000, #read(0, 100000))
    assert.equal(1, #fetched)
  end)

  it("fetches the end of a file at once, since a zip's directory stands there", function()
    local read, fetched = over(("x"):rep(2 ^ 20))
    read(2 ^ 20 - 22, 22)
    read(2 ^ 20 - 20000, 19000)
    assert.equal(1, #fetched)
  end)

  it("lets a scan finish when the transport sends less than asked", function()
    local tensors, at = {}, 0
    for i = 1, 4000 do
      tensors[i], at = ('"t%d":{"dtype":"U8","shape":[100],"data_offsets":[%d,%d]}'):format(i, at, at + 100), at + 100
    end
    local header = "{" .. table.concat(tensors, ",") .. "}"
    local size = #header
    local data = string.char(size % 256, math.floor(size / 256) % 256, math.floor(size / 65536)) .. ("\0"):rep(5) .. header .. ("\0"):rep(at)
    local read, fetched = over(data, 20000)
    local scan = core.scan { name = "m.safetensors", size = #data, sparse = true }
    for offset, length in scan.need, scan do scan:feed(offset, read(offset, length)) end
    assert.equal("safe", scan:report().safety)
    assert.is_true(#fetched < 40)
  end)

  it("passes failures on, and calls an empty answer one", function()
    local read = ahead.wrap(10, false, function() return nil, "no network", "CONNECT" end)
    assert.same({ nil, "no network", "CONNECT" }, { read(0, 5) })
    read = ahead.wrap(10, false, function() return "" end)
    assert.equal("BROKEN", select(3, read(0, 5)))
  end)
end)
