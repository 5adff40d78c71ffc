-- Base scores of CVSS 3.0, 3.1 and 4.0 vectors, as the specifications of FIRST (https://www.first.org/cvss) compute them. Threat and
-- environmental metrics are left out: they are about a user's surroundings, not about the vulnerability.

local cvss = {}

local function read(vector)
  local metrics = {}
  for name, value in vector:gmatch("/(%u+):(%u)") do metrics[name] = value end
  return metrics
end

-- ------------------------------------------------------------------- 3.0 and 3.1

local impact = { H = 0.56, L = 0.22, N = 0 }
local weights = {
  AV = { N = 0.85, A = 0.62, L = 0.55, P = 0.2 }, AC = { L = 0.77, H = 0.44 }, UI = { N = 0.85, R = 0.62 }, C = impact, I = impact, A = impact,
}
local privileges = { U = { N = 0.85, L = 0.62, H = 0.27 }, C = { N = 0.85, L = 0.68, H = 0.5 } }

local function round_up(value) -- as the specification of 3.1 defines it, in integers
  local whole = math.floor(value * 100000 + 0.5)
  if whole % 10000 == 0 then return whole / 100000 end
  return (math.floor(whole / 10000) + 1) / 10
end

local function score3(metrics)
  local changed = metrics.S == "C"
  local weight = { PR = (privileges[metrics.S] or {})[metrics.PR] }
  for name, values in pairs(weights) do weight[name] = values[metrics[name]] end
  for _, name in ipairs { "AV", "AC", "PR", "UI", "C", "I", "A" } do
    if not weight[name] then return nil end
  end
  local lost = 1 - (1 - weight.C) * (1 - weight.I) * (1 - weight.A)
  local harm = changed and 7.52 * (lost - 0.029) - 3.25 * (lost - 0.02) ^ 15 or 6.42 * lost
  if harm <= 0 then return 0 end
  local exploitability = 8.22 * weight.AV * weight.AC * weight.PR * weight.UI
  return round_up(math.min((changed and 1.08 or 1) * (harm + exploitability), 10))
end

-- --------------------------------------------------------------------------- 4.0

-- How far each value is below the worst one.
local levels = {
  AV = { N = 0, A = 1, L = 2, P = 3 }, PR = { N = 0, L = 1, H = 2 }, UI = { N = 0, P = 1, A = 2 }, AC = { L = 0, H = 1 }, AT = { N = 0, P = 1 },
}
for _, name in ipairs { "VC", "VI", "VA", "SC", "SI", "SA" } do levels[name] = { H = 0, L = 1, N = 2 } end

-- The score of each MacroVector that base metrics can have or border on (of FIRST's 270): a row for each pair of the classes EQ1 and EQ2; in
-- it the pairs EQ3 EQ6 = 00, 01, 10, 11, 21, each with EQ4 = 1 and 2. EQ5 is 0.
local scores = {
  [0] = { [0] = { 10.0, 9.3, 9.6, 9.0, 9.3, 8.8, 9.2, 8.0, 7.9, 6.9 }, { 9.5, 9.2, 9.1, 8.1, 9.2, 8.4, 8.2, 7.0, 7.1, 6.3 } },
  [1] = { [0] = { 9.4, 8.7, 8.9, 7.5, 8.6, 7.2, 7.6, 5.7, 6.5, 5.3 }, { 9.0, 7.7, 7.7, 6.6, 7.4, 6.1, 5.9, 5.2, 5.8, 2.3 } },
  [2] = { [0] = { 8.6, 7.0, 7.4, 5.4, 7.2, 5.3, 5.7, 3.6, 4.7, 2.4 }, { 7.3, 5.4, 5.5, 4.3, 6.1, 4.6, 5.1, 1.8, 2.4, 1.0 } },
}

local function score_of(eq1, eq2, eq36, eq4)
  local row = scores[eq1] and scores[eq1][eq2]
  return row and eq4 <= 2 and row[2 * eq36 + eq4] or nil
end

-- The worst vectors of a class, and how many steps there are down to the next one.
local classes = {
  eq1 = { [0] = { depth = 1, "AV:N/PR:N/UI:N" }, { depth = 4, "AV:A/PR:N/UI:N", "AV:N/PR:L/UI:N", "AV:N/PR:N/UI:P" },
    { depth = 5, "AV:P/PR:N/UI:N", "AV:A/PR:L/UI:P" } },
  eq2 = { [0] = { depth = 1, "AC:L/AT:N" }, { depth = 2, "AC:H/AT:N", "AC:L/AT:P" } },
  eq36 = { [0] = { depth = 7, "VC:H/VI:H/VA:H" }, [2] = { depth = 8, "VC:L/VI:H/VA:H", "VC:H/VI:L/VA:H" }, [4] = { depth = 10, "VC:L/VI:L/VA:L" } },
  eq4 = { { depth = 5, "SC:H/SI:H/SA:H" }, { depth = 4, "SC:L/SI:L/SA:L" } },
}

-- How far down its class a vector is: 0 for its worst member.
local function depth(metrics, class)
  for _, worst in ipairs(class) do
    local steps, reached = 0, true
    for name, value in worst:gmatch("(%u+):(%u)") do
      local step = levels[name][metrics[name]] - levels[name][value]
      steps, reached = steps + step, reached and step >= 0
    end
    if reached then return steps / class.depth end
  end
  return 0
end

local function score4(metrics)
  for name, values in pairs(levels) do
    if not values[metrics[name]] then return nil end
  end
  local function all(value, ...)
    for _, name in ipairs { ... } do
      if metrics[name] ~= value then return false end
    end
    return true
  end
  local function any(value, ...)
    for _, name in ipairs { ... } do
      if metrics[name] == value then return true end
    end
    return false
  end
  if all("N", "VC", "VI", "VA", "SC", "SI", "SA") then return 0 end
  local eq1 = all("N", "AV", "PR", "UI") and 0 or any("N", "AV", "PR", "UI") and metrics.AV ~= "P" and 1 or 2
  local eq2 = metrics.AC == "L" and metrics.AT == "N" and 0 or 1
  local eq36 = all("H", "VC", "VI") and 0 or any("H", "VC", "VI", "VA") and 2 or 4 -- the pairs 00, 10 and 21
  local eq4 = any("H", "SC", "SI", "SA") and 1 or 2

  -- The score of the class, less the mean of what the vector's place in each of its four classes takes away; EQ5 takes nothing and counts.
  local score = score_of(eq1, eq2, eq36, eq4)
  local lost, count = 0, 1
  local function take(lower, class)
    if not lower then return end
    lost, count = lost + (score - lower) * depth(metrics, class), count + 1
  end
  take(score_of(eq1 + 1, eq2, eq36, eq4), classes.eq1[eq1])
  take(score_of(eq1, eq2 + 1, eq36, eq4), classes.eq2[eq2])
  take(score_of(eq1, eq2, eq36, eq4 + 1), classes.eq4[eq4])
  local below36 = score_of(eq1, eq2, eq36 + 1, eq4)
  if eq36 == 0 then below36 = math.max(below36, score_of(eq1, eq2, 2, eq4)) end
  take(below36, classes.eq36[eq36])
  return math.floor((score - lost / count) * 10 + 0.5 + 1e-6) / 10
end

--- The base score of a vector.
---@param vector string "CVSS:3.1/AV:N/…" or "CVSS:4.0/AV:N/…"
---@return number|nil 0..10; nil if it is not such a vector
function cvss.score(vector)
  if vector:find("^CVSS:3%.[01]/") then return score3(read(vector)) end
  if vector:find("^CVSS:4%.0/") then return score4(read(vector)) end
  return nil
end

return cvss
