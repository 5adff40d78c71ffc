-- hugh: can these model files be trusted? Reads the bytes, never runs them, states facts, and lets a policy decide.
--
--     local hugh   = require "hugh"
--     local report = hugh.scan("pytorch_model.bin")
--     local result = hugh.assess(hugh.model("./bert-tiny"), "hugginghugh")
--
-- What the world does wrong (no such file, no network) is `nil, message, CODE`. A mistake of the caller throws.

local core = require("hugh.core")
local suggest = require("hugh.suggest")

local hugh = {
  --- The version of hugh.
  version = core.version,
}

local HEAD = 4096 -- as many bytes as classification looks at

local scan_options = { "limits", "sparse", "threads" }

---@class hugh.source
---@field name string|nil a file name or path: the second witness for the kind
---@field size integer|nil bytes, if known
---@field read fun(offset: integer, length: integer): string|nil, string|nil, string|nil
---  At most or at least `length` bytes from `offset`; "" at the end; `nil, message, CODE` if they cannot be had. May yield.

---@class hugh.limits bounds of the scan of one file; one that is hit gives the finding scan.budget, and the file is not called safe
---@field kept? integer bytes of memory (default 48 MiB)
---@field inflated? integer bytes that decompression may produce (default 4 GiB)
---@field opcodes? integer pickle opcodes (default 2^32)
---@field nesting? integer sources inside sources (default 8)
---@field findings? integer findings kept, the worst of them (default 1000)

local function check_source(what, name)
  if type(what) == "string" then return end
  local ok = type(what) == "table" and (type(what.data) == "string" or type(what.read) == "function")
  if not ok then
    error(name .. ": expected a path, { data = string } or a source with read(offset, length), got a " .. type(what), 3)
  end
end

-- One source through the want/feed machine of the core; `read` may yield. Returns an entry of files[].
local function scan_source(source, options)
  local data = source.data
  local scan = core.scan {
    name = source.name or "", size = data and #data or source.size, sparse = options.sparse, explain = options.explain,
    disassemble = options.disassemble, limits = options.limits,
  }
  if data then
    for _ in scan.need, scan do scan:feed(0, data) end
    return scan:report()
  end
  for offset, length in scan.need, scan do
    local bytes, message, code = source.read(offset, length)
    if not bytes then return nil, message, code end
    scan:feed(offset, bytes)
  end
  return scan:report()
end

--- What is this file, by its first bytes and its name?
---@param what string|hugh.source|{ data: string, name?: string } a path, bytes, or a source
---@return { kind: string, about: string, by: "content"|"name", expected?: string }|nil class `about`: what loading such a file can do;
---`expected`: the kind the name promises, if the content is something else
---@return string|nil message
---@return string|nil code
function hugh.classify(what)
  check_source(what, "hugh.classify")
  if type(what) == "table" then
    local head = what.data
    if not head then
      local message, code
      head, message, code = what.read(0, HEAD)
      if not head then return nil, message, code end
    end
    return core.classify(head:sub(1, HEAD), what.name or "", what.data and #what.data or what.size)
  end
  local head, size, code = core.head(what)
  if not head then return nil, size, code end
  return core.classify(head, what, size)
end

--- What would loading these files do?
---@param what string|hugh.source|{ data: string, name?: string } a file, a directory (everything below it), bytes, or a source
---@param options? { limits?: hugh.limits, sparse?: boolean, threads?: integer } sparse: reads are expensive, ask only for what a loader would
---interpret; threads: for directories (default: 1 for few files, else 2)
---@return hugh.report|nil report a report (hugh.report/1)
---@return string|nil message
---@return string|nil code
function hugh.scan(what, options)
  check_source(what, "hugh.scan")
  suggest.check_options(options, scan_options, "hugh.scan")
  options = options or {}
  local report = require("hugh.report")
  if type(what) == "table" then
    local entry, message, code = scan_source(what, options)
    if not entry then return nil, message, code end
    return report.new { entry }
  end
  local files = require("hugh.files")
  local paths, problems = files.collect { what }
  if #paths == 0 then
    local problem = problems[1]
    if problem then return nil, problem.message, problem.code end
    return nil, what .. ": there are no files in it", "EMPTY"
  end
  local entries = files.scan(paths, problems, options)
  if #entries == 0 then return nil, problems[1].message, problems[1].code end
  return report.new(entries, problems)
end

--- The program that the pickles in a file would run.
---@param what string|hugh.source|{ data: string, name?: string }
---@param options? { opcodes?: boolean } opcodes: a disassembly instead
---@return { path: string, kind: string, safety: string, lines: { member?: string, offset?: integer, safety: string, text: string }[] }|nil
---@return string|nil message
---@return string|nil code
function hugh.explain(what, options)
  check_source(what, "hugh.explain")
  suggest.check_options(options, { "opcodes" }, "hugh.explain")
  local opcodes = options ~= nil and options.opcodes == true
  local asked = { explain = not opcodes, disassemble = opcodes }
  local entry, message, code
  if type(what) == "table" then
    entry, message, code = scan_source(what, asked)
  else
    entry, message, code = core.scan_file(what, asked)
  end
  if not entry then return nil, message, code end
  entry.lines = entry.lines or {}
  return entry
end

--- Everything known about one model: a directory, "org/name[@revision]", a Hub URL, or a place in the local Hub cache.
---@param target string
---@param options? table see hugh.model.directory and hugh.model.hub
---@return hugh.facts|nil model
---@return string|nil message
---@return string|nil code
function hugh.model(target, options)
  if type(target) ~= "string" then error("hugh.model: expected a target, got a " .. type(target), 2) end
  return require("hugh.model").load(target, options)
end

--- Judges a model by a policy.
---@param model hugh.facts what hugh.model returned
---@param policy? string|table a policy's name, its file, or what hugh.policy.load returned (default "hugginghugh")
---@return hugh.assessment|nil result an assessment (hugh.assessment/1)
---@return string|nil message
---@return string|nil code
function hugh.assess(model, policy)
  if type(model) ~= "table" then error("hugh.assess: expected a model, got a " .. type(model), 2) end
  local message, code
  if type(policy) ~= "table" or not policy.assess then
    policy, message, code = require("hugh.policy").load(policy or "hugginghugh")
    if not policy then return nil, message, code end
  end
  local result
  result, message, code = policy:assess(model)
  if not result then return nil, message, code end
  return require("hugh.report").assessment(result, model)
end

-- hugh.policy is loaded when it is first used.
return setmetatable(hugh, {
  __index = function(self, name)
    if name ~= "policy" then return nil end
    self.policy = require("hugh.policy")
    return self.policy
  end,
})
