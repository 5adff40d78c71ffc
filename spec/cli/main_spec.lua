-- What all commands have in common: help, mistakes in the words given, colours, standard input.

local helper = dofile("spec/helper.lua")

local bad = "examples/models/os-system/pytorch_model.bin"

describe("hugh", function()
  it("prints its help, and that of a command", function()
    for words, shown in pairs {
      ["--help"] = "COMMAND --help", ["help"] = "COMMAND --help", ["scan --help"] = "--sarif", ["help scan"] = "--sarif",
      ["help policy"] = "check|test|show POLICY",
    } do
      local result = helper.hugh(words)
      assert.are.equal(0, result.code, words)
      assert.matches(shown, result.out, 1, true)
    end
    assert.matches("^hugh %d+%.%d+%.%d+\n$", helper.hugh("--version").out)
  end)

  it("says in a sentence what is wrong with a command line, and answers 2", function()
    for words, said in pairs {
      [""] = "", ["scna ."] = "Did you mean 'scan'?", ["help scna"] = "Did you mean 'scan'?", ["--json scan ."] = "the command comes first",
      ["scan"] = "missing argument 'PATH'", ["scan ''"] = "an argument is empty", ["score ''"] = "an argument is empty",
      ["scan --jsno ."] = "Did you mean '--json'?", ["scan --policy x ."] = "unknown option '--policy'", ["scan --json=1 ."] = "does not take",
      ["scan --json --sarif ."] = "can not be used together", ["scan --min-severity ."] = "must be one of", ["scan --fail-on"] = "requires an argument",
      ["score"] = "name a model", ["sbom a b"] = "name one model", ["policy"] = "check|test|show", ["policy chek x"] = "Did you mean 'check'?",
      ["policy check"] = "name a policy to check", ["policy check nowhere"] = "there is no policy 'nowhere'", ["cache -d nowhere"] = "no Hub cache",
      ["explain"] = "missing argument 'FILE'", ["classify"] = "missing argument 'PATH'", ["explain ."] = "is a directory",
    } do
      local result = helper.hugh(words)
      assert.are.equal(2, result.code, words)
      assert.matches(said, result.err, 1, true)
      assert.is_nil(result.err:find("traceback", 1, true), words)
    end
  end)

  it("tells how to name a file that looks like an option, without letting it speak to the terminal", function()
    local root = helper.directory()
    helper.write(root .. "/-\27[31m", "")
    local result = helper.hugh("scan *", ('cd %s && for d in bin lua build; do ln -s "$OLDPWD/$d" $d; done;'):format(root))
    assert.are.equal(2, result.code)
    assert.matches("'./-\\x1b[31m'", result.err, 1, true)
    assert.is_nil(result.err:find("\27", 1, true))
    helper.remove(root)
  end)

  it("colours when told to, and NO_COLOR wins", function()
    for command in ("scan score explain classify"):gmatch("%S+") do
      local words = command .. " " .. (command == "score" and "examples/models/os-system" or bad)
      assert.is_nil(helper.hugh(words).out:find("\27", 1, true))
      assert.matches("\27[", helper.hugh(words, "FORCE_COLOR=1").out, 1, true)
      assert.is_nil(helper.hugh(words, "FORCE_COLOR=1 NO_COLOR=1").out:find("\27", 1, true))
    end
  end)

  it("reads standard input, and never takes what did not come for a clean file", function()
    assert.are.equal(1, helper.hugh("scan -", "cat " .. bad .. " |").code)
    assert.matches("! os.system", helper.hugh("explain -", "cat " .. bad .. " |").out, 1, true)
    assert.matches("^zip  %-", helper.hugh("classify -", "cat " .. bad .. " |").out)
    for _, broken in ipairs { "</dev/null", "<&-", "<." } do
      for command in ("scan explain classify"):gmatch("%S+") do
        local result = helper.hugh(command .. " - " .. broken)
        assert.are.equal(2, result.code, command .. broken)
        assert.matches("standard input: ", result.err, 1, true)
      end
    end
  end)

  it("ends quietly when nobody reads on, and with 2 when the disk is full", function()
    assert.are.equal("", helper.hugh("scan --all . | head -1").err)
    for _, words in ipairs { "scan README.md", "score examples/models/onnx", "explain " .. bad, "classify README.md", "policy show hugginghugh" } do
      assert.are.equal(2, helper.hugh(words, nil, "/dev/full").code, words)
    end
  end)
end)
