-- The texts that a policy is made of: its own and those it extends, found, read into the sandbox, and checked.

local check_names = require("hugh.policy.names").check
local core = require("hugh.core")
local mistakes = require("hugh.policy.mistakes")
local tokens = require("hugh.policy.tokens")
local wording = require("hugh.policy.wording")

local layers = {}

local EXTENDS_MOST = 16 -- levels of inheritance
local TEXT_MOST = 131072 -- bytes of a policy

local function read(path)
  local file, message = io.open(path, "rb")
  if not file then return nil, message end
  local text
  text, message = file:read(TEXT_MOST + 1) -- one too many is enough to know
  file:close()
  return text or not message and "" or nil, message and path .. ": " .. message
end

-- A file of hugh's own, found the way require finds modules.
function layers.own(name)
  for template in package.path:gmatch("[^;]+") do
    local path = template:gsub("%?", (name:gsub("%.", "/")))
    local text = read(path)
    if text then return text, path end
  end
  return nil
end

-- A path without "." and "..", so that one file has one name and a circle is seen as one.
local function plain(path)
  local parts = {}
  for part in path:gmatch("[^/]+") do
    if part == ".." and parts[1] and parts[#parts] ~= ".." then parts[#parts] = nil
    elseif part ~= "." then parts[#parts + 1] = part end
  end
  return (path:find("^/") and "/" or "") .. table.concat(parts, "/")
end

-- A text as it is read: at most so long, its lines ended by "\n" alone, without the marks that editors and shells put before it.
---@return { text: string, name: string }|nil source
---@return string|nil message
local function source_of(text, name)
  if #text > TEXT_MOST then return nil, ("'%s' is too long for a policy: at most %d KiB"):format(name, TEXT_MOST / 1024) end
  return { text = text:gsub("^\239\187\191", ""):gsub("\r\n?", "\n"):gsub("^#[^\n]*", ""), name = name }
end

-- Where the text of a policy is: a shipped name, a file (relative to `base`, the file that names it), or the text itself.
---@return { text: string, name: string }|nil source
---@return string|nil message
---@param extending boolean|nil a policy names it: only policies are read, so that nothing of another file can end up in a message
function layers.find(what, base, extending)
  if not extending and (what:find("\n", 1, true) or what:find("^%s*policy%s*[\"']")) then return source_of(what, "policy") end
  if what:find("^[%w_-]+$") then
    local text = layers.own("hugh.policies." .. what)
    if text then return { text = text, name = what, shipped = true } end
  end
  local path = plain(what:find("^/") and what or (base and base:match("^(.*/)") or "") .. what)
  local text, message = read(path)
  if not text and not what:find("[/.]") then
    return nil, ("there is no policy '%s': name one that hugh ships (hugginghugh, verified) or a file"):format(what)
  end
  if not text then return nil, "cannot read the policy " .. message end
  if extending and not text:find("policy%s*[\"']") then return nil, ("'%s' is not a policy"):format(what) end
  return source_of(text, path)
end

local function version_number(text)
  local major, minor, patch = text:match("(%d+)%.(%d+)%.?(%d*)")
  if not major then return nil end
  return tonumber(major) * 1e6 + tonumber(minor) * 1e3 + (tonumber(patch) or 0)
end

-- "hugh >= 1.0": nil if this hugh will do.
local function unmet(requires)
  local bound = requires:match("^%s*hugh%s*>=%s*([%d.]+)%s*$")
  local wanted = bound and version_number(bound .. (bound:find("%.") and "" or ".0"))
  if not wanted then return "requires is written \"hugh >= 1.0\"" end
  if wanted > version_number(core.version) then return ("this policy needs hugh %s or newer; this is %s"):format(bound, core.version) end
end

-- Reads one text into the box, and adds what is wrong with it.
---@return table|nil layer nil when there are mistakes that end the reading of this text
---@return string|nil message when the box failed
---@return string|nil code
local function read_layer(box, source, found)
  local list, wrong
  if not source.shipped then -- what hugh ships was looked through by its own tests
    list, wrong = tokens.read(source.text)
    if wrong then return found:add(source, { wrong }) end
    source.tokens = list
  end
  local layer, problems, code = box:call("load_policy", source.text, "@" .. source.name)
  if code == "SYNTAX" then
    local function range(line) return mistakes.range(source, line) end
    local function wrong_with(token)
      local message = box:call("syntax_error", source.text:sub(1, token.at + #token.text - 1))
      return message and not message:find("<eof>'?$")
    end
    return found:add(source, { wording.syntax(problems, list, range, wrong_with) })
  elseif not layer then
    return nil, problems, code
  end
  local named = list and check_names(list) or {}
  found:add(source, named)
  if not layer.name then
    found:add(source, { { at = list and list[1] and list[1].at or 1, message = "a policy starts with its name: policy \"name\" { … }" } })
  end
  for _, problem in ipairs(problems) do
    if problem.failed then problem.message, problem.line = wording.failure(problem.message), mistakes.statement_line(source, problem.line) end
    local again = named[1] and (problem.name or problem.failed) -- what follows from names is told already
    if not again then found:add(source, { problem }) end
  end
  return layer
end

-- "a.lua → b.lua → a.lua", when `name` is among those that are being read for `item`; else nil.
local function circle(item, name)
  local trail = { name }
  while item do
    table.insert(trail, 1, item.source.name)
    if item.source.name == name then return table.concat(trail, " → ") end
    item = item.parent
  end
end

-- What a policy extends, as things to do next: what it names first is read first.
local function add_bases(todo, item, layer, found)
  local source = item.source
  local function problem(message, word)
    found:add(source, { { line = layer.lines.policy, message = message, key = word } })
    found.unread = true
  end
  for i = #layer.extends, 1, -1 do
    local name = layer.extends[i]
    local base, message = layers.find(name, source.name:find("[/.]") and source.name or nil, true)
    local around = base and circle(item, base.name)
    if not base then problem(message, name)
    elseif around then problem("policies extend each other in a circle: " .. around, name)
    elseif item.depth == EXTENDS_MOST then problem("too many levels of extends", name)
    else todo[#todo + 1] = { source = base, parent = item, depth = item.depth + 1 } end
  end
end

--- Reads a policy and what it extends into the box.
---@param box table
---@param first { text: string, name: string }
---@return table[]|nil order the layers, bases first, each once
---@return table|string found the mistakes, or why the box failed
---@return string|nil code
function layers.read(box, first)
  local order, found, seen = {}, mistakes.new(), {}
  local todo = { { source = first, depth = 0 } }
  while #todo > 0 do
    local item = table.remove(todo)
    if item.done then
      order[#order + 1] = item.done
    elseif not seen[item.source.name] then -- a base that two share is read once, before both
      seen[item.source.name] = true
      local layer, message, code = read_layer(box, item.source, found)
      if message then return nil, item.source.name .. ": " .. message, code or "POLICY" end
      if layer then
        local newer = layer.requires and unmet(layer.requires)
        if newer then found:add(item.source, { { line = layer.lines.policy, message = newer, key = "requires" } }) end
        found.by_layer[layer.index] = item.source
        todo[#todo + 1] = { done = layer }
        add_bases(todo, item, layer, found)
      else
        found.unread = true
      end
    end
  end
  return order, found
end

return layers
