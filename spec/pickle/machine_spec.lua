-- The pickle machine on sources that give few bytes at a time.
local hugh = require "hugh"

local function scan(data, most)
  local function read(offset, length) return data:sub(offset + 1, offset + math.min(length, most)) end
  local report = assert(hugh.scan { name = "x.pkl", size = #data, read = read })
  return report.files and report.files[1] or report
end

local SYSTEM = "cos\nsystem\n(S'true'\ntR."

local function frame(length) return ("\149%s%s\0\0\0\0\0\0"):format(string.char(length % 256), string.char(math.floor(length / 256))) end

-- The class of os.system in a report, and whether it is called.
local function system_in(data)
  for _, global in ipairs(scan(data, #data).globals) do
    if global.module == "os" and global.name == "system" then return global.class, global.called end
  end
end

describe("the pickle machine", function()
  it("finds the text of a name that was pushed long before it is used", function()
    local far = "X\0\0\1\0" .. ("x"):rep(65536) .. "0"
    local data = "\128\4\140\2os\148" .. far .. "\140\6system\148" .. far .. "h\0h\1\147" .. "X\0\8\0\0" .. ("y"):rep(2048) .. "\133R."
    for _, most in ipairs { 1000, 5000, 1000000 } do
      local file = scan(data, most)
      assert.are.equal("dangerous", file.safety)
      assert.are.equal("os", file.globals[1].module)
      assert.is_true(file.globals[1].called)
    end
  end)

  it("does not look for the end of a line anew at every opcode that has one", function()
    for _, data in ipairs { ("c"):rep(1000000), ("(i"):rep(500000), ("p"):rep(1000000) .. "\n", ("i"):rep(200000) .. "\nx\n" .. ("y"):rep(400000) } do
      local before, fed = os.clock(), 0
      local function read(offset, length)
        fed = fed + math.min(length, #data - offset)
        return data:sub(offset + 1, offset + length)
      end
      local file = hugh.scan({ name = "x.pkl", size = #data, read = read }).files[1]
      assert.are.equal("suspicious", file.safety)
      assert.is_true(fed <= 20 * #data)
      assert.is_true(os.clock() - before < 5) -- it was minutes
    end
  end)

  it("reads a name up to its newline, however near the end of the input that is", function()
    for _, length in ipairs { 6, 300, 4000 } do
      local name = ("s"):rep(length)
      local data = ("N0"):rep(3000) .. "Vos\nV" .. name .. "\n\147)R."
      for _, most in ipairs { 1, 7, 100, 997 } do assert.are.equal(name, scan(data, most).globals[1].name) end
    end
  end)

  it("tells memo indices apart that are the same in 64 bits", function()
    local low, high = "100000000000000000000", "118446744073709551616" -- 2^64 more
    local data = "Vos\np" .. low .. "\n0Vcollections\np" .. high .. "\n0g" .. low .. "\nVsystem\n\147(Vtrue\ntR."
    local file = scan(data, 1000000) -- pickle.py, and so joblib, takes them; C unpicklers do not
    assert.are.equal("os", file.globals[1].module)
    assert.are.equal("dangerous", file.safety)
    local padded = "Vos\np" .. low .. "\n0g000_" .. low .. "\nVsystem\n\147)R."
    assert.are.equal("os", scan(padded, 1000000).globals[1].module)
  end)

  it("follows items of lists, tuples and dicts", function()
    for _, container in ipairs {
      "](Va\nVsystem\neK\1", "](Va\nVsystem\neJ\255\255\255\255", "(Va\nVsystem\ntK\1", "(Vb\nVa\nVk\nVsystem\ndVk\n", "}(K\7Vsystem\nK\7Vb\nVk\nVsystem\nuVk\n",
    } do
      local file = scan("\128\4cbuiltins\ngetattr\ncos\npath\n0cbuiltins\n__import__\nVos\n\133Rcoperator\ngetitem\n" .. container .. "\134R\134R(Vtrue\ntR.", 1000000)
      local called = {}
      for _, global in ipairs(file.globals) do called[global.module .. "." .. global.name] = global.called end
      assert.is_true(called["os.system"], container)
    end
  end)

  it("says how often, and does not miss what keywords hand over", function()
    assert.matches("when the file is loaded$", scan("\128\4cos\nsystem\n)R.", 1000).findings[1].message)
    assert.matches("%(2 calls%)$", scan("\128\4cos\nsystem\n\1480h\0)R0h\0)R.", 1000).findings[1].message)
    local file, told = scan("\128\4cacme\nf\n)}Vk\ncfunctools\npartial\ns\146.", 1000), {}
    for _, finding in ipairs(file.findings) do told[finding.id] = finding.message end
    assert.matches("functools.partial is handed to a call", told["pickle.call.unchecked"])
  end)

  it("looks inside far bytes once, however often they are loaded", function()
    local parts, reads = { "\128\4ctorch.storage\n_load_from_bytes\n\148" }, 0
    for i = 1, 8 do parts[i + 1] = "B\44\1\0\0" .. ("x"):rep(299) .. string.char(i) .. "\148" end
    parts[10] = "X\0\0\8\0" .. ("y"):rep(524288) .. "0"
    for i = 1, 5000 do parts[#parts + 1] = "h\0h" .. string.char(i % 8 + 1) .. "\133R0" end
    parts[#parts + 1] = "N."
    local data = table.concat(parts)
    local function read(offset, length)
      reads = reads + 1
      return data:sub(offset + 1, offset + length)
    end
    assert.are.equal("dangerous", hugh.scan({ name = "x.pkl", size = #data, read = read }).files[1].safety)
    assert.is_true(reads < 100) -- it was one for every call
  end)

  it("takes no character for another", function()
    for number, name in pairs { ["M\115\0"] = "s", ["M\115\1"] = false, ["M\128\0"] = false, ["J\115\255\255\255"] = false } do
      local file = scan("\128\4Vos\ncbuiltins\nchr\n" .. number .. "\133R\147.", 1000000)
      local known
      for _, global in ipairs(file.globals) do known = known or global.module == "os" and global.name end
      assert.are.equal(name, known or false)
      assert.are_not.equal("safe", file.safety)
    end
  end)

  it("names frames that are longer than the input, known to end or not", function()
    local data = "\128\4\149\255\0\0\0\0\0\0\0N"
    for _, size in ipairs { #data, false } do
      local function read(offset, length) return data:sub(offset + 1, offset + length) end
      local file, told = hugh.scan({ name = "x.pkl", size = size or nil, read = read }).files[1], {}
      for _, finding in ipairs(file.findings) do told[finding.id] = finding.message end
      assert.are.equal("unpicklers read this pickle differently: a frame is longer than the input", told["pickle.divergence"])
    end
    assert.are.same({}, scan("\128\4\149\2\0\0\0\0\0\0\0N.", 1000000).findings)
  end)

  it("keeps no more for many opcodes that are cut by a frame than for one", function()
    local data = "\128\4" .. ("\149\1\0\0\0\0\0\0\0K\0010"):rep(50000) .. "N."
    local report = assert(hugh.scan({ name = "x.pkl", data = data }, { limits = { kept = 1000000 } })).files[1]
    local found = {}
    for _, finding in ipairs(report.findings) do found[finding.id] = true end
    assert.is_true(found["pickle.divergence"])
    assert.is_nil(found["scan.budget"])
  end)

  it("looks for the next pickle behind the frame that the last one ends in", function()
    local hidden = "\140" .. string.char(#SYSTEM) .. SYSTEM -- a text to whoever goes on behind the STOP
    local class, called = system_in("\128\4" .. frame(5) .. "K\1." .. hidden)
    assert.are.equal("dangerous", class)
    assert.is_true(called)
    local loops = ("\128\4" .. frame(30) .. "K\1."):rep(2000)
    assert.are_not.equal("safe", scan(loops, #loops).safety)
  end)

  it("follows files of which some frames fit into a buffer and some do not", function()
    local kept = frame(3) .. "\140\5oaaaaN\1340" -- two values if the frame is ignored, one if what is left of it is dropped
    local hidden = SYSTEM .. ("N"):rep(100 - #SYSTEM)
    local dropped = frame(3) .. "\140\5oaaaaU" .. hidden .. "N."
    assert.are.equal("dangerous", (system_in("\128\4" .. kept .. dropped)))
    assert.is_false(scan("\128\4" .. kept:rep(9) .. dropped, 1e6).complete) -- in more ways than can be followed
  end)

  local build = "\140\19joblib.numpy_pickle\140\17NumpyArrayWrapper\147)\129}(\140\5shapeK\2\133\140\5dtype\140\5numpy\140\5dtype\147"
    .. "\140\2u1\137\136\135Rub"

  it("takes joblib's wrappers for the arrays that they become", function()
    local data = "\128\4csklearn.isotonic\nIsotonicRegression\n)\129}\140\1X" .. build .. "\255\255sb."
    assert.are.equal("safe", scan(data, #data).safety)
  end)

  it("goes on in the frame around a joblib array, and then behind the array", function()
    local names = "\140\2os\140\6system"
    local data = "\128\4" .. frame(#build + #names) .. build .. names .. "\255\255" .. "\147\140\4true\133R."
    local class, called = system_in(data)
    assert.are.equal("dangerous", class)
    assert.is_true(called)
  end)

  it("reads memo indices as Python reads numbers", function()
    for _, zero in ipairs { "0", "-0", "+0", " -0\r", "-00", "0_0" } do
      local class, called = system_in("Vos\n\148Vsystem\n\148\1470g" .. zero .. "\ng1\n\147)R.")
      assert.are.equal("dangerous", class, zero)
      assert.is_true(called, zero)
    end
  end)

  it("does work in proportion to the input, however often a value is used", function()
    local data = "\128\4]\148" .. ("h\0h\0\134\1480h\0"):rep(20000) .. "."
    assert.are.equal("safe", scan(data, 1000000).safety)
  end)

  it("follows only so many calls that one call makes", function()
    local lists = {} -- each holds the next one seven times, and is reduced by reducing those
    for i = 1, 6 do lists[i] = "0](h\0" .. ("h" .. string.char(i)):rep(7) .. "eq" .. string.char(i + 1) end
    local once = "0](h\0eq\1" .. table.concat(lists) .. "0h\0h\0h\7\134R"
    local before = os.clock()
    assert.are.equal("dangerous", scan("\128\2cfunctools\nreduce\nq\0" .. once:rep(4000) .. ".", 1000000).safety)
    assert.is_true(os.clock() - before < 10) -- it was twenty seconds
  end)

  it("looks inside the same bytes again and again without keeping more", function()
    local data = "\128\3ctorch.storage\n_load_from_bytes\nq\0C\3abcq\1" .. ("0h\0h\1\133R"):rep(40000) .. ("N"):rep(5000) .. "."
    assert.is_true(hugh.scan({ name = "x.pkl", data = data }, { limits = { kept = 3000000 } }).files[1].complete)
  end)

  it("looks as far behind an error for the end of a line, however the bytes arrive", function()
    local line = "F" .. ("a"):rep(3000) .. "\140\9acme.nets\140\5Layer\147" .. "\n"
    local data = "\128\4\255" .. ("N"):rep(3000) .. line .. "."
    local whole = #scan(data, 1000000).globals
    for _, most in ipairs { 50, 700, 2100, 5000 } do assert.are.equal(whole, #scan(data, most).globals) end
  end)

  it("ends in good order wherever the memory ends", function()
    local data = "\128\4\149\2\0\0\0\0\0\0\0\140\32" .. ("x"):rep(32) .. "0cos\nsystem\n(S'true'\ntR."
    for kept = 1, 120000, 401 do
      local report = hugh.scan { name = "x.pkl", data = data, limits = { kept = kept } }
      if report then assert.are_not.equal("safe", report.files[1].safety) end
    end
  end)

  it("says of a path of attributes what the end of it does", function()
    for name, reason in pairs {
      ["site\nos.system"] = "runs a shell command", ["random\n_os.system"] = "runs a shell command", ["os\nsystem.__call__"] = "runs a shell command",
      ["collections\n__loader__.load_module"] = "the interpreter's own objects",
    } do
      local data = "c" .. name .. "\n."
      assert.is_truthy(scan(data, #data).findings[1].message:find(reason, 1, true), name)
    end
  end)

  it("follows frames of which one begins inside another and is longer", function()
    local call = "\128\4" .. frame(25) .. frame(54) .. "(X\7\0\0\0_codecs\140\12_reconstruct\147p5\nlG\63\228\204\248\189\170\129\54"
      .. "0N0Finf\ncoperator \nattrgetter\n0."
    local names = {}
    for _, global in ipairs(scan(call, #call).globals) do names[global.module] = true end
    assert.is_true(names["operator "])
    assert.is_true(names["ator "]) -- where a buffer held the first frame and not the second
  end)

  it("takes from the memo what a frame cuts the index of", function()
    local class, called = system_in("Vos\nq\0000" .. frame(3) .. "jab\0\0\0\0Vsystem\n\147)R.")
    assert.are.equal("dangerous", class)
    assert.is_true(called)
  end)

  it("does no work twice for what it has to be fed for", function()
    local items = {}
    for i = 1, 150000 do items[i] = ("\140\3%03d}"):format(i % 1000) end
    local before = os.clock()
    assert.are.equal("safe", scan("\128\4}(" .. table.concat(items) .. "u.", 4096).safety)
    local straddled = ("\128\4" .. (frame(3) .. "\140\5oaaaaN\1340"):rep(6) .. "N."):rep(3000)
    assert.are_not.equal("safe", scan(straddled, #straddled).safety)
    assert.is_true(os.clock() - before < 5) -- it was minutes
  end)

  it("keeps no more than its limit, however much short opcodes make", function()
    local long = ("x"):rep(4000)
    local use = "\140\8builtins\140\3str\147q\0000B\160\15\0\0" .. long .. "q\0010\140\5asciiq\0020" .. ("h\0h\1h\2\134R0"):rep(5000) .. "N."
    local report = hugh.scan({ name = "x.pkl", data = "\128\4" .. use }, { limits = { kept = 4000000 } }).files[1]
    assert.are.equal("scan.budget", report.findings[1].id)
    local name = "X\32\78\0\0" .. ("m"):rep(20000) .. "q\0000"
    local before = os.clock()
    assert.are.equal("dangerous", scan("\128\4" .. name .. ("h\0h\0\1470"):rep(100000) .. "N.", 1e6).safety)
    assert.is_true(os.clock() - before < 10) -- it was half a minute
  end)

  it("knows all that a type with fifty fields and a text of a hundred letters are made of", function()
    local names, fields, letters = {}, {}, {}
    for i = 1, 50 do
      local name = ("\140\3f%02d"):format(i)
      names[i], fields[i] = name, name .. "h\0K" .. string.char(4 * (i - 1)) .. "\134"
    end
    local make = "\140\5numpy\140\5dtype\147q\1\140\2%s\137\136\135R"
    local float = make:format "f4" .. "q\0000"
    local state = "(K\3\140\1|N(" .. table.concat(names) .. "t}(" .. table.concat(fields) .. "uK\200K\1K\0t"
    local data = "\128\4" .. float .. "h\1\140\4V200\137\136\135R" .. state .. "b."
    assert.are.equal("safe", scan(data, #data).safety)
    for i = 1, 100 do letters[i] = "K" .. string.char(96 + i % 26) end
    data = "\128\4cbuiltins\nexec\ncbuiltins\nbytes\n](" .. table.concat(letters) .. "e\133R\133R."
    assert.is_truthy(scan(data, #data).findings[1].message:find(("abcdefghijklmnopqrstuvwxyz`"):sub(1, 20), 1, true))
  end)

  it("sets the state of a class that nothing has called, in a file where states matter", function()
    local data = "\128\4csklearn.isotonic\nIsotonicRegression\n0cacme\nLayer\n}b."
    assert.are.equal("dangerous", scan(data, #data).safety)
  end)
end)
