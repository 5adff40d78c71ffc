-- The README promises programs and commands; they run here.

local core = require("hugh.core")
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

  it("shows what hugh prints", function()
    local shown = 0
    for block in readme:gmatch("```console\n(.-)```") do
      local arguments, text = block:match("^%$ hugh ([^\n]*)\n(.*)$")
      local result = helper.hugh(arguments, "HF_HUB_OFFLINE=1 HF_HUB_CACHE=examples/models/hub-cache")
      helper.assert_shown(text, result.out .. result.err)
      shown = shown + 1
    end
    assert.are.equal(2, shown)
  end)

  it("names commands and options that there are", function()
    local count = 0
    for command, rest in readme:gmatch("\n    [^\n]-hugh (%l+)([^\n]*)") do
      local about = helper.hugh(command .. " --help").out
      for option in rest:gmatch("%-%-[%l-]+") do assert.matches(option, about, 1, true) end
      count = count + 1
    end
    assert.is_true(count > 9)
  end)
end)

describe("docs/hub.md", function()
  it("shows how its records are ranked", function()
    local page, root = helper.read("docs/hub.md"), helper.directory()
    helper.write(root .. "/records.jsonl", page:match("```json\n(.-)```"))
    local arguments, shown = page:match("```console\n%$ hugh ([^\n]*)\n(.-)```")
    local result = helper.hugh((arguments:gsub("records", root .. "/%0")))
    helper.assert_shown(shown, result.out .. result.err)
    helper.remove(root)
  end)
end)

describe("the pages", function()
  it("lead to files that there are", function()
    local pipe = io.popen("ls *.md */*.md */*/*.md")
    for page in pipe:lines() do
      local folder = page:match("^(.*/)") or ""
      local text = helper.read(page)
      for target in text:gmatch("%]%(([^)#:]+)%)") do
        local file = io.open(folder .. target)
        assert.is_truthy(file, page .. " leads to " .. target)
        file:close()
      end
      for top, rest in text:gmatch("`(%l+)(/[%w_./-]+)`") do
        if top ~= "build" and core.list(top) then
          local file = io.open(top .. rest)
          assert.is_truthy(file, page .. " names " .. top .. rest)
          file:close()
        end
      end
    end
    pipe:close()
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
