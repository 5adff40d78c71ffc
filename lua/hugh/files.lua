-- Local files: which files do these paths name, and what is in them?

local core = require("hugh.core")

local files = {}

-- Fewer files than this are scanned sooner than a second thread starts.
local THREADS_FROM = 64

---@class hugh.problem
---@field path string
---@field message string a sentence that names the path
---@field code string
---@field skipped boolean|nil true: nothing that could be loaded was missed

local function join(directory, path)
  if directory == "." then return path end
  return directory:sub(-1) == "/" and directory .. path or directory .. "/" .. path
end
files.join = join

local reasons = {
  ["broken-link"] = "is a link to nothing",
  loop = "is a link to a directory that holds it; what is in there was looked at once",
  other = "is not a regular file",
}

--- The files that `paths` name: directories stand for everything below them.
---@param paths string[]
---@return string[] found
---@return hugh.problem[] problems
function files.collect(paths)
  local found, problems = {}, {}
  local function problem(path, message, code, skipped)
    problems[#problems + 1] = { path = path, message = message, code = code, skipped = skipped }
  end
  for _, path in ipairs(paths) do
    local entries, unreadable, code = core.list(path, true)
    if entries then
      for _, entry in ipairs(entries) do
        if type(entry) == "string" then
          found[#found + 1] = join(path, entry)
        else
          local name = join(path, entry.path)
          problem(name, name .. " " .. reasons[entry.type], "E" .. entry.type:upper():gsub("-", ""), entry.type ~= "broken-link" or nil)
        end
      end
      for _, entry in ipairs(unreadable) do problem(join(path, entry.path), entry.error, entry.code) end
    elseif code == "ENOTDIR" then
      found[#found + 1] = path
    else
      problem(path, unreadable, code)
    end
  end
  return found, problems
end

--- Scans files; those that cannot be read join `problems`.
---@param paths string[]
---@param problems hugh.problem[]
---@param options? { limits?: table, threads?: integer, sparse?: boolean }
---@return table[] entries of files[]
function files.scan(paths, problems, options)
  local threads = options and options.threads or #paths >= THREADS_FROM and 2 or 1
  local entries = core.scan_files(paths, { limits = options and options.limits, sparse = options and options.sparse }, threads)
  local kept = 0
  for i = 1, #entries do
    local entry = entries[i]
    entries[i] = nil
    if entry.error then
      problems[#problems + 1] = { path = entry.path, message = entry.error, code = entry.code }
    else
      kept = kept + 1
      entries[kept] = entry
    end
  end
  return entries
end

return files
