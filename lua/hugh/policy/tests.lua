-- A policy's own tests: `given` is a sketch of a model, `expect` what the policy must say of it.

local core = require("hugh.core")
local summarize = require("hugh.model.summarize")

local tests = {}

local pickle_kinds = { pickle = true, ["torch-zip"] = true, ["torch-legacy"] = true, joblib = true }
local by_suffix = {
  safetensors = "safetensors", gguf = "gguf", onnx = "onnx", pkl = "pickle", pickle = "pickle", bin = "torch-zip", pt = "torch-zip",
  pth = "torch-zip", ckpt = "torch-zip", joblib = "joblib", py = "python", json = "json", md = "text", txt = "text",
}

local function file_of(file)
  if type(file) == "string" then file = { path = file } end
  local suffix = (file.path or ""):match("%.([%w]+)$") or ""
  local kind = file.kind or by_suffix[suffix:lower()] or "unknown"
  local made = {
    path = file.path, kind = kind, size = file.size or 1, safety = file.safety or "safe", complete = file.complete ~= false, scanned = true,
    pickle_name = suffix == "bin" or suffix == "pkl" or suffix == "pickle", is_pickle = pickle_kinds[kind] == true,
    safe_format = kind == "safetensors" or kind == "gguf" or kind == "onnx", safetensors = kind == "safetensors", findings = {}, globals = {},
    sha256 = file.sha256,
  }
  return made
end

local severities = { low = 1, medium = 2, high = 3, critical = 4 }

local function worse(a, b) return (severities[a.severity] or 2) > (severities[b.severity] or 2) end

--- Facts from the sketch in a test: files by name, globals by dotted name and as hugh judges them, everything else as it is.
---@param given table
---@return hugh.facts
function tests.facts(given)
  local facts = { target = "test", origin = "directory", pinned = false, files = {}, globals = {}, findings = {}, kinds = {}, file_count = 0,
    total_bytes = 0, safety = "safe", complete = true }
  for name, value in pairs(given) do facts[name] = value end
  local files, globals = {}, {}
  for i, file in ipairs(given.files or {}) do
    files[i] = file_of(file)
    facts.kinds[files[i].kind] = (facts.kinds[files[i].kind] or 0) + 1
  end
  for i, global in ipairs(given.globals or {}) do
    if type(global) == "string" then global = { name = global } end
    global.name = global.name or ""
    local module, name = global.name:match("^(.*)%.([^.]*)$")
    global.module = global.module or module or ""
    global.class, global.called = global.class or core.judge(module or "", name or global.name), global.called ~= false
    global.path = global.path or (files[1] and files[1].path) or "model.pkl"
    globals[i] = global
  end
  facts.files, facts.globals = files, globals
  if facts.advisories then table.sort(facts.advisories, worse) end
  summarize.count(facts)
  return facts
end

local function difference(expect, result)
  for _, rule in ipairs(result.rules) do
    if rule.code then return rule.message end -- a policy that fails blocks, but never because it is right
  end
  if expect.verdict and expect.verdict ~= result.verdict then
    return ("the verdict is %s, not %s"):format(result.verdict, expect.verdict)
  end
  if expect.grade and expect.grade ~= result.grade then return ("the grade is %s, not %s"):format(result.grade, expect.grade) end
  if expect.score and math.abs(expect.score - result.score) > 0.005 then
    return ("the score is %.4g, not %.4g"):format(result.score, expect.score)
  end
  local fired, names = {}, {}
  for _, rule in ipairs(result.rules) do
    fired[rule.name] = true
    names[#names + 1] = rule.name
  end
  for _, name in ipairs(expect.rules or {}) do
    if not fired[name] then
      return ("the rule %s did not fire; %s"):format(name, #names > 0 and "these did: " .. table.concat(names, ", ") or "none did")
    end
  end
  return nil
end

--- Runs every test of a policy.
---@param policy hugh.policy
---@return { name: string, passed: boolean, why: string|nil, source: string }[]
function tests.run(policy)
  local list = assert(policy.box:call("tests"))
  local results = {}
  for i, test in ipairs(list) do
    local result = policy:assess(tests.facts(test.given or {}))
    local why = difference(test.expect or {}, result)
    results[i] = { name = test.name, passed = why == nil, why = why, source = test.source }
  end
  return results
end

return tests
