-- What csrc/fuzz/drive.c checks of mutated inputs holds of every file that the specs have or make: no byte is kept or used too long, no
-- failed allocation harms, no step is long, and neither pieces nor limits nor what was scanned before change what is found.
local helper = dofile "spec/helper.lua"

local abi = os.getenv("HUGH_ABI") or "5.4"
local library = "lua" .. abi
if abi == "jit" then library = "luajit" end

describe("a scan of a file", function()
  local root = helper.directory()
  teardown(function() helper.remove(root) end)

  it("keeps what the fuzzers ask of it", function()
    local core = assert(package.searchpath("hugh.core", package.cpath)) -- luacheck: globals package
    local program = root .. "/properties"
    assert(os.execute(("cc -O1 -g -std=c11 -Icsrc -o '%s' spec/properties.c csrc/fuzz/drive.c '%s' -Wl,-rpath,\"$PWD\" $(pkg-config --libs %s) -lz")
      :format(program, core, library)))
    local made = { "spec/fixtures/benign" }
    for _, script in ipairs { "fixtures/hostile/build", "container/polyglots", "container/sevens", "container/streams", "container/tars", "container/zips" } do
      made[#made + 1] = root .. "/" .. script:match "[^/]+$"
      assert(os.execute(("mkdir -p '%s' && /usr/bin/python3 -B spec/%s.py '%s'"):format(made[#made], script, made[#made])))
    end
    local log = root .. "/log"
    local status = os.execute(("find '%s' -type f -size -200k | LC_ALL=C sort | xargs '%s' 2>'%s'"):format(table.concat(made, "' '"), program, log))
    local last = helper.read(log):sub(-2000)
    assert.is_true(status == true or status == 0, last)
    assert.is_true(select(2, helper.read(log):gsub("\n", "")) > 1000)
  end)
end)
