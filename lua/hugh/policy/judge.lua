-- Judging, inside the sandbox (see values.lua): evaluate asks the factors, rules and lists of the policy that language.lua compiled.

local host = ...
local pcall, table, glob = host.pcall, host.table, host.glob
local type, next, ipairs = host.type, host.next, host.ipairs
local text_of, shown, at, crash, fill, short, day_number = host.text_of, host.shown, host.at, host.crash, host.fill, host.short, host.day_number

local policy -- as compiled
local today
local terse -- only the score and the verdict are wanted, and no texts

local function told(text, m) return terse and "" or fill(text, m) end

-- The number of the first pattern that matches.
local function matching(patterns, value, ignore_case)
  for i, pattern in ipairs(patterns or {}) do
    if glob(pattern, value, ignore_case) then return i end
  end
end

local function fired(result, rule)
  result.rules[#result.rules + 1] = rule
end

-- files, globals and licenses: what is denied, and what is on no list when there is a default. What is known to be safe or dangerous needs no
-- list: dangerous globals are denied unless allowed by name; safe globals pass, and so do safe files when nothing says which files are allowed.
local function apply_list(result, name, items, ignore_case, what)
  local list = policy.lists[name]
  if not list then return end
  local denied, unlisted, rest = {}, { source = list.sources.default }, name == "licenses" and "unknown" or "default"
  for _, item in ipairs(items) do
    local allowed, by = matching(list.allow, item.value, ignore_case), matching(list.deny, item.value, ignore_case)
    if by or (item.dangerous and not allowed) then
      denied[#denied + 1] = item
      denied.source = denied.source or by and list.sources.deny[by]
    elseif list.default and list.default ~= "allow" and not item.safe and not allowed then
      unlisted[#unlisted + 1] = item
    end
  end
  local function report(found, id, verdict, message, fix)
    if #found == 0 then return end
    local values, paths = {}, {}
    for i = 1, math.min(#found, 3) do values[i] = found[i].value end
    for i = 1, #found do paths[i] = found[i].path end
    local more = #found > 3 and " and " .. text_of(#found - 3) .. " more" or ""
    fired(result, { name = id, verdict = verdict, message = what .. " " .. table.concat(values, ", ") .. more .. " " .. message, fix = fix,
      source = found.source or list.source, paths = paths })
  end
  report(denied, name .. ".deny", "block", #denied == 1 and "is denied" or "are denied")
  report(unlisted, name .. "." .. rest, list.default, (#unlisted == 1 and "is " or "are ")
    .. (list.allow and "not on the list of what is allowed" or name == "licenses" and "on no list" or "not known to be safe"))
end

-- The paths of what a condition returned: files, or paths; at most so many. Are these all?
local PATHS_MOST = 1000
local function paths_of(given)
  local list = {}
  for n = 1, math.min(#given, PATHS_MOST) do
    local path = given[n]
    if type(path) == "table" then path = path.path end
    if type(path) == "string" then list[#list + 1] = short(path) end
  end
  return list, #list == #given
end

-- The share of its points that a factor is worth, by what its function returned; nil if that is not known. After it, what is wrong.
local function share_of(ok, value)
  if not ok then return nil, crash(value) end
  if type(value) == "boolean" then value = value and 1 or 0 end
  if value == nil or type(value) == "number" and value >= 0 and value <= 1 then return value end
  return nil, "score must return a number from 0 to 1, or nil and why it is not known, but not " .. shown(value)
end

-- What is told of a factor. Its name, weight and source do not change: the host has them from compile.
local function entry_of(factor, share, reason, m)
  reason = type(reason) == "string" and reason or share and "" or "not known"
  if not share then return { status = "inconclusive", reason = fill(reason, m) } end
  return {
    points = math.floor(share * factor.scaled * 1e6 + 0.5) / 1e6, status = share >= 0.75 and "pass" or share >= 0.3 and "warn" or "fail",
    reason = fill(reason, m),
  }
end

local function covers(exempt, rule, m)
  if exempt.name ~= rule.name or (exempt.repo and exempt.repo ~= m.repo) then return false end
  if not (exempt.sha256 or exempt.path) then return true end
  if not rule.paths or #rule.paths == 0 or rule.partial then return false end
  for _, path in ipairs(rule.paths) do
    local hit = false
    for _, file in ipairs(m.files or {}) do
      local same = file.path == path and (not exempt.sha256 or file.sha256 == exempt.sha256)
      hit = hit or same and (not exempt.path or glob(exempt.path, path))
    end
    if not hit then return false end
  end
  return true
end

-- The exemption that covers a rule, and whether it has ended; one that still holds, if there is one.
local function exemption_for(rule, m, used)
  local ended
  for i, exempt in ipairs(policy.exempts) do
    if covers(exempt, rule, m) then
      used[i] = true
      if today and day_number(exempt.expires) >= today then return exempt, false end
      ended = ended or exempt
    end
  end
  return ended, ended ~= nil
end

local running -- the number of the factor or rule that was called last; rules are counted on after factors

--- Who is to blame when a budget was spent.
function culprit() return running end

-- Judges facts, which the host lends. `date` is today as year-month-day. What crashes blocks, and so does what ran away before:
-- { [number] = why } is not run again.
local function judge(facts, date, runaways)
  local m
  host.reset()
  m, today = host.lend(facts, date)
  policy, running = host.policy, nil
  local result = { shares = {}, factors = {}, rules = {}, exemptions = {} }
  local function call(number, condition)
    if runaways[number] then return false, runaways[number] end
    running = number
    return pcall(condition, m)
  end
  local function policy_error(entry, message, fact)
    fired(result, { name = entry.name, verdict = "block", code = "POLICY_ERROR", source = at(entry.source, entry.line), fact = fact,
      message = message, fix = "run `hugh policy check` and `hugh policy test`" })
  end
  for i, factor in ipairs(policy.factors) do
    local ok, value, reason = call(i, factor.score)
    local share, problem, fact = share_of(ok, value)
    if problem then
      policy_error(factor, problem, fact)
      reason = "the factor failed"
    end
    result.shares[i] = share or false
    if not terse then result.factors[i] = entry_of(factor, share, reason, m) end
  end
  for i, rule in ipairs(policy.rules) do
    local ok, when, paths = call(#policy.factors + i, rule.when)
    if not ok then
      policy_error(rule, crash(when))
    elseif when ~= nil and type(when) ~= "boolean" then -- 0 and "" count as true in Lua, which few mean
      policy_error(rule, "when must return true or false, not " .. shown(when))
    elseif when then
      local list, all
      if type(paths) == "table" then list, all = paths_of(paths) end
      fired(result, { name = rule.name, verdict = rule.verdict, message = told(rule.message, m), fix = rule.fix and told(rule.fix, m),
        source = at(rule.source, rule.line), paths = list, partial = list and not all or nil })
    end
  end
  running = nil
  if next(policy.lists) then
    local files, globals, licenses = {}, {}, {}
    local listed = policy.lists.files and policy.lists.files.allow
    for i, file in ipairs(m.files or {}) do
      files[i] = { value = file.path, path = file.path, safe = not listed and file.safety == "safe" and file.complete }
    end
    for i, global in ipairs(m.globals or {}) do
      globals[i] = { value = global.name, path = global.path, safe = global.class == "safe", dangerous = global.class == "dangerous" }
    end
    if m.license then licenses[1] = { value = m.license } end
    apply_list(result, "files", files, true, "the file")
    apply_list(result, "globals", globals, false, "the global")
    apply_list(result, "licenses", licenses, true, "the license")
    local default = policy.lists.globals and policy.lists.globals.default
    if default and default ~= "allow" and m.safety then -- else no file was read
      local unread = {}
      for _, file in ipairs(m.files or {}) do
        if (file.is_pickle or file.pickle_name) and not file.complete then unread[#unread + 1] = file.path end
      end
      if #unread > 0 then
        fired(result, { name = "globals.default", verdict = default, source = policy.lists.globals.sources.default, paths = unread,
          message = "what " .. text_of(unread) .. " names is not known: it was not read in full" })
      end
    end
    local list = policy.lists.licenses
    if list and list.default and list.default ~= "allow" and not m.license then
      fired(result, { name = "licenses.unknown", verdict = list.default, message = "no license is known", source = list.sources.default })
    end
  end
  local used, kept = {}, {}
  for _, rule in ipairs(result.rules) do
    local exempt, expired = exemption_for(rule, m, used)
    rule.partial = nil
    if exempt and not rule.code then
      result.exemptions[#result.exemptions + 1] = { rule = rule.name, because = exempt.because, by = exempt.by, expires = exempt.expires,
        source = at(exempt.source, exempt.line), status = expired and "expired" or "used", message = rule.message }
      if expired then
        kept[#kept + 1] = rule
        kept[#kept + 1] = { name = "exemption.expired", verdict = "warn", source = at(exempt.source, exempt.line),
          message = "the exemption from " .. rule.name .. " ended on " .. exempt.expires, fix = "fix the cause, or renew the exemption" }
      end
    else
      kept[#kept + 1] = rule
    end
  end
  for i, exempt in ipairs(policy.exempts) do
    if not used[i] and (not exempt.repo or exempt.repo == m.repo) and (exempt.repo or exempt.sha256) then
      local applies = exempt.repo ~= nil
      for _, file in ipairs(m.files or {}) do applies = applies or (exempt.sha256 ~= nil and file.sha256 == exempt.sha256) end
      if applies then
        kept[#kept + 1] = { name = "exemption.unused", verdict = "warn", source = at(exempt.source, exempt.line),
          message = "the exemption from " .. exempt.name .. " is not needed any more", fix = "remove it" }
      end
    end
  end
  result.rules = kept
  return result
end

--- Everything that is to be told of a model.
function evaluate(...)
  terse = false
  return judge(...)
end

--- Only the shares of the factors, false for what is not known, and the verdict.
function rank(...)
  terse = true
  local result, verdict = judge(...), "allow"
  for _, rule in ipairs(result.rules) do
    if host.ranks[rule.verdict] > host.ranks[verdict] then verdict = rule.verdict end
  end
  return result.shares, verdict
end

--- A rule for a score below the policy's bounds is the host's: it knows the score.
function tests()
  local list = {}
  for i, test in ipairs(host.policy.tests) do
    list[i] = { name = test.name, given = test.given, expect = test.expect, source = at(test.source, test.line) }
  end
  return list
end
