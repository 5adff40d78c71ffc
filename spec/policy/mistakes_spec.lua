-- What people get wrong, and exactly what they are told: the same on every Lua.
local policy = require "hugh.policy"

-- What is wrong, the text, what is printed.
local cases = {
  { "a missing comma", [[
policy "p" {}
rule "r" {
  verdict = warn
  message = "m",
  when = function (m) return true end,
}]], [[
policy:4: a comma is missing before message
      message = "m",
      ^]] },
  { "a missing =", [[
policy "p" {}
factor "f" { weight 3, score = function (m) return 1 end }]], [[
policy:2: a = is missing between weight and 3
    factor "f" { weight 3, score = function (m) return 1 end }
                        ^]] },
  { "a missing comma after a verdict", [[
policy "p" {}
files { default = warn 3 }]], [[
policy:2: a comma is missing before 3
    files { default = warn 3 }
                           ^]] },
  { "a missing brace", [[
policy "p" {}
weights { a = 3

rule "r" {
  verdict = warn, message = "m", when = function (m) return true end,
}]], [[
policy:4: a } is missing before rule: the statement before it is not closed
    rule "r" {
    ^]] },
  { "a missing brace at the end", [[
policy "p" {}
files { deny = { "*.py" }]], [[
policy:2: this { is never closed: a } is missing
    files { deny = { "*.py" }
          ^]] },
  { "an unclosed string", [[
policy "p" {}
rule "r { verdict = warn }]], [[
policy:2: the text is not closed: a " is missing
    rule "r { verdict = warn }
         ^]] },
  { "an unclosed long string", [[
policy "p" {}
local s = [[ text]], "policy:2: this is never closed: ]] is missing\n    local s = [[ text\n              ^" },
  { "a missing end", [[
policy "p" {}
rule "r" {
  verdict = warn, message = "m",
  when = function (m) return true,
}]], [[
policy:5: an `end` is missing before }
    }
    ^]] },
  { "a missing end of an if", [[
policy "p" {}
rule "r" {
  verdict = warn, message = "m",
  when = function (m) if m.pinned then return true end,
}]], [[
policy:4: , cannot stand here: is an `end` missing before it?
      when = function (m) if m.pinned then return true end,
                                                          ^]] },
  { "one end too many", [[
policy "p" {}
local function f() return 1 end end]], [[
policy:2: this `end` closes nothing
    local function f() return 1 end end
                                    ^]] },
  { "one brace too many", [[
policy "p" {}
weights { a = 1 } }]], [[
policy:2: this } closes nothing
    weights { a = 1 } }
                      ^]] },
  { "= for ==", [[
policy "p" {}
rule "r" { verdict = warn, message = "m", when = function (m) if m.safety = "safe" then return true end end }]], [[
policy:2: one = gives a value a name; == compares
    rule "r" { verdict = warn, message = "m", when = function (m) if m.safety = "safe" then return true end end }
                                                                              ^]] },
  { "= for == in a return", [[
policy "p" {}
rule "r" { verdict = warn, message = "m", when = function (m) return m.safety = "safe" end }]], [[
policy:2: one = gives a value a name; == compares
    rule "r" { verdict = warn, message = "m", when = function (m) return m.safety = "safe" end }
                                                                                  ^]] },
  { "a colon for =", [[
policy "p" {}
rule "r" { verdict: warn }]], [[
policy:2: a field is written name = value, with = instead of :
    rule "r" { verdict: warn }
                             ^]] },
  { "a JSON list", [[
policy "p" {}
files { deny = ["*.py"] }]], [[
policy:2: a list stands in braces: { "a", "b" }
    files { deny = ["*.py"] }
                   ^]] },
  { "parentheses for braces", [[
policy "p" {}
weights (a = 1)]], [[
policy:2: = cannot stand here: == compares, and fields stand in braces: { … }
    weights (a = 1)
               ^]] },
  { "a name without quotes", [[
policy "p" {}
rule pinned { verdict = warn }]], [[
policy:2: a name stands in quotes: rule "pinned"
    rule pinned { verdict = warn }
         ^]] },
  { "!=", [[
policy "p" {}
rule "r" { verdict = warn, message = "m", when = function (m) return m.safety != "safe" end }]], [[
policy:2: != is not in this language: write ~= for "is not"
    rule "r" { verdict = warn, message = "m", when = function (m) return m.safety != "safe" end }
                                                                                  ^]] },
  { "quotes for print", [[
policy “p” {}
]], [[
policy:1: “ is a quote for print: write "
    policy “p” {}
           ^]] },
  { "an umlaut in a name", [[
policy "p" {}
local größe = 3]], [[
policy:2: ö (U+00F6) can only stand in a text or a comment
    local größe = 3
            ^]] },
  { "a pattern in a text", [[
policy "p" {}
files { deny = { "\.py$" } }]], [[
policy:2: \. means nothing in a text: write \\. for a backslash
    files { deny = { "\.py$" } }
                      ^]] },
  { "an unknown statement", [[
policy "p" {}
wieght { a = 1 }]], [[
policy:2: unknown name 'wieght'. Did you mean 'weights'?
    wieght { a = 1 }
    ^]] },
  { "an unknown field", [[
policy "p" {}
rule "r" { verdict = warn, mesage = "m", when = function (m) return true end }]], [[
policy:2: rule "r" needs its message
    rule "r" { verdict = warn, mesage = "m", when = function (m) return true end }
    ^
policy:2: rule has no field 'mesage'. Did you mean 'message'?
    rule "r" { verdict = warn, mesage = "m", when = function (m) return true end }
                               ^]] },
  { "a rule without a message", [[
policy "p" {}
rule "r" { verdict = warn, when = function (m) return true end }]], [[
policy:2: rule "r" needs its message
    rule "r" { verdict = warn, when = function (m) return true end }
    ^]] },
  { "a rule with a condition that is no function", [[
policy "p" {}
rule "r" { verdict = warn, message = "m", when = true }]], [[
policy:2: rule: when must be a function, like function (m) return m.gated end, not true
    rule "r" { verdict = warn, message = "m", when = true }
                                              ^]] },
  { "a condition outside of a function", [[
policy "p" {}
rule "r" { verdict = warn, message = "m", when = m.pinned }]], [[
policy:2: unknown name 'm': a condition is given it: function (m) return … end
    rule "r" { verdict = warn, message = "m", when = m.pinned }
                                                     ^]] },
  { "a verdict that is none", [[
policy "p" {}
rule "r" { verdict = "blocked", message = "m", when = function (m) return true end }]], [[
policy:2: rule: verdict must be allow, warn or block, not "blocked". Did you mean 'block'?
    rule "r" { verdict = "blocked", message = "m", when = function (m) return true end }
               ^]] },
  { "a verdict that is a number", [[
policy "p" {}
below { [50] = 3 }]], [[
policy:2: below [50] must be allow, warn or block, not 3
    below { [50] = 3 }
             ^]] },
  { "below the wrong way round", [[
policy "p" {}
below { block = 50 }]], [[
policy:2: below is written [50] = block, with a score from 0 to 100
    below { block = 50 }
            ^]] },
  { "a negative weight", [[
policy "p" { extends = { "hugginghugh" } }
weights { license_clarity = -3 }]], [[
policy:2: a weight is a number from 0 on, not -3
    weights { license_clarity = -3 }
              ^]] },
  { "a weight that is a text", [[
policy "p" { extends = { "hugginghugh" } }
weights { license_clarity = "30" }]], [[
policy:2: a weight is a number from 0 on, not "30"
    weights { license_clarity = "30" }
              ^]] },
  { "a weight that is not a number", [[
policy "p" {}
factor "f" { weight = 0/0, score = function (m) return 1 end }]], [[
policy:2: a weight is a number from 0 on, not nan
    factor "f" { weight = 0/0, score = function (m) return 1 end }
                 ^]] },
  { "a weight of the wrong kind", [[
policy "p" {}
factor "f" { weight = "3", score = function (m) return 1 end }]], [[
policy:2: factor: weight must be a number, not "3"
    factor "f" { weight = "3", score = function (m) return 1 end }
                 ^]] },
  { "a list of weights", [[
policy "p" {}
weights { 30, 40 }]], [[
policy:2: weights are written name = number, not 30
    weights { 30, 40 }
              ^]] },
  { "an unknown factor", [[
policy "p" { extends = { "hugginghugh" } }
weights {
  license_clarity = 3,
  licence_clarity = 4,
}]], [[
policy:4: there is no factor 'licence_clarity'. Did you mean 'license_clarity'?
      licence_clarity = 4,
      ^]] },
  { "grades out of order", [[
policy "p" {}
grades { A = 80, B = 90, C = 70 }]], [[
policy:2: grade B must start lower than A, which starts at 80
    grades { A = 80, B = 90, C = 70 }
                     ^]] },
  { "a grade over 100", [[
policy "p" {}
grades { A = 120 }]], [[
policy:2: a grade starts at a score from 0 to 100, not 120
    grades { A = 120 }
             ^]] },
  { "overlapping lists", [[
policy "p" {}
licenses { allow = { "mit", "gpl-3.0" }, deny = { "gpl-3.0" }, unknown = warn }]], [[
policy:2: licenses: 'gpl-3.0' is both allowed and denied
    licenses { allow = { "mit", "gpl-3.0" }, deny = { "gpl-3.0" }, unknown = warn }
                                ^]] },
  { "a list that is a text", [[
policy "p" {}
files { deny = "*.py" }]], [[
policy:2: files: deny must be a list of globs in braces, like { "**/*.py" }, not "*.py"
    files { deny = "*.py" }
            ^]] },
  { "a list without a name", [[
policy "p" {}
files { "*.py", "*.so" }]], [[
policy:2: files wants its fields by name: allow = …, not "*.py"
    files { "*.py", "*.so" }
            ^]] },
  { "a list with a number", [[
policy "p" {}
files { deny = { "*.py", 3 } }]], [[
policy:2: deny must hold texts in quotes, not 3
    files { deny = { "*.py", 3 } }
                             ^]] },
  { "a broken glob", [[
policy "p" {}
files { deny = { "*.{py,so" } }]], [[
policy:2: '*.{py,so' is not a glob hugh can read (an open brace, or too many alternatives)
    files { deny = { "*.{py,so" } }
                     ^]] },
  { "an exemption from nothing", [[
policy "p" { extends = { "hugginghugh" } }
exempt "dangerous-files" { repo = "a/b", because = "x", expires = "2027-01-01" }]], [[
policy:2: there is no rule 'dangerous-files'. Did you mean 'dangerous-file'?
    exempt "dangerous-files" { repo = "a/b", because = "x", expires = "2027-01-01" }
           ^]] },
  { "a dead exemption", [[
policy "p" {}
exempt "files.deny" { repo = "a/b", because = "x", expires = "2027-01-01" }]], [[
policy:2: files.deny cannot fire: the policy has no such list
    exempt "files.deny" { repo = "a/b", because = "x", expires = "2027-01-01" }
           ^]] },
  { "an exemption for everything", [[
policy "p" {}
globals { default = warn }
exempt "globals.default" { because = "x", expires = "2027-01-01" }]], [[
policy:3: an exemption must say what for: repo, sha256 or path
    exempt "globals.default" { because = "x", expires = "2027-01-01" }
    ^]] },
  { "an exemption without end", [[
policy "p" {}
globals { default = warn }
exempt "globals.default" { repo = "a/b", because = "x" }]], [[
policy:3: exempt "globals.default" needs its expires
    exempt "globals.default" { repo = "a/b", because = "x" }
    ^]] },
  { "a date that is none", [[
policy "p" {}
globals { default = warn }
exempt "globals.default" { repo = "a/b", because = "x", expires = "2027-02-30" }]], [[
policy:3: expires must be a date like 2027-03-31
    exempt "globals.default" { repo = "a/b", because = "x", expires = "2027-02-30" }
                                                            ^]] },
  { "a date the wrong way round", [[
policy "p" {}
globals { default = warn }
exempt "globals.default" { repo = "a/b", because = "x", expires = "31.12.2027" }]], [[
policy:3: expires must be a date like 2027-03-31
    exempt "globals.default" { repo = "a/b", because = "x", expires = "31.12.2027" }
                                                            ^]] },
  { "extends that is not there", [[
policy "p" { extends = { "hugginhugh" } }]], [[
policy:1: there is no policy 'hugginhugh': name one that hugh ships (hugginghugh, verified) or a file
    policy "p" { extends = { "hugginhugh" } }
                             ^]] },
  { "extends without braces", [[
policy "p" { extends = "hugginghugh" }]], [[
policy:1: policy: extends must be a list in braces, like { "a", "b" }, not "hugginghugh"
    policy "p" { extends = "hugginghugh" }
                 ^]] },
  { "a newer hugh", [[
policy "p" { requires = "hugh >= 9.9" }]], [[
policy:1: this policy needs hugh 9.9 or newer; this is 1.0.0
    policy "p" { requires = "hugh >= 9.9" }
                 ^]] },
  { "a version that cannot be read", [[
policy "p" { requires = "1.0" }]], [[
policy:1: requires is written "hugh >= 1.0"
    policy "p" { requires = "1.0" }
                 ^]] },
  { "no policy statement", [[

weights { a = 1 }
factor "a" { score = function (m) return 1 end }]], [[
policy:2: a policy starts with its name: policy "name" { … }
    weights { a = 1 }
    ^]] },
  { "two policies", [[
policy "p" {}
policy "q" {}]], [[
policy:2: a text is one policy; the first is in line 1
    policy "q" {}
    ^]] },
  { "the same rule twice", [[
policy "p" {}
rule "r" { verdict = warn, message = "m", when = function (m) return true end }
rule "r" { verdict = block, message = "m", when = function (m) return true end }]], [[
policy:3: "r" is defined twice; the first is in line 2
    rule "r" { verdict = block, message = "m", when = function (m) return true end }
    ^]] },
  { "a statement twice", [[
policy "p" {}
files { deny = { "a" } }
files { deny = { "b" } }]], [[
policy:3: files is stated twice; the first is in line 2
    files { deny = { "b" } }
    ^]] },
  { "an unfinished rule", [[
policy "p" {}
rule "r"]], [[
policy:2: "r" is not finished: its fields in braces are missing
    rule "r"
    ^]] },
  { "a rule of text", [[
policy "p" {}
rule "r" "block"]], [[
policy:2: rule "r" needs its fields in braces: rule "r" { … }
    rule "r" "block"
    ^]] },
  { "a statement inside a function", [[
policy "p" {}
rule "r" { verdict = warn, message = "m", when = function (m) weights { a = 1 } return true end }]], [[
policy:2: weights is a statement: it cannot stand in a condition
    rule "r" { verdict = warn, message = "m", when = function (m) weights { a = 1 } return true end }
                                                                  ^]] },
  { "a test without expect", [[
policy "p" {}
test "t" { given = {} }]], [[
policy:2: test "t" needs its expect
    test "t" { given = {} }
    ^]] },
  { "a test that gives what is no fact", [[
policy "p" {}
test "t" { given = { licence = "mit", files = { { path = "a", safty = "safe" } } }, expect = { verdict = allow } }]], [[
policy:2: given: there is no fact 'licence'. Did you mean 'license'?
    test "t" { given = { licence = "mit", files = { { path = "a", safty = "safe" } } }, expect = { verdict = allow } }
                         ^
policy:2: given: there is no fact 'safty'. Did you mean 'safety'?
    test "t" { given = { licence = "mit", files = { { path = "a", safty = "safe" } } }, expect = { verdict = allow } }
                                                                  ^]] },
  { "a test that gives a fact of the wrong kind", [[
policy "p" {}
test "t" { given = { likes = "5", pinned = 1, tags = { x = "y" }, files = { 7 } }, expect = { verdict = allow } }]], [[
policy:2: given: likes must be a number, not "5"
    test "t" { given = { likes = "5", pinned = 1, tags = { x = "y" }, files = { 7 } }, expect = { verdict = allow } }
                         ^
policy:2: given: pinned must be true or false, not 1
    test "t" { given = { likes = "5", pinned = 1, tags = { x = "y" }, files = { 7 } }, expect = { verdict = allow } }
                                      ^
policy:2: given: tags must be a list, like { "a", "b" }
    test "t" { given = { likes = "5", pinned = 1, tags = { x = "y" }, files = { 7 } }, expect = { verdict = allow } }
                                                  ^
policy:2: given: files must be a table in braces, not 7
    test "t" { given = { likes = "5", pinned = 1, tags = { x = "y" }, files = { 7 } }, expect = { verdict = allow } }
                                                                      ^]] },
  { "a test that expects a rule that is not there", [[
policy "p" { extends = { "hugginghugh" } }
test "t" { given = {}, expect = { verdict = warn, rules = { "dangerous-fle" } } }]], [[
policy:2: there is no rule 'dangerous-fle'. Did you mean 'dangerous-file'?
    test "t" { given = {}, expect = { verdict = warn, rules = { "dangerous-fle" } } }
                                                                ^]] },
  { "a test that expects what is not asked", [[
policy "p" {}
test "t" { given = {}, expect = { result = block } }]], [[
policy:2: expect has no field 'result'
    test "t" { given = {}, expect = { result = block } }
                                      ^]] },
  { "a misspelt field in a message", [[
policy "p" {}
rule "r" { verdict = warn, message = "{licence} is {card.lvl}", when = function (m) return true end }]], [[
policy:2: message: there is no fact 'licence'. Did you mean 'license'?
    rule "r" { verdict = warn, message = "{licence} is {card.lvl}", when = function (m) return true end }
                               ^
policy:2: message: there is no fact 'lvl'. Did you mean 'level'?
    rule "r" { verdict = warn, message = "{licence} is {card.lvl}", when = function (m) return true end }
                               ^]] },
  { "tabs before the caret", "policy \"p\" {}\n\tweights\t{ a = \"x\" }\n", [[
policy:2: a weight is a number from 0 on, not "x"
     weights { a = "x" }
               ^]] },
  { "wide characters before the caret", [[
policy "p" {}
rule "日本語é" { verdict = wrn, message = "m", when = function (m) return true end }]], [[
policy:2: unknown name 'wrn'. Did you mean 'warn'?
    rule "日本語é" { verdict = wrn, message = "m", when = function (m) return true end }
                               ^]] },
  { "escape sequences", "policy \"p\" {}\nweights { [\"\\27[31m\"] = 3, b = \"\27[31mred\" }\n", [[
policy:2: there is no factor '\x1b[31m'
    weights { ["\27[31m"] = 3, b = "\x1b[31mred" }
    ^
policy:2: a weight is a number from 0 on, not "\x1b[31mred"
    weights { ["\27[31m"] = 3, b = "\x1b[31mred" }
                               ^]] },
  { "a statement without its name", [[
policy "p" {}

{ deny = { "*.py" } }]], [[
policy:3: the name of a statement is missing before this
    { deny = { "*.py" } }
    ^]] },
  { "a call that begins a line", [[
policy "p" {}
local f = tostring
(f)(1)]], [[
policy:3: this ( begins a line: put it behind what it calls, or a ; before it
    (f)(1)
    ^]] },
  { "what only one Lua has", [[
policy "p" {}
local x <const> = 3]], [[
policy:2: only Lua 5.4 has these: write the local without <const>
    local x <const> = 3
                  ^]] },
  { "a parenthesis that closes nothing", [[
policy "p" {}
rule "r" { verdict = warn, message = "m", when = function (m) return m.pinned) end }]], [[
policy:2: this ) closes nothing
    rule "r" { verdict = warn, message = "m", when = function (m) return m.pinned) end }
                                                                                 ^]] },
  { "a list that denies what another allows", [[
policy "p" {}
globals {
  allow = { "acme.layers.*" },
  deny = { "*" },
}]], [[
policy:3: globals: 'acme.layers.*' is allowed, but '*' denies it
      allow = { "acme.layers.*" },
                ^]] },
  { "a factor without a weight", [[
policy "p" {}
factor "f" { score = function (m) return 1 end }]], [[
policy:2: factor "f" has no weight: it would count for nothing
    factor "f" { score = function (m) return 1 end }
    ^]] },
  { "many at once", [[
policy "p" { extends = { "hugginghugh" }, titel = "x" }
weights { licence_clarity = 3, recent_updates = "much" }
rule "r" { verdict = wrn, when = function (m) return m.licens end }
exempt "r" { because = 3 }]], [[
policy:1: policy has no field 'titel'
    policy "p" { extends = { "hugginghugh" }, titel = "x" }
                                              ^
policy:2: there is no factor 'licence_clarity'. Did you mean 'license_clarity'?
    weights { licence_clarity = 3, recent_updates = "much" }
              ^
policy:2: a weight is a number from 0 on, not "much"
    weights { licence_clarity = 3, recent_updates = "much" }
                                   ^
policy:3: rule "r" needs its message
    rule "r" { verdict = wrn, when = function (m) return m.licens end }
    ^
policy:3: unknown name 'wrn'. Did you mean 'warn'?
    rule "r" { verdict = wrn, when = function (m) return m.licens end }
                         ^
policy:3: there is no fact 'licens'. Did you mean 'license'?
    rule "r" { verdict = wrn, when = function (m) return m.licens end }
                                                           ^
policy:4: exempt "r" needs its expires
    exempt "r" { because = 3 }
    ^
policy:4: an exemption must say what for: repo, sha256 or path
    exempt "r" { because = 3 }
    ^
policy:4: exempt: because must be a text in quotes, not 3
    exempt "r" { because = 3 }
                 ^]] },
  { "what is stated twice", [[
policy "p" {}
below { [50] = block, [70] = warn }
below { [50] = warn }]], [[
policy:3: below: 50 is stated twice; the first is in line 2
    below { [50] = warn }
             ^]] },
  { "a list of what is allowed that changes nothing", [[
policy "p" {}
licenses { allow = { "mit" } }]], [[
policy:2: licenses: allow alone changes nothing; say what becomes of the rest: unknown = block, or warn
    licenses { allow = { "mit" } }
               ^]] },
  { "weights that come to nothing", [[
policy "p" {}
factor "f" { weight = 0, score = function (m) return 1 end }]], [[
policy:1: no factor has any weight: there would be no score
    policy "p" {}
    ^]] },
  { "a huge weight", [[
policy "p" { extends = { "hugginghugh" } }
weights { license_clarity = 1e308 }]], [[
policy:2: a weight is at most 1000000
    weights { license_clarity = 1e308 }
              ^]] },
  { "a rule with a name of hugh's", [[
policy "p" {}
rule "files.deny" { verdict = warn, message = "m", when = function (m) return false end }]], [[
policy:2: 'files.deny' is a rule of hugh's own: this one needs another name
    rule "files.deny" { verdict = warn, message = "m", when = function (m) return false end }
         ^]] },
  { "an exemption that could never be seen to", [[
policy "p" {}
files { deny = { "*.py" } }
exempt "files.deny" { path = "{a", because = "", expires = "2027-03-31 or so" }]], [[
policy:3: exempt "files.deny" needs its because
    exempt "files.deny" { path = "{a", because = "", expires = "2027-03-31 or so" }
    ^
policy:3: '{a' is not a glob hugh can read (an open brace, or too many alternatives)
    exempt "files.deny" { path = "{a", because = "", expires = "2027-03-31 or so" }
                                 ^
policy:3: expires must be a date like 2027-03-31
    exempt "files.deny" { path = "{a", because = "", expires = "2027-03-31 or so" }
                                                     ^]] },
  { "a test that expects nothing", [[
policy "p" {}
test "t" { given = {}, expect = {} }]], [[
policy:2: expect is empty: such a test always passes
    test "t" { given = {}, expect = {} }
                           ^]] },
}

-- What people bring from other languages and files: the line, `|` before where the caret points, and what is told.
local habits = {
  { "rule 'r' { when = |lambda m: m.gated }", "lambda is no word of this language: write function (m) … end" },
  { "rule 'r' { when = (m) |=> m.gated }", "=> is not in this language: write function (m) … end" },
  { "|def f(m):", "def is no word of this language: write local function name(m) … end" },
  { "|var x = 1", "var is no word of this language: write local" },
  { "|# a comment", "a comment starts with --" }, { "|/* a comment */", "a comment starts with --" },
  { "|// a comment", "// is not in this language: write -- for a comment, math.floor(a / b) for a whole number" },
  { "weights { a = 30% |}", "a number stands without %" }, { "weights { a = |1_000 }", "'1_000' is not a number" },
  { "below { 50 |= block }", "a number as a name stands in brackets: [50] =" },
  { 'weights { "a" |= 3 }', "a name stands without quotes: a =" },
  { "weights { a = 3 }|, files {}", "no comma parts one statement from the next" },
  { "local function f(m) return m |is not nil end", "is is no word of this language: write ==, or ~= for \"is not\"" },
  { "local function f(n) n|++ end", "write a = a + 1" },
  { "local function f(m) if m then return 1 |elif m then return 2 end end", "elif is no word of this language: write elseif" },
  { "local function f(m) for _ in m do |continue end end", "continue is no word of this language: write if … then … end around the rest" },
  { "local t = { function (m) if m then return 1 else if m then return 2 end end |}",
    "an `end` is missing before }; `else if` needs one of its own, `elseif` does not" },
  { "local function f(m) return 'mit' |in m end", "whether a list holds a value is asked with contains(list, value)" },
  { "local function f(m) |{ return m } end",
    "{ cannot stand here: what is done stands between `function (m)`, `then` or `do` and its `end`, without braces" },
  { "weights { l|і = 3 }", "і (U+0456) can only stand in a text or a comment" },
  { "local x = |len('x')", "unknown name 'len': #list is how many there are, #text how many bytes" },
  { "|local x = 'a' + 'b'", "a value is a text: it is no number; .. joins texts" },
  { ("local x = %s|{"):format(("{"):rep(100)), "braces are nested too deeply" },
}

describe("mistakes in a policy", function()
  for _, habit in ipairs(habits) do
    it("are told to those who know other languages: " .. habit[2], function()
      local before, after = habit[1]:match("^(.-)|(.*)$")
      local _, message = policy.load('policy "p" {}\n' .. before .. after)
      assert.equal("policy:2: " .. habit[2], message:match("^[^\n]+"))
      assert.equal(#before < 75 and #before, #before < 75 and #message:match("^[^\n]+\n[^\n]+\n    ( *)%^"))
    end)
  end

  it("are told of what is no policy at all", function()
    for _, text in ipairs { '{ "policy": { "name": "acme" } }', "<html>", "[policy]", "- policy" } do
      assert.equal("policy:1: a policy starts with its name: policy \"name\" { … }", select(2, policy.load(text .. "\n")):match("^[^\n]+"))
    end
    assert.equal("policy:1: this is UTF-16: save it as UTF-8", select(2, policy.load("\255\254p\0\n\0")):match("^[^\n]+"))
  end)

  for _, case in ipairs(cases) do
    it("are told kindly: " .. case[1], function()
      local loaded, message, code = policy.load(case[2])
      assert.is_nil(loaded)
      assert.equal(case[3], message)
      assert.equal("POLICY", code)
    end)
  end

  it("come in the order of the text, at most fifty, and a long line is cut around the caret", function()
    local text = 'policy "p" {}\n' .. ("ruel 'x' {} "):rep(200)
    local _, message = policy.load(text)
    local _, count = message:gsub("policy:2: unknown name 'ruel'", "")
    assert.equal(50, count)
    assert.truthy(message:find("\nand 150 more$"))
    for line in message:gmatch("[^\n]+") do assert.truthy(#line < 180, line) end
  end)

  it("are not made of what editors and shells put into a text", function()
    for _, text in ipairs {
      '\239\187\191policy "p" {}\nrule "r" { verdict = warn, message = "m", when = function (m) return m.gated end }\n',
      '#!/usr/bin/env -S hugh policy check\npolicy "p" {}\n', 'policy "p" {}\r\nfiles { deny = { "*.py" } }\r\n', 'policy "p" {}\rfiles { deny = { "*.py" } }\r',
      '\239\187\191#!/bin/hugh\npolicy "p" {}',
    } do assert(policy.load(text)) end
    local _, message = policy.load('\239\187\191#!/bin/hugh\r\npolicy "p" {}\r\nruel {}\r\n')
    assert.equal("policy:3: unknown name 'ruel'. Did you mean 'rule'?\n    ruel {}\n    ^", message)
  end)

  it("are sought in a binary, a picture and a page too, without a crash", function()
    for _, bytes in ipairs {
      "\27Lua\n", "\0\0\0\n", "\137PNG\r\n\26\n", "<!doctype html>\n<p>policy 'x'", "{ \"policy\": 1 }\n", "\255\254p\0o\0\n", ("("):rep(5000) .. "\n",
      ("{"):rep(5000) .. "\n", "policy 'p' {}\nlocal " .. ("a, "):rep(300) .. "a\n", "policy 'p' {}\nreturn " .. ("not "):rep(9999) .. "1\n", "\n", "--\n",
    } do
      local loaded, message = policy.load(bytes)
      assert.is_nil(loaded)
      assert.truthy(message:find("^policy:%d+: "), message)
      assert.falsy(message:find("[%z\1-\9\11-\31\127]"), message)
    end
  end)
end)

describe("an escape in a text", function()
  local function load(escape) return policy.load('policy "p" { about = "a' .. escape .. 'b" }\n') end

  it("is read if every Lua knows it", function()
    for _, escape in ipairs { [[\a\b\f\n\r\t\v\\\"\']], [[\65]], [[\065]], [[\255]], [[\x41]], [[\u{41}]], [[\u{10FFFF}]], "\\z \n  ", "\\\n", "\\\r\n" } do
      assert(load(escape))
    end
  end)

  it("is a mistake if it means nothing", function()
    for _, escape in ipairs { [[\q]], [[\256]], [[\x4 ]], [[\xzz]], [[\u41]], [[\u{}]], [[\u{110000}]], [[\Z]] } do
      local _, message = load(escape)
      assert.truthy(message:find("policy:1: " .. escape:sub(1, 2) .. " means nothing in a text", 1, true), message)
    end
  end)
end)

-- Policies with a token dropped, put in, or misspelt at random. Whatever that makes of them, they load or are told what is wrong.
describe("a policy with slips of the finger", function()
  local tokens = require "hugh.policy.tokens"
  local sketch = require("hugh.policy.tests").facts
  local seed = 7
  local function random(n)
    seed = seed * 16807 % 2147483647
    return seed % n + 1
  end
  local slips = { "=", "==", ",", "{", "}", "(", ")", "end", "function", "m", "files", "if", "nil", "1", '"x"', "..", ":", "local", "return", "[", "]" }

  for _, path in ipairs { "examples/policies/production.lua", "examples/policies/only-safetensors.lua", "lua/hugh/policies/hugginghugh.lua" } do
    it("never fails in another way: " .. path, function()
      local whole = require("spec.helper").read(path)
      local list = tokens.read(whole)
      for _ = 1, 60 do
        local token, slip = list[random(#list)], slips[random(#slips)]
        local before, after = whole:sub(1, token.at - 1), whole:sub(token.at + #token.text)
        local text = before .. ({ "", slip .. " " .. token.text, slip, token.text:sub(2), token.text .. "x" })[random(5)] .. after
        local loaded, message, code = policy.load(text)
        if loaded then
          assert.truthy(loaded:assess(sketch { files = { "a.pkl" } }).verdict)
          loaded:test()
        else
          assert.truthy(code == "POLICY" and message:find("^policy:%d+: "), message)
          assert.falsy(message:find("0x%x%x%x%x%x"), message)
          assert.falsy(message:find("lua/hugh/policy/", 1, true), message)
        end
      end
    end)
  end
end)

describe("a condition that fails", function()
  for body, told in pairs {
    ["return m.downloads > 5"] = "nil and number cannot be compared; what is not known is nil, so look first",
    ["return 5 > m.downloads"] = "nil and number cannot be compared; what is not known is nil, so look first",
    ["return m.card.level == 'none'"] = "'card' is nil: it has no fields; what is not known is nil, so look first",
    ["return m.downloads + 1 > 5"] = "'downloads' is nil: it is no number; what is not known is nil, so look first",
    ["return m.repo .. 'x' == 'y'"] = "'repo' is nil: it is no text to join; what is not known is nil, so look first",
    ["local f = m.repo return f()"] = "'f' is nil: it cannot be called; what is not known is nil, so look first",
    ["return #m.repo > 3"] = "'repo' is nil: it has no length; what is not known is nil, so look first",
    ["return m.files[1].path == 'x'"] = "a value is nil: it has no fields; what is not known is nil, so look first",
    ["for _ in m.kinds do end"] = "a value is a table: it cannot be called",
    ["return {} < {}"] = "table and table cannot be compared",
    ["error('no idea')"] = "no idea",
    ["error({ 'no idea' })"] = "an error that is not a text",
    ["local function again() return again() + 1 end return again()"] = "it used up its memory; does a function call itself without end?",
    ["while true do end"] = "it used up its time: a condition must not loop for long",
  } do
    it("blocks, and says why: " .. body, function()
      local loaded = assert(policy.load('policy "p" {}\nrule "r" { verdict = warn, message = "m", when = function (m)\n' .. body .. "\nend }"))
      local rule = loaded:assess(require("hugh.policy.tests").facts {}).rules[1]
      assert.equal("block", rule.verdict)
      assert.equal("POLICY_ERROR", rule.code)
      assert.equal("policy:2", rule.source)
      assert.equal("the policy itself failed: " .. told, (rule.message:gsub("policy:3: ", "")))
    end)
  end

  for body, told in pairs { ["return 0"] = "0", ["return 'warn'"] = '"warn"', ["return {}"] = "a table" } do
    it("is one that does not say yes or no: " .. body, function()
      local loaded = assert(policy.load('policy "p" {}\nrule "r" { verdict = warn, message = "m", when = function (m) ' .. body .. " end }"))
      local result = loaded:assess(require("hugh.policy.tests").facts {})
      assert.equal("the policy itself failed: when must return true or false, not " .. told, result.rules[1].message)
    end)
  end

  it("fails the policy's tests, whatever they expect", function()
    local loaded = assert(policy.load [[
policy "p" {}
rule "r" { verdict = block, message = "m", when = function (m) return m.downloads > 3 end }
test "t" { given = {}, expect = { verdict = block } }
]])
    local result = loaded:test()[1]
    assert.is_false(result.passed)
    assert.truthy(result.why:find("nil and number cannot be compared", 1, true), result.why)
  end)
end)
