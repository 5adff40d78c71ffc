-- The rockspec lists every module by hand (luarocks cannot); this keeps it and the tree together.

local core = require("hugh.core")

local function load_rockspec()
  local rock = {}
  local path = "rockspec/hugh-" .. core.version .. "-1.rockspec"
  local chunk
  if setfenv then -- Lua 5.1's way: LuaJIT
    chunk = assert(loadfile(path))
    setfenv(chunk, rock)
  else
    chunk = assert(loadfile(path, "t", rock))
  end
  chunk()
  return rock
end

describe("the rockspec", function()
  local rock = load_rockspec()

  it("has the version of the core", function()
    assert.are.equal(core.version .. "-1", rock.version)
    assert.are.equal("v" .. core.version, rock.source.tag)
  end)

  it("lists every Lua module, and no other (lua5.4 rockspec/update.lua does)", function()
    local listed = {}
    for _, path in pairs(rock.build.install.lua) do listed[#listed + 1] = path end
    table.sort(listed)
    local found = {}
    for _, entry in ipairs(core.list("lua")) do
      if entry.path:find("%.lua$") then found[#found + 1] = "lua/" .. entry.path end
    end
    table.sort(found)
    assert.are.same(found, listed)
  end)

  it("names modules as require does", function()
    for module, path in pairs(rock.build.install.lua) do
      local base = "lua/" .. module:gsub("%.", "/")
      assert.is_true(path == base .. ".lua" or path == base .. "/init.lua", module)
    end
  end)

  it("lists the C modules that the tree builds", function()
    local sources = { ["hugh.core"] = "csrc/lua/lcore.c", ["hugh.curl"] = "csrc/lua/curl.c", ["hugh.digest"] = "csrc/lua/digest.c" }
    for module, source in pairs(sources) do
      local file = io.open(source)
      if file then file:close() end
      assert.are.equal(file ~= nil, rock.build.install.lib[module] ~= nil, module)
    end
  end)
end)
