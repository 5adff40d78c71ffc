-- What the files of a model add up to: the same for a directory and for a repository on the Hub.

local report = require("hugh.report")

local summarize = {}

-- Kinds whose loader unpickles.
local pickles = { pickle = true, ["torch-zip"] = true, ["torch-legacy"] = true, ["torch-tar"] = true, torchscript = true, joblib = true }
-- Formats that hold no code by design. GGUF and ONNX count beside safetensors, as the HuggingHugh method has it.
local safe_kinds = { safetensors = true, gguf = true, onnx = true }

local function ends(path, suffix) return path:sub(-#suffix):lower() == suffix end

--- Adds to a file's report what policies ask about it. By name or by content: a `.bin` counts as a pickle name whatever it holds.
---@param file table an entry of files[]; `scanned` is true unless nothing was read of it
function summarize.file(file)
  local path, kind = file.path, file.kind
  file.pickle_name = ends(path, ".bin") or ends(path, ".pkl") or ends(path, ".pickle")
  file.is_pickle = pickles[kind] == true or (file.notes ~= nil and file.notes["pickle.protocol"] ~= nil)
  file.safetensors = kind == "safetensors" or ends(path, ".safetensors")
  file.safe_format = safe_kinds[kind] == true or file.safetensors or ends(path, ".gguf") or ends(path, ".onnx")
  if file.scanned == nil then file.scanned = true end
end

--- Counts the files by what policies ask about all of them.
---@param facts hugh.facts
function summarize.count(facts)
  local pickle, safe = 0, 0
  for _, file in ipairs(facts.files) do
    if file.pickle_name or file.is_pickle then pickle = pickle + 1 end
    if file.safe_format then safe = safe + 1 end
  end
  facts.file_count, facts.pickle_files, facts.safe_format_files = #facts.files, pickle, safe
end

--- Fills in everything about the model that follows from its files.
---@param facts hugh.facts
---@param files table[] entries of files[]
function summarize.files(facts, files)
  local kinds, findings, globals = {}, {}, {}
  local bytes, bytes_read, worst, complete = 0, 0, "safe", true
  for _, file in ipairs(files) do
    summarize.file(file)
    kinds[file.kind] = (kinds[file.kind] or 0) + 1
    bytes, bytes_read = bytes + (file.size or 0), bytes_read + (file.bytes_read or 0)
    complete = complete and file.complete == true
    if report.order[file.safety] > report.order[worst] then worst = file.safety end
    for _, finding in ipairs(file.findings) do
      findings[#findings + 1] = {
        id = finding.id, severity = finding.severity, message = finding.message, path = file.path, member = finding.member,
        offset = finding.offset,
      }
    end
    for _, global in ipairs(file.globals) do
      globals[#globals + 1] = {
        name = global.module .. "." .. global.name, module = global.module, class = global.class, called = global.called, path = file.path,
      }
    end
  end
  facts.files, facts.total_bytes, facts.kinds = files, bytes, kinds
  summarize.count(facts)
  facts.findings, facts.globals, facts.safety, facts.complete = findings, globals, worst, complete
  facts.bytes_read = bytes_read
end

--- Fills in what the model needs to run, and which known vulnerabilities that has.
---@param facts hugh.facts
---@param texts table<string, string> requirements.txt, pyproject.toml, ... by path
function summarize.dependencies(facts, texts)
  facts.dependencies = require("hugh.model.dependencies").infer(facts, texts)
  local advisories = require("hugh.model.advisories")
  facts.advisories, facts.advisories_source = advisories.check(facts.dependencies), advisories.snapshot_name()
end

return summarize
