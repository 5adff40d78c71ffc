-- Texts that are used megabytes behind the place where they were written: they are read again, and the scan goes on and ends.
local core = require "hugh.core"

local function text(s) return "X" .. string.char(#s, 0, 0, 0) .. s end

local function far_pickle()
  local filler = {}
  for i = 1, 6000 do filler[i] = "C\255" .. string.char(i % 251):rep(128) .. string.char(i % 241):rep(127) .. "0" end
  return "\128\2" .. text "latin1" .. "q\0" .. text "os" .. "q\1" .. text "system" .. "q\2" .. table.concat(filler)
    .. "c_codecs\nencode\n" .. text "x" .. "h\0\134R0" .. "h\1h\2\147" .. text "true" .. "\133R."
end

local function named(report)
  local found = {}
  for _, global in ipairs(report.globals) do found[global.module .. "." .. global.name] = global.called end
  return found
end

describe("a text far behind the opcode that uses it", function()
  it("is read again", function()
    local bytes, reads = far_pickle(), 0
    local scan = core.scan { name = "far.pkl", size = #bytes }
    for offset, length in scan.need, scan do
      reads = reads + 1
      assert.truthy(reads < 200, "the scan reads the same places over and over")
      scan:feed(offset, bytes:sub(offset + 1, offset + length))
    end
    assert.is_true(named(scan:report())["os.system"])
  end)

  it("is decompressed again", function()
    local path = os.tmpname()
    local pipe = assert(io.popen("/usr/bin/python3 -c 'import sys, zlib; sys.stdout.buffer.write(zlib.compress(sys.stdin.buffer.read()))' > " .. path, "w"))
    pipe:write(far_pickle())
    pipe:close()
    local report = assert(core.scan_file(path, { name = "far.pkl.z" }))
    os.remove(path)
    assert.is_true(named(report)["os.system"])
    assert.equal("dangerous", report.safety)
  end)
end)
