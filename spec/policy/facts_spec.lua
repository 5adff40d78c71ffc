-- What a condition sees as `m`: facts of the host, read-only and strict at every depth, the same on every Lua.
local policy = require "hugh.policy"
local facts = require("hugh.policy.tests").facts

-- The facts are called `it`: a name that loading does not follow, so that what happens is seen when the condition runs.
local function judge(body, given, before)
  local text = ('policy "p" {} local function same(x) return x end\n%s\nrule "r" { verdict = warn, message = "m", when = function (m) '
    .. "local it = same(m) %s end }"):format(before or "", body)
  local loaded, message = policy.load(text)
  assert.truthy(loaded, message)
  return loaded:assess(facts(given or { files = { "a.safetensors", "b.bin" }, tags = { "x", "y" } })), loaded
end

local function error_of(body, given)
  local rule = judge(body, given).rules[1]
  assert.equal("POLICY_ERROR", rule.code)
  return rule.message
end

describe("facts in a policy", function()
  it("cannot be changed, at any depth, so that no rule hides something from the next", function()
    for _, body in ipairs {
      "it.repo = 'x'", "it.files = {}", "it.files[1] = nil", "it.files[1].path = 'ok'", "it.files[1].new = true", "it.tags[3] = 'z'", "it.kinds.pickle = 0",
    } do
      local message = error_of(body .. " return false")
      assert.truthy(message:find("facts cannot be changed", 1, true), message)
    end
  end)

  it("are strict about names, and say which was meant", function()
    for body, wanted in pairs {
      ["return it.downlods == nil"] = "there is no fact 'downlods'. Did you mean 'downloads'?",
      ["return it.files[1].saftey == 'safe'"] = "a file has no fact 'saftey'. Did you mean 'safety'?",
      ["for _, f in ipairs(it.files) do if f.Path then return true end end"] = "a file has no fact 'Path'. Did you mean 'path'?",
      ["return it.card.lvl"] = "a card has no fact 'lvl'. Did you mean 'level'?",
      ["return it[1]"] = "there is no fact '1'",
    } do
      local message = error_of(body, { files = { "a.bin" }, card = { level = "none" } })
      assert.truthy(message:find(wanted, 1, true), message)
      assert.truthy(message:find("policy:3: ", 1, true), message)
    end
  end)

  it("give nil for what is not known, past the end of a list, and for a kind there is none of", function()
    assert.equal("warn", judge("return it.repo == nil and it.files[3] == nil and it.kinds.gguf == nil and it.files[1].sha256 == nil").verdict)
  end)

  it("are walked like tables", function()
    for _, body in ipairs {
      "return #it.files == 2 and #it.tags == 2",
      "local n = 0 for i, f in ipairs(it.files) do n = n + i * #f.path end return n == 13 + 2 * 5",
      "local n = 0 for k, v in pairs(it.kinds) do n = n + v end return n == 2",
      "local n = 0 for i, tag in pairs(it.tags) do n = n + i end return n == 3",
      "return next(it.tags) == 1 and next(it.globals) == nil and next(it.tags, 2) == nil",
      "return type(it) == 'table' and type(it.files[1]) == 'table' and type(it.files) == 'table'",
      "return it.files[1] == it.files[1] and it.files[1] ~= it.files[2]",
      "return contains(it.tags, 'y') and not contains(it.tags, 'z') and sorted(it.tags)[2] == 'y'",
      "for name in pairs(it.files[1]) do if name == 'path' then return true end end",
    } do
      assert.equal("warn", judge(body).verdict, body)
    end
  end)

  it("name the files that a rule speaks of", function()
    local result = judge("return true, it.files")
    assert.same({ "a.safetensors", "b.bin" }, result.rules[1].paths)
  end)

  it("of lists are copied one by one, and all when they are walked by next", function()
    local given = { files = { "a.bin", "b.bin", "c.bin" }, tags = { "x", "y" } }
    for _, body in ipairs {
      "return it.files[3].path == 'c.bin' and #it.files == 3 and it.files[3] == it.files[3]",
      "local l = it.files local _ = l[2] local n = 0 for i, f in pairs(l) do n = n + i * 10 end return n == 60 and l[2] == it.files[2]",
      "return it.files[0] == nil and it.files[4] == nil and it.files[1.5] == nil and it.files[-1] == nil and it.files.x == nil and it.files[0 / 0] == nil",
      "return it.tags[2.0] == 'y' and it.tags[2 ^ 53] == nil and it.tags[true] == nil and next(it.tags, 1) == 2",
    } do assert.equal("warn", judge(body, given).verdict, body) end
  end)

  it("that are tables may be made when they are asked for", function()
    local asked, loaded = 0, assert(policy.load('policy "p" {}\nrule "r" { verdict = warn, message = "{repo}", when = function (m) '
      .. "return #m.files == 2 and m.files[2].path == 'b' and contains(m.tags, 'x') and m.repo == 'a/b' end }"))
    local made = setmetatable({ repo = "a/b" }, { __index = function(_, key)
      asked = asked + 1
      for _ = 1, 100 do collectgarbage("step") end
      return ({ files = { { path = "a" }, { path = "b" } }, tags = { "x" } })[key]
    end })
    assert.equal("a/b", loaded:assess(made).rules[1].message)
    assert.truthy(asked > 0)
    local result = loaded:assess(setmetatable({ target = "x" }, { __index = function() error("the disk is gone") end }))
    assert.equal("block", result.verdict)
    assert.truthy(result.rules[1].message:find("the disk is gone", 1, true), result.rules[1].message)
    result = loaded:assess(setmetatable({ target = "x" }, { __index = function() error({}) end }))
    assert.equal("block", result.verdict)
    assert.equal("warn", loaded:assess(made).verdict)
  end)

  it("that are being made cannot ask the same policy", function()
    local loaded = assert(policy.load('policy "p" {}\nrule "r" { verdict = warn, message = "m", when = function (m) return m.files ~= nil end }'))
    local result = loaded:assess(setmetatable({ target = "x" }, { __index = function() return loaded:assess({}).rules end }))
    assert.equal("POLICY_ERROR", result.rules[1].code)
    assert.truthy(result.rules[1].message:find("the sandbox is at work", 1, true), result.rules[1].message)
  end)

  it("of three hundred thousand files cost the policy no memory", function()
    local files = {}
    for i = 1, 300000 do files[i] = { path = "f" .. i .. ".safetensors", safetensors = true } end
    local loaded = assert(policy.load('policy "p" {}\nrule "r" { verdict = warn, message = "m", when = function (m) '
      .. "local n = 0 for _, f in ipairs(m.files) do if f.safetensors then n = n + 1 end end return n == 300000 end }",
      { memory = 4194304, instructions = 1e9, milliseconds = 60000 }))
    assert.equal("warn", loaded:assess({ files = files }).verdict)
  end)
end)
