-- What a pickle may cost: time and memory grow with its size, whatever it holds.
local core = require("hugh.core")
local hugh = require("hugh")

local function scan(data) return hugh.scan({ name = "a.pkl", data = data }).files[1] end

local function u32(n) return string.char(n % 256, math.floor(n / 256) % 256, math.floor(n / 65536) % 256, math.floor(n / 16777216) % 256) end

local function many(n, make)
  local parts = {}
  for i = 1, n do parts[i] = make(i) end
  return table.concat(parts)
end

local function text(s) return "X" .. u32(#s) .. s end

-- Each makes a pickle of about n opcodes that makes a careless scanner slow.
local storms = {
  ["memo entries far apart"] = function(n) return "\128\2" .. many(n, function(i) return "Nr" .. u32(i * 65537 % 4294967296) .. "0" end) .. "N." end,
  ["one memo entry rewritten"] = function(n) return "\128\2" .. ("Nq\0" .. "0"):rep(n) .. "N." end,
  ["lists inside each other"] = function(n) return "\128\2" .. ("]"):rep(n) .. ("a"):rep(n - 1) .. "." end,
  ["marks"] = function(n) return ("("):rep(n) .. ("t"):rep(n) .. "." end,
  ["values taken twice and dropped"] = function(n) return "N" .. ("20"):rep(n) .. "." end,
  ["a tuple of itself, again and again"] = function(n) return "\128\2]q\0" .. ("h\0h\0\134q\0"):rep(n) .. "." end,
  ["calls of calls"] = function(n) return "\128\2cos\nsystem\nq\1Nq\0" .. ("0h\1h\0h\0\134Rq\0"):rep(n) .. "." end,
  ["strings that never end"] = function(n) return ("V"):rep(n) end,
  ["globals that never end"] = function(n) return ("c"):rep(n) .. "\n" .. ("x"):rep(n) end,
  ["memo indices that are none"] = function(n) return ("g"):rep(n) .. "\n" end,
  ["names of many parts"] = function(n)
    return "\128\4" .. many(math.floor(n / 20), function(i) return text("m" .. i) .. text(("a."):rep(50) .. "b") .. "\1470" end) .. "N."
  end,
  ["one name of very many parts"] = function(n)
    n = math.floor(n / 4) -- a line that is too long would be an error, and cost less or more
    return "c" .. ("a."):rep(n) .. "\nb" .. (".c"):rep(n) .. "\n."
  end,
  ["names that getattr makes longer"] = function(n)
    return "\128\2cbuiltins\ngetattr\nq\0cmod\nx\nq\1" .. ("0h\0h\1" .. text "a" .. "\134Rq\1"):rep(n) .. "."
  end,
  ["tiny frames"] = function(n) return "\128\4" .. ("\149\2\0\0\0\0\0\0\0N0"):rep(n) .. "N." end,
  ["streams behind streams"] = function(n) return ("\128\2N."):rep(n) end,
  ["one pickle loaded again and again"] = function(n)
    local inner = "\128\2" .. ("N0"):rep(n) .. "N."
    return "\128\3cpickle\nloads\nq\0B" .. u32(#inner) .. inner .. "q\1" .. ("0h\0h\1\133R"):rep(n) .. "."
  end,
}

-- Seconds, the best of three: the machine may be busy.
local function cost(data)
  local best = math.huge
  for _ = 1, 3 do
    local start = os.clock()
    scan(data)
    best = math.min(best, os.clock() - start)
  end
  return best
end

describe("a pickle's cost grows with its size:", function()
  for name, make in pairs(storms) do
    it(name, function()
      local small, large = make(30000), make(120000)
      -- Four times the input, up to ten times the seconds: less is noise, and the square would be sixteen.
      assert.is_true(cost(large) <= 10 * math.max(cost(small), 0.002), name)
    end)
  end
end)

describe("a pickle that names too many globals", function()
  local data = "\128\2" .. many(20000, function(i) return ("cm%d\nn\n0"):format(i) end) .. "cposix\nsystem\n0N."

  it("is incomplete, and its dangers are still found", function()
    local file = scan(data)
    assert.is_false(file.complete)
    assert.are.equal(16384, #file.globals)
    assert.are.equal("dangerous", file.safety)
  end)

  it("takes no more memory than limits.kept allows", function()
    local scanner = core.scan { name = "a.pkl", size = #data, limits = { kept = 100000 } }
    for _ in scanner.need, scanner do scanner:feed(0, data) end
    local file = scanner:report()
    assert.is_false(file.complete)
    assert.are_not.equal("safe", file.safety)
    assert.is_true(#file.globals < 1000)
  end)
end)
