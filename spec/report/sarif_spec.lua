local hugh = require("hugh")
local sarif = require("hugh.report.sarif")

describe("the SARIF log", function()
  local function log(name) return sarif(assert(hugh.scan { data = "cos\nsystem\n(S'true'\ntR.", name = name })).runs[1] end

  it("has what GitHub's code scanning wants of every result: a rule with texts, a relative address, a line, a fingerprint", function()
    local run = log("./my models/\27é#%\255.pkl")
    local rule, result = run.tool.driver.rules[1], run.results[1]
    assert.are.equal("pickle.call.dangerous", rule.id)
    assert.are.equal("9.5", rule.properties["security-severity"])
    for _, text in ipairs { rule.shortDescription.text, rule.fullDescription.text, rule.help.text } do assert.is_true(#text > 0) end
    assert.are.equal("pickle.call.dangerous", result.ruleId)
    assert.are.equal(0, result.ruleIndex)
    assert.are.equal("error", result.level)
    local place = result.locations[1].physicalLocation
    assert.are.equal("my%20models/%1B%C3%A9%23%25%5Cxff.pkl", place.artifactLocation.uri)
    assert.are.equal(1, place.region.startLine)
    assert.is_true(result.properties.offset > 0)
    assert.matches("^my%%20models/.*|pickle.call.dangerous|os.system", result.partialFingerprints["hugh/1"])
  end)

  it("names files outside of the working directory by a whole address", function()
    assert.are.equal("file:///srv/x.pkl", log("/srv/x.pkl").results[1].locations[1].physicalLocation.artifactLocation.uri)
  end)

  it("says so when not everything was seen", function()
    local found = assert(hugh.scan { data = "{}", name = "a.json" })
    assert.is_true(sarif(found).runs[1].invocations[1].executionSuccessful)
    local report = require("hugh.report")
    local log_of_nothing = sarif(report.new({}, { { path = "b", message = "b: is gone", code = "ENOENT" } }))
    assert.is_false(log_of_nothing.runs[1].invocations[1].executionSuccessful)
    assert.are.equal("b: is gone", log_of_nothing.runs[1].invocations[1].toolExecutionNotifications[1].message.text)
    assert.matches('"results": []', require("hugh.json").encode(log_of_nothing, { pretty = true }), 1, true)
  end)
end)
