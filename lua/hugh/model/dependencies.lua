-- The packages a model needs, inferred from metadata; nothing is run or resolved.

local data = require("hugh.data.dependencies")
local json = require("hugh.json")

local dependencies = {}

local MAX_LINES = 2000

--- PyPI's one spelling of a name (PEP 503).
---@param name string
---@return string
function dependencies.normalize(name) return (name:lower():gsub("[-_.]+", "-")) end

-- A requirement as pip writes it: name[extras] ==version ; marker, with the hashes that pip-compile adds. Anything else names the package
-- without a version.
local function read_requirement(line)
  line = line:gsub("%s#.*$", ""):gsub("^%s*#.*$", ""):gsub("%s%-%-.*$", ""):gsub("%s*\\$", "")
  local name, rest = line:match("^%s*([%w][%w._-]*)%s*(.*)$")
  if not name then return nil end
  rest = rest:gsub("^%[[^%]]*%]%s*", ""):gsub(";.*$", "")
  if rest ~= "" and not rest:find("^[=<>!~(@]") then return nil end
  local version
  for specifier in rest:gsub("[()]", ""):gmatch("[^,]+") do version = version or specifier:match("^%s*===?%s*([%w.!+_-]+)%s*$") end
  return dependencies.normalize(name), version
end

local function from_requirements(text, add)
  local lines = 0
  for line in text:gsub("^\239\187\191", ""):gmatch("[^\r\n]+") do
    lines = lines + 1
    if lines > MAX_LINES then return end
    local name, version = read_requirement(line)
    if name then add(name, version, version ~= nil, "requirements.txt") end
  end
end

-- [project] dependencies = [ "name==1", … ] and [tool.poetry.dependencies] name = "1.2" or { version = "1.2" }: the forms people write.
local function from_pyproject(text, add)
  local section, inside, lines = "", false, 0
  for line in text:gmatch("[^\r\n]+") do
    lines = lines + 1
    if lines > MAX_LINES then return end
    line = line:gsub("^%s*#.*$", "")
    section = line:match("^%s*%[([^%[%]]+)%]%s*$") or section
    if section == "project" and line:find("^%s*dependencies%s*=") then inside = true end
    if inside then
      for quoted in line:gmatch("[\"']([^\"']+)[\"']") do
        local name, version = read_requirement(quoted)
        if name then add(name, version, version ~= nil, "pyproject.toml") end
      end
      if line:gsub("[\"'][^\"']*[\"']", ""):find("%]") then inside = false end
    elseif section == "tool.poetry.dependencies" then
      local name, value = line:match("^%s*([%w_.-]+)%s*=%s*(.+)$")
      if name and name ~= "python" then
        local version = value:match("^[\"']([^\"']*)") or value:match("^{.*version%s*=%s*[\"']([^\"']*)") or ""
        local exact = version:match("^=*%s*(%d[%w.]*)$")
        add(dependencies.normalize(name), exact, exact ~= nil, "pyproject.toml")
      end
    end
  end
end

-- The release of a package that was current at a date, if that is known.
local function current_at(name, date)
  local releases = data.releases[name]
  if not releases or not date or date > releases["until"] then return nil end
  for i = #releases, 1, -1 do
    if releases[i][1] <= date then return releases[i][2] end
  end
end

--- Infers what a model needs. A version is exact when the repository pins it; else it is the one that wrote config.json, or the one that was
--- current when the model was last changed; else nil.
---@param facts hugh.facts
---@param texts? table<string, string> requirements.txt, pyproject.toml and config.json, if the model has them
---@return { name: string, version: string|nil, exact: boolean, source: string }[] sorted by name
function dependencies.infer(facts, texts)
  texts = texts or {}
  local found = {}
  local function add(name, version, exact, source)
    local known = found[name]
    if not known or (version and not known.version) then
      found[name] = { name = name, version = version, exact = exact == true, source = source }
    end
  end
  local function add_all(names, source)
    for _, name in ipairs(names or {}) do add(name, nil, false, source) end
  end

  if texts["requirements.txt"] then from_requirements(texts["requirements.txt"], add) end
  if texts["pyproject.toml"] then from_pyproject(texts["pyproject.toml"], add) end
  local config = facts.config
  if config and config.transformers_version and config.transformers_version:find("^%d[%w.]*$") then
    add("transformers", config.transformers_version, false, "config.json")
  end
  local raw = texts["config.json"] and json.decode(texts["config.json"])
  local quantization = type(raw) == "table" and type(raw.quantization_config) == "table" and raw.quantization_config.quant_method
  if type(quantization) == "string" then add_all(data.quantization[quantization], "config.json") end
  local library = facts.library_name and facts.library_name:lower()
  add_all(data.libraries[library], "library_name")
  if not library then
    for _, tag in ipairs(facts.tags or {}) do add_all(data.libraries[tag:lower()], "tags") end
    if config and config.model_type then add_all(data.libraries.transformers, "config.json") end
  end
  add_all(data.pipelines[facts.pipeline_tag], "pipeline_tag")
  for kind in pairs(facts.kinds or {}) do add_all(data.kinds[kind], "files") end
  for _, file in ipairs(facts.files or {}) do
    if not file.scanned then add_all(data.suffixes[file.path:lower():match("%.(%w+)$") or ""], "files") end
  end

  local list, date = {}, facts.last_modified and facts.last_modified:sub(1, 10)
  for name, entry in pairs(found) do
    if not entry.version then entry.version = current_at(name, date) end
    list[#list + 1] = entry
  end
  table.sort(list, function(a, b) return a.name < b.name end)
  return list
end

return dependencies
