-- Ranking asks the same few things a million times: a function whose answers are kept, up to a limit.

local MOST = 4096
local LONGEST = 1000 -- bytes of what is asked for: it is a stranger's

---@generic T
---@param ask fun(key: string, ...): T it gives the same answer to the same key; never nil
---@return fun(key: string, ...): T
return function(ask)
  local kept, count = {}, 0
  return function(key, ...)
    local answer = kept[key]
    if answer ~= nil then return answer end
    answer = ask(key, ...)
    if #key > LONGEST then return answer end
    if count == MOST then kept, count = {}, 0 end
    kept[key], count = answer, count + 1
    return answer
  end
end
