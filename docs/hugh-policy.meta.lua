---@meta hugh-policy
-- Written by `make docs` from docs/policy_reference.lua; do not edit.

---@alias hugh.policy.verdict "allow"|"warn"|"block"

---@class hugh.facts
---@field target string what was asked for: a directory, org/name[@revision] or a URL
---@field origin string where the facts come from: "directory", "hub", "cache" or "metadata" (no file was read)
---@field repo string? org/name on the Hub
---@field name string? the repository's name without its publisher, or the directory's
---@field publisher string? the namespace that published it
---@field publisher_verified boolean? the Hub says that the publisher is a verified organisation
---@field publisher_known boolean? the publisher is on hugh's list of well-known organisations
---@field publisher_history boolean? the publisher has at least 10 models and 100 followers: a known community contributor
---@field downloads integer? downloads as the Hub counts them
---@field likes integer? likes on the Hub
---@field created_at string? when the repository was made, ISO 8601
---@field last_modified string? when it was last changed, ISO 8601
---@field age_days number? days since last_modified
---@field revision string? the revision asked for
---@field commit string? the commit that was judged: 40 hexadecimal digits
---@field pinned boolean the revision asked for is a full commit, so it cannot move
---@field gated boolean? one has to ask for access
---@field private boolean? the repository is private
---@field disabled boolean? the Hub has disabled the repository
---@field tags string[]? the tags of the model card or the Hub
---@field library_name string? the library that loads it, such as transformers
---@field pipeline_tag string? the task, such as text-generation
---@field license string? the license's id in lower case
---@field license_class string? permissive, conditional, copyleft, restrictive, unknown or none
---@field card hugh.facts.card? the model card
---@field config hugh.facts.config? what config.json says
---@field files hugh.facts.file[]? every file; nil when a record does not list them
---@field file_count integer? how many files there are
---@field pickle_files integer? how many are pickles: by name, as .bin is, or by content
---@field safe_format_files integer? how many are SafeTensors, GGUF or ONNX, by name or by content
---@field total_bytes integer? their size in bytes
---@field kinds table<string, integer>? how many files there are of each kind, by the kind's name: kinds.safetensors
---@field findings hugh.facts.finding[] every finding, of all files
---@field globals hugh.facts.global[] everything the pickles name, of all files
---@field safety string? that of the worst file: safe, unknown, suspicious or dangerous; nil when no file was read
---@field complete boolean? every byte that a loader would use was read
---@field dependencies hugh.facts.dependency[]? what the model needs to run
---@field advisories hugh.facts.advisory[]? known vulnerabilities of these, the worst first; nil when not checked
---@field advisories_source string? where these come from, such as hugh's snapshot and its date
---@field advisories_problem string? why they could not be had, if they were asked for
---@field hub_security hugh.facts.hub_security? what the Hub's own scanners say
---@field bytes_read integer? how many bytes hugh read
---@field requests integer? how many requests that took

---@class hugh.facts.file
---@field path string where it is in the repository
---@field size integer? bytes
---@field kind string what it is; docs/formats.md lists the kinds
---@field by string? what the kind follows from: content or name
---@field safety string safe, unknown, suspicious or dangerous
---@field complete boolean every byte that a loader would use was read
---@field scanned boolean hugh read it; false when only its name is known
---@field sha256 string? its digest, of files on the Hub
---@field pickle_name boolean its name ends in .bin, .pkl or .pickle
---@field is_pickle boolean its loader unpickles
---@field safe_format boolean SafeTensors, GGUF or ONNX by name or content
---@field safetensors boolean SafeTensors by name or content
---@field findings hugh.facts.finding[] what was found in it
---@field globals hugh.facts.global[] what its pickles name: name without the module
---@field notes table<string, any>? what the parsers noted, such as notes["pickle.protocol"]
---@field bytes_read integer? how many of its bytes were read
---@field hub hugh.facts.hub_scan? what the Hub's own scanners say of it, in models of up to 100 files

---@class hugh.facts.finding
---@field id string as in docs/findings.md
---@field severity string info, low, medium, high or critical
---@field safety string? what the finding makes of the file
---@field message string what was found and why it matters
---@field path string? the file
---@field member string? where in an archive
---@field offset integer? bytes from the start of the file or member

---@class hugh.facts.global
---@field name string the dotted name, such as os.system
---@field module string the module alone
---@field class string safe, unknown or dangerous
---@field category string? what kind of danger
---@field reason string? why it is of that class
---@field called boolean loading calls it; otherwise it is only imported
---@field path string? the file
---@field member string? where in an archive
---@field offset integer? bytes from the start of the file or member

---@class hugh.facts.card
---@field present boolean there is a README.md
---@field level string complete, basic, minimal or none
---@field bytes integer its length
---@field usage boolean it shows how to use the model
---@field metadata boolean it starts with metadata

---@class hugh.facts.config
---@field architectures string[] the classes that load it
---@field model_type string? such as llama
---@field auto_map boolean it names classes of the repository's own Python files
---@field transformers_version string? the transformers that wrote it

---@class hugh.facts.dependency
---@field name string the package on PyPI
---@field version string? the version, if one is known
---@field exact boolean the repository pins that version
---@field source string what it follows from

---@class hugh.facts.advisory
---@field id string its id, such as GHSA-… or PYSEC-…
---@field aliases string[] its other ids, such as CVE-…
---@field severity string low, medium, high or critical
---@field package string the vulnerable package
---@field version string the version that is needed
---@field fixed string? the version that has the fix
---@field summary string one line

---@class hugh.facts.hub_security
---@field status string safe, issues or unscanned
---@field scans_done boolean all scanners are done
---@field files hugh.facts.flagged[] what they have something against

---@class hugh.facts.hub_scan
---@field status string unscanned, queued, safe, caution, suspicious, unsafe, error or unknown
---@field scanners hugh.facts.hub_verdict[] the scanners one by one

---@class hugh.facts.hub_verdict
---@field name string antivirus, JFrog, pickle imports, Protect AI or VirusTotal
---@field status string as above
---@field message string? what it says

---@class hugh.facts.flagged
---@field path string the file
---@field status string what the scanners call it

---@class hugh.policy.policy
---@field extends? string[] what it builds on: policies that hugh ships, or files relative to this one
---@field requires? string the oldest hugh that it works with: `"hugh >= 1.0"`
---@field about? string what it is for, in a line

--- `policy "name" { … }`: names the policy; comes first
---@param name string
---@return fun(fields: hugh.policy.policy)
function policy(name) end

--- `weights { factor = number, … }`: sets weights by factor; the rest keep theirs, and the total is scaled to 100
---@param fields table<string, number>
---@return nil
function weights(fields) end

--- `grades { A = number, … }`: the lowest score of each grade; below all of them is F
---@param fields table<string, number>
---@return nil
function grades(fields) end

--- `below { [score] = verdict, … }`: the verdict for a score below a bound
---@param fields table<number, hugh.policy.verdict>
---@return nil
function below(fields) end

---@class hugh.policy.files
---@field allow? string[]|table what is fine
---@field deny? string[]|table what blocks
---@field default? hugh.policy.verdict for a path on neither list; without `allow`, only for files that are not known to be safe

--- `files { … }`: judges paths, ignoring case
---@param fields hugh.policy.files
---@return nil
function files(fields) end

---@class hugh.policy.globals
---@field allow? string[]|table what is fine, beside the names that hugh knows to be safe
---@field deny? string[]|table what blocks, beside the names that hugh knows to be dangerous and that `allow` does not list
---@field default? hugh.policy.verdict for a name on neither list

--- `globals { … }`: judges the dotted names in pickles, minding case
---@param fields hugh.policy.globals
---@return nil
function globals(fields) end

---@class hugh.policy.licenses
---@field allow? string[]|table what is fine
---@field deny? string[]|table what blocks
---@field unknown? hugh.policy.verdict for a license on neither list, or none

--- `licenses { … }`: judges the license's id, ignoring case
---@param fields hugh.policy.licenses
---@return nil
function licenses(fields) end

---@class hugh.policy.factor
---@field about? string what is judged, in a line
---@field weight? number its share of the score, before all weights are scaled to 100
---@field score fun(m: hugh.facts): number|boolean|nil, string? `score(m)` returns 0 to 1 and a reason, or nil and why it is inconclusive

--- `factor "name" { … }`: one judged aspect of the score
---@param name string
---@return fun(fields: hugh.policy.factor)
function factor(name) end

---@class hugh.policy.rule
---@field about? string why, in a line
---@field verdict hugh.policy.verdict what it raises the verdict to
---@field when fun(m: hugh.facts): any, table? `when(m)`: does it fire? A second result, a list of files or paths, says where
---@field message string what to tell; `{field}` is filled from the facts
---@field fix? string what to do about it; filled like message

--- `rule "name" { … }`: raises the verdict when its condition holds
---@param name string
---@return fun(fields: hugh.policy.rule)
function rule(name) end

---@class hugh.policy.exempt
---@field because string the reason
---@field expires string the last day it holds: `"2027-03-31"`
---@field by? string who decided
---@field repo? string for this repository only
---@field path? string for the files of this glob only
---@field sha256? string for the file with this digest only

--- `exempt "rule" { … }`: lowers the verdict of one rule until a date, and is always shown
---@param name string
---@return fun(fields: hugh.policy.exempt)
function exempt(name) end

---@class hugh.policy.test
---@field given table facts; files and globals may be given by their names
---@field expect table any of verdict, grade, score and rules (names that must fire)

--- `test "name" { … }`: what the policy must say of a sketch of a model
---@param name string
---@return fun(fields: hugh.policy.test)
function test(name) end

--- a verdict
---@type hugh.policy.verdict
allow = nil

--- a verdict
---@type hugh.policy.verdict
warn = nil

--- a verdict
---@type hugh.policy.verdict
block = nil

--- adds to the list of the policy this one extends
---@type fun(list: string[]): table
append = nil

--- takes the place of that list
---@type fun(list: string[]): table
replace = nil

--- `*` and `?` stay within a path's part, `**` does not, `{a,b}` is either; minds case; false for nil
---@param pattern string
---@param text string?
---@return boolean
function glob(pattern, text) end

--- the list holds the value, or the text holds the part; false for nil
---@param list_or_text table|string?
---@param part any
---@return boolean
function contains(list_or_text, part) end

--- the text starts with the prefix
---@param text string?
---@param prefix string
---@return boolean
function starts(text, prefix) end

--- the text ends with the suffix
---@param text string?
---@param suffix string
---@return boolean
function ends(text, suffix) end

--- the text in lower case
---@param text string?
---@return string?
function lower(text) end

--- the value, kept between the two
---@param value number
---@param least number
---@param most number
---@return number
function clamp(value, least, most) end

--- a sorted copy, of at most 10000 texts or numbers
---@param list table
---@return table
function sorted(list) end

--- days from an ISO 8601 date to today
---@param date string?
---@return number?
function days_since(date) end
