-- A model on the Hub, judged without downloading it: its metadata, and of its files the ranges a loader would interpret.

local ahead = require("hugh.io.ahead")
local card = require("hugh.model.card")
local client = require("hugh.hub.client")
local core = require("hugh.core")
local directory = require("hugh.model.directory")
local file = require("hugh.hub.file")
local json = require("hugh.json")
local organisations = require("hugh.data.organisations")
local record = require("hugh.model.record")
local security = require("hugh.hub.security")
local settings = require("hugh.hub.settings")
local style = require("hugh.report.style")
local summarize = require("hugh.model.summarize")
local targets = require("hugh.hub.target")

local hub = {}

local PARALLEL = 8 -- files at a time, of all models together; what bounds the memory
local TEXT_MOST = 4 * 2 ^ 20
local KNOWN_MODELS, KNOWN_FOLLOWERS = 10, 100 -- from these on a publisher has a history: a known community contributor
local FILE_MOST = 512 * 10 ^ 6 -- bytes of one file: nobody should be made to download terabytes to learn what they are
local FILES_MOST = 8 -- as many times that of all files together
local EXPANDED_MOST = 100 -- files whose scanners' verdicts are asked for: two pages

-- The finding for bytes that could not be had, and what it makes of the file; other failures are the world's, and end the run.
local promises = {
  SIZE = { id = "hub.size-mismatch", severity = "high", safety = "suspicious" },
  CHANGED = { id = "hub.changed", severity = "high", safety = "suspicious" },
  PROTOCOL = { id = "hub.protocol", severity = "medium", safety = "unknown" },
  NO_RANGES = { id = "hub.no-ranges", severity = "medium", safety = "unknown" },
  BUDGET = { id = "scan.budget", severity = "medium", safety = "unknown" },
  DEADLINE = { id = "scan.budget", severity = "medium", safety = "unknown", message = "was not read to its end: the time is up" },
}

-- Ends a scan whose bytes no longer come. What was dangerous in those that came stays; lesser findings may be due to the cut alone.
local function break_off(machine, entry, message, code)
  local promise = promises[code]
  for offset in machine.need, machine do machine:feed(offset, "") end
  local report = machine:report()
  if report.kind == "empty" then report.kind = "unknown" end
  report.size = entry.size
  local safety = promise.safety
  local findings = { { id = promise.id, severity = promise.severity, message = entry.path .. " " .. (promise.message or message) } }
  for _, finding in ipairs(report.findings) do
    if finding.safety == "dangerous" then findings[#findings + 1], safety = finding, "dangerous" end
  end
  report.findings, report.safety, report.complete = findings, safety, false
  return report
end

-- Digests of a file that may come to be read from end to end.
local function new_sums(entry)
  local digest = require("hugh.digest")
  local git = not entry.sha256 and digest.new("sha1"):update(("blob %.0f\0"):format(entry.size)) or nil
  return { bytes = 0, sha256 = digest.new("sha256"), git = git }
end

local function add_to(sums, offset, bytes)
  if offset ~= sums.bytes then return end
  sums.bytes = sums.bytes + #bytes
  sums.sha256:update(bytes)
  if sums.git then sums.git:update(bytes) end
end

-- A file that was read from end to end must be the one git and LFS name. Returns whether it is, as far as that is known.
local function check_digest(report, entry, sums)
  if sums.bytes ~= entry.size then return true end
  report.sha256 = sums.sha256:hex()
  local expected, got = entry.sha256, report.sha256
  if not expected then expected, got = entry.oid, sums.git:hex() end
  if not expected or expected == got then return true end
  report.safety, report.complete = report.safety == "dangerous" and "dangerous" or "suspicious", false
  table.insert(report.findings, 1, {
    id = "hub.digest-mismatch", severity = "critical",
    message = entry.path .. " is not the file that the repository lists: its digest is another one",
  })
end

-- Scans one file; runs in a task. Returns its report, or nil, message, CODE.
local function scan(self, entry, fetch)
  local remote, sums = file.new(self.client, self.repo, self.commit, entry), new_sums(entry)
  local suffix = entry.path:lower():match("%.(%w+)$")
  local read, whole = ahead.wrap(entry.size, suffix == "safetensors" or suffix == "gguf", function(offset, length)
    local all = self.most * FILES_MOST
    if remote.bytes_read > self.most then return nil, ("needs more than %s to be judged from afar"):format(style.bytes(self.most)), "BUDGET" end
    if self.client.bytes_read > all then return nil, ("was not read: its model needs more than %s"):format(style.bytes(all)), "BUDGET" end
    local bytes, message, code = remote:read(offset, length):run(fetch)
    if bytes then add_to(sums, offset, bytes) end
    return bytes, message, code
  end)
  local machine = core.scan { name = entry.path, size = entry.size, sparse = true }
  local report
  for offset, length in machine.need, machine do
    local bytes, message, code = read(offset, length)
    if not bytes then
      if not promises[code] then return nil, ("%s: %s: %s"):format(self.repo, entry.path, message), code end
      report, self.doubtful = break_off(machine, entry, message, code), true
      break
    end
    machine:feed(offset, bytes)
  end
  report = report or machine:report()
  report.path, report.sha256, report.requests, report.bytes_read = entry.path, entry.sha256, remote.requests, remote.bytes_read
  report.hub = entry.security
  report.bytes_skipped = math.max(0, entry.size - remote.bytes_read)
  if not check_digest(report, entry, sums) then self.doubtful = true end
  return report, whole()
end

local function is_text(path)
  local name = path:upper()
  return path == "README.md" or path == "config.json" or path == "requirements.txt" or path == "pyproject.toml"
    or (not path:find("/", 1, true) and (name:find("^LICEN[CS]E") or name:find("^COPYING")))
end

-- A text the scan did not need whole.
local function read_text(self, entry, fetch)
  if entry.size > TEXT_MOST then return nil end -- no text that says anything about a model is that long
  local parts, offset = {}, 0
  local remote = file.new(self.client, self.repo, self.commit, entry)
  while offset < entry.size do
    local bytes, message, code = remote:read(offset, entry.size - offset):run(fetch)
    if not bytes or bytes == "" then return nil, message, code end
    parts[#parts + 1] = bytes
    offset = offset + #bytes
  end
  return table.concat(parts)
end

-- All files of the commit, PARALLEL at a time. Returns reports and texts, or nil, message, CODE of the first failure.
local function scan_all(self, entries, loop, session, progress)
  local reports, texts, failure, next_index = {}, {}, nil, 1
  local state = session.progress or { files = 0, of = 0, bytes = 0 }
  session.progress, state.of = state, state.of + #entries
  local function fetch(request)
    local response = loop:fetch(request)
    state.bytes = state.bytes + #(response.body or "")
    if progress then progress(state) end
    return response
  end
  local function worker()
    loop:enter()
    while next_index <= #entries and not failure do
      local index = next_index
      next_index = next_index + 1
      local entry = entries[index]
      local report, whole, code = scan(self, entry, fetch)
      if not report then
        failure = failure or { whole, code }
        break
      end
      reports[index] = report
      if is_text(entry.path) then
        local message
        if not whole then whole, message, code = read_text(self, entry, fetch) end
        texts[entry.path] = whole
        if code and not promises[code] then failure = failure or { ("%s: %s: %s"):format(self.repo, entry.path, message), code } end
      end
      state.files = state.files + 1
    end
    loop:leave()
  end
  local workers = {}
  for i = 1, math.min(PARALLEL, #entries) do workers[i] = worker end
  loop:all(workers)
  if failure then return nil, failure[1], failure[2] end
  return reports, texts
end

local function add_texts(facts, texts)
  local metadata
  facts.card, metadata = card.read(texts["README.md"])
  facts.config = directory.config(texts["config.json"]) or facts.config
  if not facts.license then directory.add_license(facts, metadata, texts) end
  for _, entry in ipairs(facts.files) do
    if entry.path == "README.md" and not texts["README.md"] then -- there is one, but nobody could read it
      facts.card = nil
      if not facts.license then facts.license_class = nil end
    end
  end
  facts.library_name = facts.library_name or (type(metadata.library_name) == "string" and metadata.library_name or nil)
end

local function add_publisher(facts, publisher)
  facts.publisher_verified = publisher.verified
  if publisher.models and publisher.followers then
    facts.publisher_history = publisher.models >= KNOWN_MODELS and publisher.followers >= KNOWN_FOLLOWERS
  end
end

-- What does not change about a commit, and what the Hub says of its publisher: the answer that is remembered. Returns it, or nil, message,
-- CODE. A question about the publisher that fails is none of the run's: nothing is known then, and nothing remembered.
local function look(self, info, options, session)
  local loop, name = self.loop, self.repo:match("^([^/]+)/")
  local function fetch(request) return loop:fetch(request) end
  local publishers, key = session.publishers or {}, self.client.endpoint .. "/" .. (name or "")
  session.publishers = publishers
  if not name or organisations[name:lower()] then publishers[key] = {} end
  local entries, message, code
  loop:all {
    function()
      local expand = type(info.siblings) == "table" and #info.siblings <= EXPANDED_MOST
      entries, message, code = self.client:tree(self.repo, self.commit, expand):run(fetch)
    end,
    function() publishers[key] = publishers[key] or self.client:publisher(name):run(fetch) end,
  }
  if not entries then return nil, message, code end
  if #entries == 0 then return nil, self.repo .. ": there are no files in it", "EMPTY" end
  local reports, texts, why = scan_all(self, entries, loop, session, options.progress)
  if not reports then return nil, texts, why end
  return { reports = reports, texts = json.object(texts), publisher = publishers[key] }
end

local function load(self, target, place, options, session)
  local info, message, code
  self.loop:all { function()
    info, message, code = self.client:info(place.repo, place.revision):run(function(request) return self.loop:fetch(request) end)
  end }
  if not info then return nil, message, code end
  local named = type(info.id) == "string" and targets.parse(info.id)
  self.repo, self.commit = named and named.repo or place.repo, info.sha -- the Hub knows renamed models by their old names, too
  local answers = options.cache ~= false and (session.answers or require("hugh.hub.answers").open(options.cache))
  session.answers = answers or nil
  local restricted = info.private == true or info.gated and info.gated ~= json.null
  local key = answers and answers.key(self.client.endpoint, self.repo, info.sha, restricted and self.client.token or nil)
  local answer = answers and answers:get(key)
  if not answer then
    answer, message, code = look(self, info, options, session)
    if not answer then return nil, message, code end
    -- What may be the network's fault is not remembered against the commit.
    if answers and answer.publisher and not self.doubtful then answers:put(key, answer) end
  end

  info.siblings = nil
  local facts = record.facts(info)
  facts.target, facts.origin, facts.repo, facts.revision = target, "hub", self.repo, place.revision or "main"
  facts.pinned = place.revision ~= nil and place.revision:lower() == info.sha
  facts.files = answer.reports
  security.compare(facts)
  add_texts(facts, answer.texts)
  add_publisher(facts, answer.publisher or {})
  summarize.files(facts, answer.reports)
  summarize.dependencies(facts, answer.texts)
  facts.bytes_read, facts.requests = self.client.bytes_read, self.client.requests
  return facts
end

-- What the real client has in its cache: the only place to look when HF_HUB_OFFLINE is set.
local function load_downloaded(target, place, set)
  local folder = ("%s/models--%s"):format(set.cache, place.repo:gsub("/", "--"))
  local revision = place.revision or "main"
  local commit = revision:find("^%x+$") and #revision == 40 and revision
    or (core.read(folder .. "/refs/" .. revision, 64) or ""):match("^(%x+)%s*$")
  local snapshot, entries, problems = commit and folder .. "/snapshots/" .. commit, nil, nil
  if snapshot then entries, problems = core.list(snapshot) end
  if not entries then
    return nil, ("%s: HF_HUB_OFFLINE is set, and it is not in the local cache (%s)"):format(target, set.cache), "OFFLINE"
  end
  local facts, message, code = directory.load(snapshot, entries, problems)
  if not facts then return nil, message, code end
  facts.target, facts.revision, facts.pinned = target, revision, revision == commit
  return facts
end

---@class hugh.model.hub.options
---@field endpoint? string instead of HF_ENDPOINT
---@field token? string instead of HF_TOKEN
---@field cache? string|false folder of the answer cache; false for none
---@field advisories? string see hugh.model
---@field progress? fun(state: { files: integer, of: integer, bytes: integer }) of all models of a session
---@field timeouts? { connect?: number, stall?: number, whole?: number } seconds
---@field retries? integer
---@field backoff? number seconds before the first retry
---@field getenv? fun(name: string): string|nil
---@field session? table see hugh.model
---@field most? integer bytes to read of one file (default 512 MB)
---@field timeout? number seconds for this call, or all that share a session, from the first on; what was not read by then is unknown

--- The loop of a session.
---@param session table
---@param options hugh.model.hub.options
---@return hugh.io.loop
function hub.loop(session, options)
  local timeouts = options.timeouts or {}
  session.loop = session.loop or require("hugh.io.curl").open {
    connect_timeout = timeouts.connect, stall_timeout = timeouts.stall, timeout = timeouts.whole, getenv = options.getenv, places = PARALLEL,
  }
  session.loop:allow(options.timeout)
  return session.loop
end

--- Looks at a model on the Hub. Reads metadata and the bytes a loader would interpret, nothing else.
---@param target string "org/name[@revision]" or a Hub URL
---@param options? hugh.model.hub.options
---@return hugh.facts|nil facts its `commit` is the one that was judged
---@return string|nil message
---@return string|nil code
function hub.load(target, options)
  options = options or {}
  local place, message, code = targets.parse(target)
  if not place then return nil, message, code end
  local set
  set, message, code = settings.read(options.getenv)
  if not set then return nil, message, code end
  if set.offline then return load_downloaded(target, place, set) end
  local endpoint = options.endpoint or place.endpoint or set.endpoint
  -- The token belongs to the configured endpoint: an address somebody pasted does not get it.
  local token = options.token or (endpoint == set.endpoint and set.token) or nil
  local self = { most = options.most or FILE_MOST }
  self.client, message, code = client.new {
    endpoint = endpoint, token = token, agent = "hugh/" .. core.version, retries = options.retries, backoff = options.backoff,
  }
  if not self.client then return nil, message, code end
  local session = options.session or {}
  self.loop = hub.loop(session, options)
  local ok, facts
  ok, facts, message, code = pcall(load, self, target, place, options, session)
  if not ok or not options.session then
    self.loop:close()
    session.loop = nil
  end
  if not ok then error(facts, 0) end
  return facts, message, code
end

return hub
