-- The README promises programs and commands; they run here.

local helper = dofile("spec/helper.lua")

local load_text = loadstring or load

describe("the README", function()
  local readme = helper.read("README.md")

  it("shows Lua that runs", function()
    local ran = 0
    for code in readme:gmatch("```lua\n(.-)```") do
      local chunk = assert(load_text(code, "=README.md"))
      local shown = {}
      local environment = setmetatable({ print = function(...) shown[#shown + 1] = select("#", ...) end }, { __index = _G })
      if setfenv then setfenv(chunk, environment) else chunk = assert(load(code, "=README.md", "t", environment)) end
      chunk()
      assert.is_true(#shown > 0)
      ran = ran + 1
    end
    assert.is_true(ran > 0)
  end)
end)

describe("the example scripts", function()
  local lua = ({ ["5.4"] = "lua5.4", ["5.3"] = "lua5.3", jit = "luajit" })[os.getenv("HUGH_ABI") or "5.4"]

  local function run(script, arguments)
    local out = os.tmpname()
    os.execute(("%s examples/scripts/%s %s >%s 2>&1"):format(lua, script, arguments or "", out))
    local text = helper.read(out)
    os.remove(out)
    assert.is_nil(text:find("stack traceback", 1, true), text)
    return text
  end

  it("run", function()
    assert.matches("safetensors", run("formats.lua", "examples/models"))
    assert.matches("safetensors%-only", run("rank-directory.lua", "examples/models/safetensors-only examples/models/os-system"))
    run("bytes-from-anywhere.lua")
    run("scan-before-load.lua", "README.md")
  end)
end)
