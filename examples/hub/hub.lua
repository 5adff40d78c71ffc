-- The Hub's protocol over a folder, for nginx's Lua module: model info, tree, resolve, and a CDN for LFS files.
-- Everything blocks and is cached per worker: a teaching and testing server, not one for the Internet.

local cjson = require("cjson.safe")
local ffi = require("ffi")

ffi.cdef([[
typedef struct evp_md_st EVP_MD; typedef struct evp_md_ctx_st EVP_MD_CTX;
const EVP_MD *EVP_sha256(void); const EVP_MD *EVP_sha1(void);
EVP_MD_CTX *EVP_MD_CTX_new(void); void EVP_MD_CTX_free(EVP_MD_CTX *);
int EVP_DigestInit_ex(EVP_MD_CTX *, const EVP_MD *, void *);
int EVP_DigestUpdate(EVP_MD_CTX *, const void *, size_t);
int EVP_DigestFinal_ex(EVP_MD_CTX *, unsigned char *, unsigned *);
]])

local hub = {}

local root, cdn = os.getenv("HUB_ROOT"), os.getenv("HUB_CDN")
local page_size = tonumber(os.getenv("HUB_PAGE") or "") or 1000
local lfs_names = {
  safetensors = true, bin = true, pt = true, pth = true, ckpt = true, gguf = true, pkl = true, onnx = true, h5 = true, joblib = true, npz = true,
}

local function read_file(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read("*a")
  file:close()
  return text
end

-- sha256 of a file, or its git blob name.
local function digest(path, size, git)
  local context, out, length = ffi.C.EVP_MD_CTX_new(), ffi.new("unsigned char[64]"), ffi.new("unsigned[1]")
  ffi.C.EVP_DigestInit_ex(context, git and ffi.C.EVP_sha1() or ffi.C.EVP_sha256(), nil)
  if git then
    local head = ("blob %.0f\0"):format(size)
    ffi.C.EVP_DigestUpdate(context, head, #head)
  end
  local file = assert(io.open(path, "rb"))
  for piece in function() return file:read(2 ^ 20) end do ffi.C.EVP_DigestUpdate(context, piece, #piece) end
  file:close()
  ffi.C.EVP_DigestFinal_ex(context, out, length)
  ffi.C.EVP_MD_CTX_free(context)
  return (ffi.string(out, length[0]):gsub(".", function(char) return ("%02x"):format(char:byte()) end))
end

local digests = {} -- path, size and time -> { oid, sha256 }
local repositories = {} -- name -> index, rebuilt by every info request

local function quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

-- The files of a repository and its commit; nil if there is none.
local function index(name)
  if not name:find("^[%w][%w._-]*/[%w][%w._-]*$") or name:find("..", 1, true) then return nil end
  local base = root .. "/" .. name
  local pipe = io.popen("cd " .. quote(base) .. " 2>/dev/null && find -L . -type f -printf '%s %T@ %P\\0'")
  local listing = pipe:read("*a")
  pipe:close()
  if listing == "" then return nil end
  local meta = cjson.decode(read_file(base .. "/.hub.json") or "{}") or {}
  local repository = { name = name, meta = meta, files = {}, by_path = {}, newest = 0 }
  for size, time, path in listing:gmatch("(%d+) (%d+)%S* ([^%z]+)%z") do
    if path ~= ".hub.json" then
      local key, given = table.concat({ base, path, size, time }, "\0"), (meta.files or {})[path] or {}
      size = tonumber(size)
      local known = digests[key] or {}
      digests[key] = known
      known.lfs = lfs_names[path:match("%.(%w+)$") or ""] or size > 10 * 2 ^ 20
      if known.lfs then
        known.sha256 = given.sha256 or known.sha256 or digest(base .. "/" .. path, size)
        known.oid = ngx.md5(known.sha256) .. "00000000" -- of the pointer file, which nobody reads here
      else
        known.oid = known.oid or digest(base .. "/" .. path, size, true)
      end
      local entry = {
        path = path, size = size, oid = known.oid, sha256 = known.lfs and known.sha256, full = base .. "/" .. path, security = given.security,
      }
      table.insert(repository.files, entry)
      repository.by_path[path] = entry
      repository.newest = math.max(repository.newest, tonumber(time))
    end
  end
  table.sort(repository.files, function(a, b) return a.path < b.path end)
  local names = {}
  for _, entry in ipairs(repository.files) do table.insert(names, entry.path .. (entry.sha256 or entry.oid)) end
  local sum = ngx.sha1_bin(table.concat(names, "\n"))
  repository.commit = (sum:gsub(".", function(c) return ("%02x"):format(c:byte()) end))
  repositories[name] = repository
  return repository
end

local function send(status, body, content_type)
  ngx.status = status
  ngx.header["Content-Type"] = content_type or "application/json; charset=utf-8"
  ngx.header["Content-Length"] = #body
  ngx.print(body)
  return ngx.exit(ngx.OK)
end

local function refuse(status, code, message)
  ngx.header["X-Error-Code"], ngx.header["X-Error-Message"] = code, message
  return send(status, cjson.encode({ error = message }))
end

local function iso(time) return os.date("!%Y-%m-%dT%H:%M:%S.000Z", time) end

-- What the real Hub reads out of README.md and config.json.
local function described(repository, info)
  local base = root .. "/" .. repository.name
  local front = (read_file(base .. "/README.md") or ""):match("^%-%-%-\n(.-)\n%-%-%-")
  if front then
    info.cardData = { license = front:match("license:%s*([%w.+-]+)") }
    info.library_name = front:match("library_name:%s*([%w_.-]+)")
    info.pipeline_tag = front:match("pipeline_tag:%s*([%w_.-]+)")
    if info.cardData.license then table.insert(info.tags, "license:" .. info.cardData.license) end
    if not next(info.cardData) then info.cardData = nil end
  end
  local config = cjson.decode(read_file(base .. "/config.json") or "")
  if type(config) == "table" then
    info.config = { architectures = config.architectures, model_type = config.model_type, auto_map = config.auto_map }
  end
end

local function info(repository)
  local record = {
    _id = "66b1c0ffee00000000000001", id = repository.name, modelId = repository.name, author = repository.name:match("^[^/]+"),
    sha = repository.commit, lastModified = iso(repository.newest), createdAt = iso(repository.newest), private = false, gated = false,
    disabled = false, downloads = 0, likes = 0, tags = { "region:us" }, siblings = {},
  }
  described(repository, record)
  local arguments = ngx.req.get_uri_args()
  for _, entry in ipairs(repository.files) do
    local sibling = { rfilename = entry.path }
    if arguments.blobs then
      sibling.size, sibling.blobId = entry.size, entry.oid
      sibling.lfs = entry.sha256 and { sha256 = entry.sha256, size = entry.size, pointerSize = 134 } or nil
    end
    table.insert(record.siblings, sibling)
  end
  if arguments.securityStatus then record.securityRepoStatus = { scansDone = false, filesWithIssues = {} } end
  for key, value in pairs(repository.meta) do
    if key ~= "token" and key ~= "files" and key ~= "refs" then record[key] = value end
  end
  return send(200, (cjson.encode(record):gsub('"filesWithIssues":{}', '"filesWithIssues":[]')))
end

local function tree(repository, revision)
  local arguments = ngx.req.get_uri_args()
  local first = tonumber(arguments.cursor) or 0
  local page = {}
  for i = first + 1, math.min(first + page_size, #repository.files) do
    local entry = repository.files[i]
    table.insert(page, {
      type = "file", oid = entry.oid, size = entry.size, path = entry.path,
      lfs = entry.sha256 and { oid = entry.sha256, size = entry.size, pointerSize = 134 } or nil,
      securityFileStatus = arguments.expand == "true" and entry.security or nil,
    })
  end
  if first + page_size < #repository.files then
    ngx.header["Link"] = ('<http://%s/api/models/%s/tree/%s?recursive=true&expand=%s&cursor=%d>; rel="next"'):format(
      ngx.var.http_host, repository.name, revision, arguments.expand or "false", first + page_size)
  end
  return send(200, #page > 0 and cjson.encode(page) or "[]")
end

-- Hands the file to nginx, which knows ranges and If-Range.
local function send_file(entry, etag)
  ngx.var.hub_file, ngx.var.hub_etag = entry.full, '"' .. etag .. '"'
  return ngx.exec("/_file")
end

local function resolve(repository, path)
  local entry = repository.by_path[path]
  ngx.header["X-Repo-Commit"] = repository.commit
  if not entry then return refuse(404, "EntryNotFound", "Entry not found") end
  if not entry.sha256 then return send_file(entry, entry.oid) end
  ngx.header["X-Linked-Size"], ngx.header["X-Linked-Etag"] = entry.size, '"' .. entry.sha256 .. '"'
  ngx.header["Accept-Ranges"] = "bytes"
  ngx.header["Location"] = ("%s/%s/%s?Signature=abc&Expires=1999999999"):format(cdn, repository.name, entry.sha256)
  return send(302, "Found. Redirecting", "text/plain")
end

-- The repository at a revision, or an answer that says why not.
local function find(name, revision, fresh)
  local repository = not fresh and repositories[name] or index(name)
  local token = (ngx.var.http_authorization or ""):match("^Bearer (.+)$")
  local wanted = repository and repository.meta.private and repository.meta.token
  if not repository or wanted and token ~= wanted then
    if token then return refuse(404, "RepoNotFound", "Repository not found") end
    return refuse(401, "RepoNotFound", "Invalid username or password.")
  end
  if revision ~= "main" and revision ~= repository.commit and not (repository.meta.refs or {})[revision] then
    return refuse(404, "RevisionNotFound", "Invalid rev id: " .. revision)
  end
  if repository.meta.gated and not fresh and token ~= repository.meta.token then
    return refuse(403, "GatedRepo", "Access to model " .. name .. " is restricted.")
  end
  return repository
end

--- Answers a request to the Hub.
function hub.answer()
  local path = ngx.var.request_uri:match("^[^?]*")
  local name, what, revision = path:match("^/api/models/([^/]+/[^/]+)/(%a+)/([^/]+)$")
  if not name then name = path:match("^/api/models/([^/]+/[^/]+)$") end
  if name then
    revision = ngx.unescape_uri(revision or "main")
    local repository = find(name, revision, true)
    if what == "tree" then return tree(repository, revision) end
    return info(repository)
  end
  local kind, publisher = path:match("^/api/(%l+)/([%w][%w._-]*)/overview$")
  local about = publisher and read_file(("%s/%s/.%s.json"):format(root, publisher, kind))
  if about then return send(200, about) end
  local file
  name, revision, file = path:match("^/([^/]+/[^/]+)/resolve/([^/]+)/(.+)$")
  if name then return resolve(find(name, ngx.unescape_uri(revision)), ngx.unescape_uri(file)) end
  ngx.header["X-Error-Message"] = "Not found"
  return send(404, '{"error":"Sorry, we can\'t find the page you are looking for."}')
end

--- Answers a request to the CDN. Like S3, it refuses a second way to sign in: a client that leaks its token notices.
function hub.cdn()
  if ngx.var.http_authorization then return send(400, "Only one auth mechanism allowed", "text/plain") end
  local name, sha256 = ngx.var.uri:match("^/([^/]+/[^/]+)/(%x+)$")
  local repository = name and (repositories[name] or index(name))
  for _, entry in ipairs(repository and repository.files or {}) do
    if entry.sha256 == sha256 then return send_file(entry, sha256:sub(1, 32)) end
  end
  return send(403, "AccessDenied", "text/plain")
end

return hub
