-- A policy keeps nothing from one model to the next, inside the sandbox (see values.lua): what its functions find outside of themselves is, each
-- time they are asked, what it was when the text had been read. Tables are given as views, which cannot be changed; other values are set again.

local host = ...
local debug, getmetatable, string = host.debug, host.getmetatable, host.string
local type, pairs, ipairs = type, pairs, ipairs -- of Lua: views have been made of nothing yet

local count, functions, indices, values = 0, {}, {}, {} -- the cells that the policy's functions can set, and what is in them

-- Is it a function of a policy's text? Those of the language keep nothing that is a policy's.
local function of_policy(value) return type(value) == "function" and string.sub(debug.getinfo(value, "S").source, 1, 1) == "@" end

-- What has a metatable is the language's own: its names, its views.
local function is_plain(value) return type(value) == "table" and not getmetatable(value) end

--- Sees to it that the functions of a compiled policy keep nothing.
function host.freeze(policy)
  local todo, seen, copies, views = {}, {}, {}, {}
  local function settled(value)
    if not is_plain(value) then
      if of_policy(value) and not seen[value] then
        seen[value], todo[#todo + 1] = true, value
      end
      return value
    end
    if not views[value] then
      copies[value] = {}
      views[value], todo[#todo + 1] = host.view(copies[value]), value
    end
    return views[value]
  end
  for _, factor in ipairs(policy.factors) do settled(factor.score) end
  for _, rule in ipairs(policy.rules) do settled(rule.when) end
  while #todo > 0 do
    local holder = todo[#todo]
    todo[#todo] = nil
    if type(holder) == "table" then
      for key, value in pairs(holder) do copies[holder][settled(key)] = settled(value) end
    else
      local i, name, value = 1, debug.getupvalue(holder, 1)
      while name do
        local cell = debug.upvalueid(holder, i)
        if not seen[cell] then
          seen[cell] = true
          count = count + 1
          functions[count], indices[count], values[count] = holder, i, settled(value)
        end
        i = i + 1
        name, value = debug.getupvalue(holder, i)
      end
    end
  end
end

--- Sets what the policy's functions can set to what it was.
function host.reset()
  for i = 1, count do debug.setupvalue(functions[i], indices[i], values[i]) end
end
