-- Policies: loaded into a sandbox of their own, reused for any number of models.
--
--     local policy = assert(hugh.policy.load("acme.lua"))      -- a name, a file, or the text itself
--     local result = policy:assess(model)
--
-- values.lua, frozen.lua, language.lua and judge.lua run inside the sandbox, layers.lua finds and reads the texts; this file puts them together,
-- and turns factors into a score.

local core = require("hugh.core")
local facts = require("hugh.model.facts")
local layers = require("hugh.policy.layers")
local mistakes = require("hugh.policy.mistakes")
local suggest = require("hugh.suggest")
local words = require("hugh.policy.words")
local wording = require("hugh.policy.wording")

---@class hugh.policy
---@field name string
---@field about string|nil
---@field bases string[] what it builds on, in the order in which it is read
---@field description table factors, rules, lists, grades, exemptions and tests, each with the statement it is from as file:line
local policy = {}
policy.__index = policy

local module = {}

local LIMITS = { memory = 4194304, instructions = 20000000, milliseconds = 50 }
local RUNAWAYS_MOST = 3 -- each uses up the whole budget; after as many the rest is not asked any more

-- Grades as a list from the best down.
local function grades_of(description)
  local list = {}
  for name, from in pairs(description.grades or { A = 90, B = 80, C = 70, D = 60 }) do list[#list + 1] = { name = name, from = from } end
  table.sort(list, function(a, b) return a.from > b.from end)
  return list
end

local function weighed(description)
  local list = {}
  for i, factor in ipairs(description.factors) do list[i] = { weight = factor.weight } end
  return list
end

--- Loads a policy.
---@param what string|table a shipped policy's name, a file, the text of a policy, or a policy as plain data (see table.lua)
---@param limits? { memory?: integer, instructions?: integer, milliseconds?: integer } what evaluating may cost
---@return hugh.policy|nil
---@return string|nil message every mistake of the text, each with file:line, the line itself and a caret
---@return string|nil code "POLICY"
function module.load(what, limits)
  if type(what) == "table" then what = require("hugh.policy.table").text(what) end
  if type(what) ~= "string" then error("hugh.policy.load: expected a policy's name, file, text or table, got a " .. type(what), 2) end
  suggest.check_options(limits, { "memory", "instructions", "milliseconds" }, "hugh.policy.load")
  local source, message = layers.find(what)
  if not source then return nil, message, "POLICY" end
  local box = core.sandbox(limits or LIMITS)
  for _, name in ipairs { "values", "frozen", "language", "judge" } do
    local text, place = layers.own("hugh.policy." .. name)
    assert(box:load(assert(text, "hugh is not installed in full: lua/hugh/policy/" .. name .. ".lua is missing"), "=" .. place))
  end
  box:call("know", facts.known, words.checks(), words.names())
  local order, found, code = layers.read(box, source)
  if not order then return nil, found, code end
  local description, problems
  if not found.unread then -- else what is missing would make mistakes of what is right
    local indices = {}
    for i, layer in ipairs(order) do indices[i] = layer.index end
    description, problems = box:call("compile", indices)
    if not description then return nil, source.name .. ": " .. tostring(problems), "POLICY" end
    for _, problem in ipairs(problems) do found:add(found.by_layer[problem.layer], { problem }) end
  end
  if #found.list > 0 then return nil, found:text(), "POLICY" end
  local derived, texts, bases = order[#order], {}, {}
  for i, layer in ipairs(order) do
    local text = found.by_layer[layer.index]
    texts[text.name] = text
    if i < #order then bases[i] = text.name end
  end
  local made = { name = derived.name or source.name, about = derived.about, description = description, bases = bases, texts = texts, box = box,
    source = source.name, weighed = weighed(description), grades = grades_of(description) }
  return setmetatable(made, policy)
end

--- The line of a value: where its key stands in the statement that it is from.
---@param source string file:line of the statement
---@param key string|number a name, a pattern or a bound
---@return string file:line
function policy:place(source, key)
  local name, line = source:match("^(.*):(%d+)$")
  return ("%s:%.0f"):format(name, mistakes.line_of(self.texts[name], tonumber(line), tostring(key)))
end

-- What the policy says of a model, as evaluate or rank in judge.lua put it. What runs away is named, left out, and the rest is asked again: one
-- rule must not hide the others.
local function ask(box, how, model, date)
  local runaways = {}
  date = date or os.date("!%Y-%m-%d")
  for _ = 1, RUNAWAYS_MOST do
    local result, message, code = box:lend(how, model, date, runaways)
    local culprit = code == "BUDGET" and box:call("culprit")
    if not culprit then return result, message end
    runaways[culprit] = message
  end
  return nil, "too many of its factors and rules ran away"
end

local order = { allow = 1, warn = 2, block = 3 }

-- The score of the shares that factors are worth (false: not known), the part of all weights that it rests on, and its grade.
local function score_of(self, shares)
  for i, factor in ipairs(self.weighed) do factor.value = shares[i] or nil end
  local score, coverage = core.score(self.weighed)
  score = math.floor(score * 100 + 0.5) / 100
  local grade = "F"
  for _, other in ipairs(self.grades) do
    if score >= other.from then
      grade = other.name
      break
    end
  end
  return score, math.floor(coverage * 100 + 0.5) / 100, grade
end

-- Of the bounds that the score is below, the strictest verdict counts, told with the lowest of its bounds.
local function bound_above(self, score)
  local worst
  for _, below in ipairs(self.description.below) do -- from the highest bound down
    if score < below.score and order[below.verdict] >= order[worst and worst.verdict or "warn"] then worst = below end
  end
  return worst
end

-- How a rule or a factor failed: where, as far as Lua knows, and why.
local function failure(self, rule)
  local shape = rule.fact and facts.shapes[rule.fact.of]
  local message = mistakes.with_hint(wording.failure(rule.message), rule.fact and rule.fact.name, shape and shape.fields)
  local name, line, rest = message:match("^(.-):(%d+): (.*)$")
  if not self.texts[name] then return message end
  return ("%s:%d: %s"):format(name, mistakes.statement_line(self.texts[name], tonumber(line)), rest)
end

--- Judges a model.
---@param model hugh.facts
---@param date? string today, as year-month-day (default: the clock's)
---@return hugh.assessment result without model and files
function policy:assess(model, date)
  if type(model) ~= "table" then error("policy:assess: expected the facts of a model, got a " .. type(model), 2) end
  if date and not tostring(date):find("^%d%d%d%d%-%d%d%-%d%d$") then error("policy:assess: the date must be like 2027-03-31", 2) end
  local evaluated, message = ask(self.box, "evaluate", model, date)
  if not evaluated then -- fail closed
    evaluated = { shares = {}, factors = {}, exemptions = {}, rules = { {
      name = "policy", verdict = "block", code = "POLICY_ERROR", message = message, source = self.source,
      fix = "run `hugh policy check` and `hugh policy test`",
    } } }
  end
  for i, factor in ipairs(evaluated.factors) do
    local told = self.description.factors[i]
    factor.name, factor.about, factor.weight = told.name, told.about, told.weight
    factor.source, factor.weight_source = told.source, told.weight_source
  end
  local score, coverage, grade = score_of(self, evaluated.shares)
  local rules, bound = evaluated.rules, not message and bound_above(self, score) or nil
  if bound then
    rules[#rules + 1] = { name = "below", verdict = bound.verdict, source = bound.source,
      message = ("the score of %.4g is below %.4g"):format(score, bound.score) }
  end
  local verdict = "allow"
  for _, rule in ipairs(rules) do
    if rule.code == "POLICY_ERROR" then rule.message = "the policy itself failed: " .. failure(self, rule) end
    rule.fact = nil
    if order[rule.verdict] > order[verdict] then verdict = rule.verdict end
  end
  return {
    schema = "hugh.assessment/1", target = model.target or model.repo or "", policy = self.name, score = score,
    coverage = coverage, grade = grade, verdict = verdict, factors = evaluated.factors, rules = rules, exemptions = evaluated.exemptions,
  }
end

--- Judges a model in as few words as ranking needs.
---@param model hugh.facts
---@param date? string
---@return { target: string, score: number, coverage: number, grade: string, verdict: string }
function policy:rank(model, date)
  local shares, verdict = ask(self.box, "rank", model, date)
  local score, coverage, grade = score_of(self, shares or {})
  local bound = shares and bound_above(self, score)
  if not shares then verdict = "block" -- fail closed
  elseif bound and order[bound.verdict] > order[verdict] then verdict = bound.verdict end
  return { target = model.target or "", score = score, coverage = coverage, grade = grade, verdict = verdict }
end

--- Runs the policy's own tests.
---@return { name: string, passed: boolean, why: string|nil, source: string }[]
function policy:test() return require("hugh.policy.tests").run(self) end

return module
