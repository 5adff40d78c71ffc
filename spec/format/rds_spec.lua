-- R objects: data is walked through, functions and promises are named.
local core = require "hugh.core"

local function be(n) return string.char(math.floor(n / 2 ^ 24) % 256, math.floor(n / 65536) % 256, math.floor(n / 256) % 256, n % 256) end

local HEAD = { [2] = "X\n" .. be(2) .. be(0x040200) .. be(0x020300), [3] = "X\n" .. be(3) .. be(0x040200) .. be(0x030500) .. be(5) .. "UTF-8" }
local NULL = be(254)
local function text(s) return be(9) .. be(#s) .. s end
local function symbol(s) return be(1) .. text(s) end
local function pair(car, cdr, tag) return be(tag and 0x402 or 2) .. (tag and symbol(tag) or "") .. car .. (cdr or NULL) end
local real = be(14) .. be(2) .. ("\0"):rep(16)
local named = be(0x213) .. be(2) .. real .. be(16) .. be(1) .. text "x" .. pair(be(16) .. be(2) .. text "a" .. text "b", NULL, "names")

local function scan(name, bytes, piece)
  local source = core.scan { name = name, size = #bytes }
  for offset, length in source.need, source do
    if piece then length = math.min(length, piece) end
    source:feed(offset, bytes:sub(offset + 1, offset + length))
  end
  local report = source:report()
  return { report.safety, report.findings[1] and report.findings[1].id or "", report.kind }
end

describe("rds", function()
  it("is recognised whatever it is called, in both versions and inside RData", function()
    for _, name in ipairs { "model.rds", "model.bin", "model.RData" } do
      for _, piece in ipairs { 1, 100000 } do
        assert.same({ "unknown", "", "rds" }, scan(name, HEAD[2] .. named, piece))
        assert.same({ "unknown", "", "rds" }, scan(name, "RDX3\n" .. HEAD[3] .. pair(named, NULL, "fit"), piece))
      end
    end
  end)

  it("names functions and promises, wherever they lie", function()
    local environment = be(4) .. be(0) .. be(253) .. NULL .. NULL .. NULL
    local closure, promise = be(3) .. environment .. NULL .. named, be(5) .. NULL .. be(6) .. symbol "system" .. pair(be(16) .. be(1) .. text "true")
    for _, bytes in ipairs { closure, pair(named, pair(closure)), be(19) .. be(1) .. closure, be(0x20e) .. be(0) .. pair(closure, NULL, "f") } do
      assert.same({ "suspicious", "rds.code", "rds" }, scan("a.rds", HEAD[3] .. bytes))
    end
    assert.same({ "suspicious", "rds.promise", "rds" }, scan("a.rds", HEAD[2] .. pair(real, pair(promise))))
    assert.same({ "suspicious", "rds.code", "rds" }, scan("a.rds", HEAD[2] .. be(21) .. be(1)))
  end)

  it("is broken when it ends early, goes on, or holds what is none", function()
    local whole = HEAD[3] .. named
    for cut = 8, #whole - 1 do assert.equal("rds.broken", scan("a.rds", whole:sub(1, cut))[2]) end
    for _, bytes in ipairs { named .. "\0", be(99), be(13) .. be(2 ^ 31), be(19) .. be(2 ^ 32 - 1) .. be(2 ^ 31) .. be(0) } do
      assert.equal("rds.broken", scan("a.rds", HEAD[2] .. bytes)[2])
    end
  end)

  it("is not read in the form of text", function() assert.same({ "unknown", "scan.incomplete", "rds" }, scan("a.rds", "A\n3\n262914\n")) end)

  it("that is compressed may keep its name", function()
    local deflated = "\31\139\8\0\0\0\0\0\0\3" -- an empty gzip member is enough to go by
    assert.not_equal("file.kind-mismatch", scan("a.rds", deflated .. "\3\0" .. ("\0"):rep(8))[2])
  end)
end)
