local hugh = require("hugh")
local helper = dofile("spec/helper.lua")

local pickle = "\128\4K\1."

describe("hugh.scan", function()
  it("takes bytes, and a source that is read by ranges", function()
    local report = hugh.scan { data = pickle, name = "model.safetensors" }
    assert.are.equal("hugh.report/1", report.schema)
    assert.are.equal("suspicious", report.safety)
    local reads = 0
    local same = hugh.scan {
      name = "model.safetensors", size = #pickle,
      read = function(offset, length)
        reads = reads + 1
        return pickle:sub(offset + 1, offset + length)
      end,
    }
    assert.are.same(report.files[1].findings, same.files[1].findings)
    assert.is_true(reads > 0)
  end)

  it("lets a source yield", function()
    local co = coroutine.wrap(function()
      return hugh.scan {
        name = "x.bin", size = #pickle,
        read = function(offset, length)
          coroutine.yield("waiting")
          return pickle:sub(offset + 1, offset + length)
        end,
      }
    end)
    assert.are.equal("waiting", co())
    local report
    repeat report = co() until report ~= "waiting"
    assert.are.equal("pickle", report.files[1].kind)
  end)

  it("passes on what the world says", function()
    local report, message, code = hugh.scan { read = function() return nil, "the network is down", "EDOWN" end, size = 10 }
    assert.is_nil(report)
    assert.are.equal("the network is down", message)
    assert.are.equal("EDOWN", code)
    report, message, code = hugh.scan("/nowhere/at/all")
    assert.is_nil(report)
    assert.is_string(message)
    assert.are.equal("ENOENT", code)
  end)

  it("notices a source that is shorter than it said", function()
    local report = hugh.scan { name = "x.bin", size = 100000, read = function(offset, length) return pickle:sub(offset + 1, offset + length) end }
    assert.is_not.equal("safe", report.safety)
  end)

  it("throws at the caller's mistakes, naming the option that was meant", function()
    assert.has_error(function() hugh.scan(42) end)
    local ok, message = pcall(hugh.scan, "x", { thread = 2 })
    assert.is_false(ok)
    assert.matches("threads", message)
    assert.has_error(function() hugh.scan { read = function() return 5 end } end)
    ok, message = pcall(hugh.model, "examples/models/onnx", { sesion = {} })
    assert.is_false(ok)
    assert.matches("Did you mean 'session'", message)
  end)

  it("never calls a directory without files clean", function()
    local root = helper.directory()
    local report, _, code = hugh.scan(root)
    assert.is_nil(report)
    assert.are.equal("EMPTY", code)
    helper.remove(root)
  end)
end)

describe("hugh.classify", function()
  it("goes by content first", function()
    local class = hugh.classify { data = pickle, name = "model.safetensors" }
    assert.are.equal("pickle", class.kind)
    assert.are.equal("content", class.by)
    assert.are.equal("safetensors", class.expected)
    assert.matches("can run anything", class.about)
  end)

  it("neither waits for a FIFO nor reads a directory", function()
    local root = helper.directory()
    os.execute("mkfifo " .. root .. "/fifo")
    for path, wanted in pairs { [root .. "/fifo"] = "EINVAL", [root] = "EISDIR", [root .. "/nothing"] = "ENOENT" } do
      local class, message, code = hugh.classify(path)
      assert.is_nil(class)
      assert.matches(path, message, 1, true)
      assert.are.equal(wanted, code)
    end
    helper.remove(root)
  end)
end)
