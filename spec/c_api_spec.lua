-- docs/c-api.md: the host it shows compiles, and prints what it shows; the header is one of C++, too.

local helper = dofile("spec/helper.lua")

describe("docs/c-api.md", function()
  local page = helper.read("docs/c-api.md")
  local build = os.getenv("LUA_CPATH"):match("^(.-)/%?%.so")
  local root
  setup(function() root = helper.directory() end)
  teardown(function() helper.remove(root) end)

  local function run(command)
    local pipe = io.popen(command .. " 2>&1")
    local text = pipe:read("*a")
    pipe:close()
    return text
  end

  it("shows a host that prints what it shows", function()
    helper.write(root .. "/host.c", page:match("```c\n(.-)```"))
    local link = page:match("\n(cc [^\n]*)"):gsub("build/5%.4", build):gsub("host%f[%W]", root .. "/%0")
      .. " -Wall -Wextra -Werror" .. (os.getenv("LD_PRELOAD") and " -fsanitize=address,undefined" or "")
    assert.are.equal("", run("make -s --no-print-directory lib ABI=" .. (os.getenv("HUGH_ABI") or "5.4") .. " && " .. link))
    assert.are.equal(page:match("```console\n(.-)```"), run(page:match("\n%./(host [^\n]*)"):gsub("^", root .. "/")))
  end)

  it("has a header for C++", function()
    helper.write(root .. "/host.cc", '#include "hugh.h"\nint main() { return hugh_version()[0] == 0; }\n')
    assert.are.equal("", run("c++ -std=c++11 -Wall -Wextra -Wpedantic -Werror -Icsrc -fsyntax-only " .. root .. "/host.cc"))
  end)
end)
