-- The packages a model needs, inferred from metadata; nothing is run or resolved.

local data = require("hugh.data.dependencies")
local json = require("hugh.json")
local keep = require("hugh.model.keep")

local dependencies = {}

local MAX_LINES = 2000

--- PyPI's one spelling of a name (PEP 503).
---@param name string
---@return string
function dependencies.normalize(name) return (name:lower():gsub("[-_.]+", "-")) end

-- A requirement as pip writes it: name[extras] ==version ; marker, with the hashes that pip-compile adds. Anything else names the package
-- without a version.
local function read_requirement(line)
  line = line:gsub("%s#.*$", ""):gsub("^%s*#.*$", ""):gsub("%s%-%-.*$", ""):gsub("\\$", "")
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

-- Packages that come together, by what names them: { id, names, source }.
local count = 0
local function groups(of, source)
  local made = {}
  for key, names in pairs(of) do
    count = count + 1
    made[key] = { id = count, names = names, source = source }
  end
  return made
end

local by_library, by_tag, by_type = groups(data.libraries, "library_name"), groups(data.libraries, "tags"), groups(data.libraries, "config.json")
local by_pipeline, by_kind, by_suffix = groups(data.pipelines, "pipeline_tag"), groups(data.kinds, "files"), groups(data.suffixes, "files")

local function suffixes_of(files)
  local suffixes = {}
  for _, file in ipairs(files or {}) do
    local suffix = not file.scanned and file.path:lower():match("%.(%w+)$")
    if suffix then suffixes[suffix] = true end
  end
  return suffixes
end

-- What metadata names, in the order in which it counts.
local function named(facts, suffixes)
  local list, library, config = {}, facts.library_name and facts.library_name:lower(), facts.config
  list[1] = by_library[library]
  if not library then
    for _, tag in ipairs(facts.tags or {}) do list[#list + 1] = by_tag[tag:lower()] end
    if config and config.model_type then list[#list + 1] = by_type.transformers end
  end
  list[#list + 1] = by_pipeline[facts.pipeline_tag]
  for kind in pairs(facts.kinds or {}) do list[#list + 1] = by_kind[kind] end
  for suffix in pairs(suffixes or suffixes_of(facts.files)) do list[#list + 1] = by_suffix[suffix] end
  return list
end

-- The packages of groups, sorted: { { name, source }, … }.
local packages_of = keep(function(_, list)
  local found, sorted = {}, {}
  for _, group in ipairs(list) do
    for _, name in ipairs(group.names) do
      if not found[name] then
        found[name], sorted[#sorted + 1] = true, { name = name, source = group.source }
      end
    end
  end
  table.sort(sorted, function(a, b) return a.name < b.name end)
  return sorted
end)

local function packages(list)
  local key = {}
  for i, group in ipairs(list) do key[i] = group.id end
  return packages_of(table.concat(key, " "), list)
end

-- What the model's own files state, by name.
local function stated(facts, texts)
  local found = {}
  local function add(name, version, exact, source)
    local known = found[name]
    if not known or (version and not known.version) then
      found[name] = { name = name, version = version, exact = exact == true, source = source }
    end
  end
  if texts["requirements.txt"] then from_requirements(texts["requirements.txt"], add) end
  if texts["pyproject.toml"] then from_pyproject(texts["pyproject.toml"], add) end
  local config = facts.config
  if config and config.transformers_version and config.transformers_version:find("^%d[%w.]*$") then
    add("transformers", config.transformers_version, false, "config.json")
  end
  local raw = texts["config.json"] and json.decode(texts["config.json"])
  local quantization = type(raw) == "table" and type(raw.quantization_config) == "table" and raw.quantization_config.quant_method
  for _, name in ipairs(type(quantization) == "string" and data.quantization[quantization] or {}) do add(name, nil, false, "config.json") end
  return found
end

--- Infers what a model needs. A version is exact when the repository pins it; else it is the one that wrote config.json, or the one that was
--- current when the model was last changed; else nil.
---@param facts hugh.facts
---@param texts? table<string, string> requirements.txt, pyproject.toml and config.json, if the model has them
---@param suffixes? table<string, true> of the names of its files that nobody read; found in facts.files unless given
---@return { name: string, version: string|nil, exact: boolean, source: string }[] sorted by name
function dependencies.infer(facts, texts, suffixes)
  local found, list, date = stated(facts, texts or {}), {}, facts.last_modified and facts.last_modified:sub(1, 10)
  for i, package in ipairs(packages(named(facts, suffixes))) do
    list[i] = found[package.name] or { name = package.name, exact = false, source = package.source }
    found[package.name] = nil
  end
  if next(found) then
    for _, entry in pairs(found) do list[#list + 1] = entry end
    table.sort(list, function(a, b) return a.name < b.name end)
  end
  for _, entry in ipairs(list) do entry.version = entry.version or current_at(entry.name, date) end
  return list
end

return dependencies
