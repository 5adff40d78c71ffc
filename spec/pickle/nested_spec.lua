-- Bytes that a pickle hands to a loader.
local hugh = require "hugh"
local helper = dofile("spec/helper.lua")

local function scan(data) return assert(hugh.scan { name = "x.pkl", data = data }).files[1] end

local function u32(n) return string.char(n % 256, math.floor(n / 256) % 256, math.floor(n / 65536) % 256, math.floor(n / 16777216)) end

-- What torch.save wrote inside a tensor that was pickled the plain way.
local honest = helper.read("spec/fixtures/benign/torch/tensor.pkl"):sub(93, 366)
local evil = "\128\2cos\nsystem\n(X\4\0\0\0truetR."
local head = "\128\4ctorch.storage\n_load_from_bytes\n"

local function bytes(data) return "B" .. u32(#data) .. data end
local function ids(file)
  local list = {}
  for _, finding in ipairs(file.findings) do list[#list + 1] = finding.id end
  return list
end

describe("bytes for torch's loader", function()
  it("are the verdict, whatever they are", function()
    local file = scan(head .. bytes(honest) .. "\133R.")
    assert.are.equal("safe", file.safety)
    assert.are.same({ "pickle.nested" }, ids(file))
    assert.are.equal("safe", file.globals[1].class)
    local bad = scan(head .. bytes(honest .. evil) .. "\133R.")
    assert.are.equal("dangerous", bad.safety)
  end)

  it("do not excuse another pickle that hands the loader something else", function()
    local good, bad = head .. bytes(honest) .. "\133R.", head .. "N\133R."
    for _, order in ipairs { { good, bad }, { bad, good } } do
      local file = scan("\128\3cpickle\nloads\n" .. bytes(order[1]) .. "\133R0" .. order[2]:sub(3))
      assert.are.equal("_load_from_bytes", file.globals[2].name)
      assert.are.equal("dangerous", file.globals[2].class)
    end
  end)

  it("may be written as text for Python 2", function()
    local text = honest:gsub("[\128-\255]", function(c)
      local byte = c:byte()
      return string.char(byte < 192 and 0xc2 or 0xc3, 128 + byte % 64)
    end)
    local body = "\128\2ctorch.storage\n_load_from_bytes\nc_codecs\nencode\nX" .. u32(#text) .. text .. "X\6\0\0\0latin1\134R\133R."
    assert.are.equal("safe", scan(body).safety)
    local cut = "\128\2ctorch.storage\n_load_from_bytes\nc_codecs\nencode\nX" .. u32(#text - 4) .. text:sub(1, -5) .. "X\6\0\0\0latin1\134R\133R."
    assert.are.equal("unknown", scan(cut).safety)
  end)

  it("are not believed where the loader may read others", function()
    for name, body in pairs {
      bytearray = "\150" .. u32(#honest) .. "\0\0\0\0" .. honest .. "\133R.",
      ["no magic number"] = bytes("\128\2N.") .. "\133R.",
      ["more arguments"] = bytes(honest) .. "N\134R.",
      keywords = bytes(honest) .. "\133}\146.",
      ["no bytes at all"] = "N\133R.",
      ["never called"] = "0N.",
    } do
      assert.are.equal("dangerous", scan(head .. body).safety, name)
    end
  end)

  it("are too few where a pickle of torch's five is missing", function()
    assert.are.equal("unknown", scan(head .. bytes(honest:sub(1, 15)) .. "\133R.").safety)
  end)

  it("are scanned once however often they are loaded", function()
    local file = scan("\128\4cpickle\nloads\n\148" .. bytes(("N0"):rep(5000) .. "N.") .. "\148" .. ("h\0h\1\133R0"):rep(2000) .. "N.")
    assert.are.equal("dangerous", file.safety)
    assert.is_true(file.opcodes < 30000)
  end)
end)

describe("bytes that look like a pickle", function()
  it("are mentioned when they are only data", function()
    for _, opcode in ipairs { "B" .. u32(#evil), "C" .. string.char(#evil), "\142" .. u32(#evil) .. "\0\0\0\0" } do
      local file = scan("\128\4" .. opcode .. evil .. ".")
      assert.are.equal("safe", file.safety)
      assert.are.same({ "pickle.carried" }, ids(file))
    end
    assert.are.same({}, ids(scan("\128\4" .. bytes("\128\2N.") .. ".")))
  end)

  it("are scanned, not mentioned, when a loader is handed them", function()
    local file = scan("\128\4cpickle\nloads\n" .. bytes(evil) .. "\133R.")
    for _, id in ipairs(ids(file)) do assert.are_not.equal("pickle.carried", id) end
  end)
end)
