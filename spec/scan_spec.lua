-- The want/feed machine, whatever is fed.
local core = require "hugh.core"
local helper = dofile "spec/helper.lua"

local function drive(bytes, options, piece)
  options = options or {}
  if options.size == nil then options.size = #bytes elseif not options.size then options.size = nil end
  local scan = core.scan(options)
  for offset, length in scan.need, scan do
    if piece then length = math.min(length, piece) end
    scan:feed(offset, bytes:sub(offset + 1, offset + length))
  end
  return scan:report()
end

describe("a scan", function()
  it("names an empty source for what it is", function()
    local report = drive("")
    assert.equal("empty", report.kind)
    assert.equal("file.empty", report.findings[1].id)
  end)

  it("names a download that is not finished for what it is", function()
    for _, suffix in ipairs { ".incomplete", ".part", ".partial", ".crdownload" } do
      local report = drive("plain text", { name = "a.txt" .. suffix })
      assert.equal("file.partial", report.findings[1].id)
      assert.is_false(report.complete)
      assert.equal("unknown", report.safety)
    end
  end)

  it("gives the same report however small the pieces are that it is fed", function()
    local text = ("hello world\n"):rep(50)
    assert.same(drive(text, { name = "a.safetensors" }).findings, drive(text, { name = "a.safetensors" }, 1).findings)
  end)

  it("says so when the source is shorter than promised, and is then never safe", function()
    local report = drive("just a little text", { name = "a.txt", size = 4000 })
    assert.equal("scan.shrunk", report.findings[1].id)
    assert.is_false(report.complete)
    assert.not_equal("safe", report.safety)
  end)

  it("does not use bytes any more once it was fed others, even where those are of no use", function()
    local program = "\128\2N."
    local scan = core.scan { name = "a.pkl", size = #program }
    assert.equal(0, (scan:need()))
    scan:feed(0, program)
    scan:feed(4096, "behind the end")
    assert.equal("want", (scan:step()))
    scan:feed(0, program)
    assert.equal("done", (scan:step()))
    assert.equal("safe", scan:report().safety)
  end)

  it("sorts what is out of order in slices as well", function()
    local function slices(order)
      local tensors = {}
      for i = 1, 5000 do
        local at = order(i)
        tensors[i] = ('"t%d":{"dtype":"U8","shape":[1],"data_offsets":[%d,%d]}'):format(i, at, at + 1)
      end
      local header = "{" .. table.concat(tensors, ",") .. "}"
      local data = helper.le(#header, 8) .. header .. ("\0"):rep(5000)
      local scan, count = core.scan { name = "a.safetensors", size = #data }, 0
      while true do
        local next, offset, length = scan:step(1000)
        if next == "done" then break end
        if next == "want" then scan:feed(offset, data:sub(offset + 1, offset + length)) else count = count + 1 end
      end
      assert.equal("safe", scan:report().safety)
      return count
    end
    local sorted = slices(function(i) return i - 1 end)
    assert.is_true(slices(function(i) return 5000 - i end) > sorted + 500)
  end)

  it("reads a source of unknown size to its end", function()
    local scan = core.scan { name = "a.txt" }
    local bytes = "plain text"
    for offset, length in scan.need, scan do scan:feed(offset, bytes:sub(offset + 1, offset + length)) end
    local report = scan:report()
    assert.equal("text", report.kind)
    assert.equal(#bytes, report.size)
    assert.equal("safe", report.safety)
  end)

  it("finds what follows a text that claims to reach beyond a source of unknown size", function()
    local bytes = "\128\2X\255\255\255\15" .. ("x"):rep(5000) .. "\128\2cos\nsystem\nq\0X\4\0\0\0trueq\1\133q\2Rq\3."
    local sized, unsized = drive(bytes, { name = "a.pkl" }), drive(bytes, { name = "a.pkl", size = false })
    assert.equal("dangerous", sized.safety)
    assert.same(sized.findings, unsized.findings)
    assert.same(sized.globals, unsized.globals)
  end)

  it("gets on with however little work it is given at a time", function()
    local path = "spec/fixtures/benign/torch/module.pt"
    local bytes, slices = helper.read(path), 0
    local scan = core.scan { name = path, size = #bytes }
    while true do
      local what, offset, length = scan:step(1)
      if what == "done" then break end
      if what == "want" then scan:feed(offset, bytes:sub(offset + 1, offset + length)) end
      slices = slices + 1
      assert.is_true(slices < 10000)
    end
    assert.same(core.scan_file(path).findings, scan:report().findings)
  end)

  it("does not ask for bytes where no source has any", function()
    local scan = core.scan { name = "a.pkl" }
    local bytes = "\128\4\141\255\255\255\255\255\255\255\255 and so on"
    for offset, length in scan.need, scan do
      assert.is_true(offset < 2 ^ 53)
      scan:feed(offset, bytes:sub(offset + 1, offset + length))
    end
    assert.equal(#bytes, scan:report().size)
  end)

  it("sees as much of a broken stream however small the pieces are that it is fed", function()
    local directory = helper.directory()
    helper.write(directory .. "/a.json", ("{\"a\": [1, 2, 3]}, "):rep(20000))
    assert(os.execute("gzip -n " .. directory .. "/a.json"))
    local bytes = helper.read(directory .. "/a.json.gz"):sub(1, -20)
    helper.remove(directory)
    local whole = drive(bytes, { name = "a.json.gz" })
    assert.same(whole.findings, drive(bytes, { name = "a.json.gz" }, 100).findings)
    assert.equal(whole.inflated, drive(bytes, { name = "a.json.gz" }, 100).inflated)
  end)

  it("throws at an unknown option and names the likely one", function()
    assert.has_error(function() core.scan { sprase = true } end, "unknown option 'sprase': did you mean 'sparse'?")
    assert.has_error(function() core.scan { limits = { nestign = 3 } } end, "unknown limit 'nestign': did you mean 'nesting'?")
  end)

  it("reports an unfinished scan as such", function()
    local report, message, code = core.scan({ size = 10 }):report()
    assert.is_nil(report)
    assert.equal("UNFINISHED", code)
    assert.truthy(message)
  end)
end)
