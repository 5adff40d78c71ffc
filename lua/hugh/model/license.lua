-- Licenses: one spelling for each, the class it falls in, and the license a text is.

local data = require("hugh.data.licenses")
local keep = require("hugh.model.keep")
local trim = require("hugh.trim")

local license = {}

local exact, families = {}, {}
for class, ids in pairs(data.classes) do
  for _, id in ipairs(ids) do
    local family = id:match("^(.*)%*$")
    if family then families[family] = class else exact[id] = class end
  end
end

--- The id in lower case, common spellings unified: "Apache 2.0" -> "apache-2.0".
---@param name string
---@return string
function license.normalize(name)
  local id = trim(name:lower())
  local joined = id:gsub("%s+", "-") -- "CC BY-NC 4.0", if that makes it one that is known
  if license.class(joined) ~= "unknown" then id = joined end
  return data.aliases[id] or (id:gsub("%-only$", ""):gsub("%-or%-later$", ""))
end

--- What a license lets people do.
---@param id string as license.normalize gives it
---@return "permissive"|"conditional"|"copyleft"|"restrictive"|"unknown"|"none"
function license.class(id)
  if id == "" or id == "none" then return "none" end
  if exact[id] then return exact[id] end
  local best, longest = "unknown", 0
  for family, class in pairs(families) do
    if #family > longest and id:sub(1, #family) == family then best, longest = class, #family end
  end
  return best
end

local known = keep(function(name)
  local id = license.normalize(name)
  return { id = id, class = license.class(id) }
end)

local order = { permissive = 1, conditional = 2, copyleft = 3, restrictive = 4, unknown = 5, none = 6 }

--- Of several licenses that all apply, the one that asks most.
---@param names string[]
---@return string|nil id, string|nil class
function license.strictest(names)
  local worst, worst_class
  for _, name in ipairs(names) do
    local it = known(name)
    if not worst or order[it.class] > order[worst_class] then worst, worst_class = it.id, it.class end
  end
  return worst, worst_class
end

--- Recognises the text of a license file.
---@param text string
---@return string|nil id nil if it is none of those known
function license.recognize(text)
  local folded = text:sub(1, 65536):lower():gsub("[%s,]+", " ")
  for _, entry in ipairs(data.phrases) do
    local phrase = entry[1]:gsub(",", "")
    if folded:find(phrase, 1, true) then return entry[2] end
  end
  return nil
end

return license
