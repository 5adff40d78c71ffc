-- Every finding the core can report is explained to people.
local function read(path)
  local file = assert(io.open(path))
  local text = file:read("*a")
  file:close()
  return text
end

describe("docs/findings.md", function()
  local docs = read("docs/findings.md")
  for tag, id in read("csrc/findings.def"):gmatch('HUGH_FINDING%(([%u%d_]+), "([^"]+)"') do
    it("has a section for " .. id, function()
      assert.truthy(docs:find("\n### " .. id .. "\n", 1, true), tag .. " needs a section '### " .. id .. "'")
    end)
  end
end)
