-- safetensors: safe if and only if the reference implementation loads it and all libraries read the same.
local core = require "hugh.core"
local le = dofile("spec/helper.lua").le
local verdict = dofile("spec/format/safetensors_verdict.lua")

local function scan(header, data, options)
  options = options or {}
  local bytes = le(options.length or #header, 8) .. header .. ("\0"):rep(data or 0)
  options.length = nil
  options.name = options.name or "model.safetensors"
  local source = core.scan(options)
  for offset, length in source.need, source do
    if offset < #bytes then source:feed(offset, bytes:sub(offset + 1, offset + length)) else source:eof(#bytes) end
  end
  local report = source:report()
  local ids = {}
  for i, finding in ipairs(report.findings) do ids[i] = finding.id end
  return report.safety, table.concat(ids, " "), report
end

local A = '"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}'
local B = '"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}'

describe("safetensors", function()
  it("agrees with the reference implementation on every kept header", function()
    local cases, accepts, disagreements = verdict.compare(io.lines("spec/format/safetensors_cases.tsv"))
    assert.same({}, disagreements)
    assert.is_true(cases > 300 and accepts > 90)
  end)

  it("is safe when it is whole and valid, and says what it holds", function()
    local safety, ids, report = scan('{"__metadata__":{"format":"pt"},' .. A .. "," .. B .. "}", 4)
    assert.equal("safe", safety)
    assert.equal("", ids)
    assert.is_true(report.complete)
    assert.equal(2, report.notes["safetensors.tensors"])
    assert.equal("pt", report.notes["safetensors.format"])
  end)

  it("is not taken for a pickle when its header length starts like one", function()
    local safety, _, report = scan("{" .. A .. (" "):rep(384 - 2 - #A) .. "}", 2, { name = "weights" })
    assert.equal("safetensors", report.kind)
    assert.equal("safe", safety)
  end)

  it("reports what could hide bytes or make readers disagree", function()
    local function found(header, data) return select(2, scan(header, data)) end
    assert.equal("safetensors.trailing", found("{" .. A .. "}", 3))
    assert.equal("safetensors.truncated", found("{" .. A .. "}", 1))
    assert.equal("safetensors.overlap", found("{" .. A .. ',"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}', 3))
    assert.equal("safetensors.hole", found("{" .. A .. ',"b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}}', 5))
    assert.equal("safetensors.tensor", found('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,2]}}', 2))
    assert.equal("safetensors.header", found('{"a":{"dtype":"F31","shape":[2],"data_offsets":[0,2]}}', 2))
  end)

  it("skips fields that it does not know, whatever they hold, as the reference does", function()
    for _, value in ipairs { "1", '"x"', "null", "true", "-1.5e3", "{}", "[]", '{"a":[{"b":1}]}', "[[1],{}]" } do
      local field = '"extra":' .. value
      for _, tensor in ipairs { A:sub(1, -2) .. "," .. field .. "}", '"a":{' .. field .. "," .. A:sub(6) } do
        assert.equal("safe", (scan("{" .. tensor .. "," .. B .. "}", 4)), tensor)
      end
    end
  end)

  it("says no more of a header that takes more memory than it may than that", function()
    for _, space in ipairs { "", "  " } do -- as writers leave it, and as only the slower reader takes it
      local tensors = {}
      for i = 1, 20000 do tensors[i] = ('"t%d":%s{"dtype":"U8","shape":[1],"data_offsets":[%d,%d]}'):format(i, space, i - 1, i) end
      for kept = 350000, 550000, 10000 do
        local safety, ids = scan("{" .. table.concat(tensors, ",") .. "}", 20000, { limits = { kept = kept } })
        assert.same({ "unknown", "scan.budget" }, { safety, ids })
      end
    end
  end)

  it("is not safe when two tensors have one name, although the reference takes the last", function()
    local safety, ids = scan("{" .. A .. "," .. A .. "}", 2)
    assert.equal("suspicious", safety)
    assert.equal("safetensors.duplicate", ids)
  end)

  it("finds duplicates and disorder among many tensors", function()
    local members = {}
    for i = 0, 4999 do
      members[5000 - i] = ('"layer.%d.weight":{"dtype":"U8","shape":[1],"data_offsets":[%d,%d]}'):format(i, i, i + 1)
    end
    assert.equal("safe", (scan("{" .. table.concat(members, ",") .. "}", 5000)))
    members[5001] = members[17]
    assert.equal("safetensors.duplicate", select(2, scan("{" .. table.concat(members, ",") .. "}", 5000)))
    members[17] = members[18]
    assert.equal("suspicious", (scan("{" .. table.concat(members, ",") .. "}", 5000)))
  end)

  it("survives header lengths that are absurd", function()
    for _, length in ipairs { 0, 1, 100000001, 2 ^ 52 } do
      assert.not_equal("safe", (scan("{" .. A .. "}", 2, { length = length })))
    end
  end)
end)
