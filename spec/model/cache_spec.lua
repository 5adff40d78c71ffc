-- The local Hub cache as huggingface_hub lays it out.

local helper = require("spec.helper")
local cache = require("hugh.model.cache")
local digest = require("hugh.digest")

describe("the local Hub cache", function()
  local folder, commit, text, blob = nil, ("c"):rep(40), "# A card\n", nil

  setup(function()
    folder = helper.directory()
    local base = folder .. "/models--acme--tiny"
    os.execute(("mkdir -p %s/refs %s/blobs %s/snapshots/%s %s/datasets--x--y/blobs"):format(base, base, base, commit, folder))
    blob = digest.new("sha1"):update(("blob %d\0"):format(#text)):update(text):hex()
    helper.write(base .. "/blobs/" .. blob, text)
    local weights = '\48\0\0\0\0\0\0\0{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}' .. (" "):rep(0)
    weights = string.char(#weights - 8) .. weights:sub(2) .. "\0"
    helper.write(base .. "/blobs/" .. digest.new("sha256"):update(weights):hex(), weights)
    helper.write(base .. "/blobs/" .. ("0"):rep(64) .. ".incomplete", "half")
    helper.write(base .. "/refs/main", commit)
    for name, target in pairs { ["README.md"] = blob, ["model.safetensors"] = digest.new("sha256"):update(weights):hex() } do
      os.execute(("ln -s ../../blobs/%s %s/snapshots/%s/%s"):format(target, base, commit, name))
    end
    helper.write(folder .. "/datasets--x--y/blobs/" .. ("1"):rep(40), "no model")
  end)

  teardown(function() helper.remove(folder) end)

  it("lists the snapshots of models with the refs that point to them", function()
    local found = assert(cache.list(folder))
    assert.same({ { repo = "acme/tiny", commit = commit, revisions = { "main" }, path = folder .. "/models--acme--tiny/snapshots/" .. commit,
      files = { "README.md", "model.safetensors" } } }, found.snapshots)
    assert.equal(2, #found.blobs)
    assert.is_nil(cache.list(folder .. "/nothing"))
  end)

  it("has blobs that are what their names say, until somebody changes one", function()
    for _, entry in ipairs(cache.list(folder).blobs) do assert.is_true(cache.verify(entry)) end
    local path = folder .. "/models--acme--tiny/blobs/" .. blob
    helper.write(path, "# A cord\n")
    assert.is_false(cache.verify { name = blob, path = path })
    local run = helper.hugh("cache --verify --directory " .. folder)
    assert.equal(1, run.code)
    assert.truthy(run.out:find("corrupt", 1, true))
    assert.truthy(run.out:find("intact   1 blob,", 1, true))
    helper.write(path, text)
    run = helper.hugh("cache --verify --directory " .. folder)
    assert.equal(0, run.code, run.err)
    assert.truthy(run.out:find("acme/tiny@cccccccccccc (main)", 1, true))
  end)

  it("is not verified where a file is a copy or leads elsewhere", function()
    local snapshot = cache.list(folder).snapshots[1]
    assert.same({}, cache.loose(snapshot))
    helper.write(snapshot.path .. "/copy.txt", "x")
    os.execute("mkdir -p " .. snapshot.path .. "/a/b && ln -s /etc/hostname " .. snapshot.path .. "/a/b/out.txt")
    assert.same({ "a/b/out.txt", "copy.txt" }, cache.loose(cache.list(folder).snapshots[1]))
    local run = helper.hugh("cache --verify --directory " .. folder)
    assert.equal(2, run.code)
    assert.matches("acme/tiny@cccccccccccc: 2 files such as a/b/out.txt, no link to a blob", run.err, 1, true)
    os.execute(("rm -r %s/copy.txt %s/a"):format(snapshot.path, snapshot.path))
  end)

  it("is scored as far as it can be read, and what cannot is told", function()
    os.execute(("mkdir %s/models--acme--secret && chmod 755 %s && chmod 000 %s/models--acme--secret"):format(folder, folder, folder))
    local root = io.popen("id -u"):read("*l") == "0"
    local result = helper.hugh("cache --directory " .. folder, root and "setpriv --reuid=65534 --clear-groups" or "")
    assert.equal(2, result.code)
    assert.matches("models--acme--secret: Permission denied", result.err, 1, true)
    assert.matches("acme/tiny@" .. commit:sub(1, 12), result.out, 1, true)
  end)

  it("that is empty or missing is not clean", function()
    local empty = helper.directory()
    assert.equal(2, helper.hugh("cache --directory " .. empty).code)
    assert.equal(2, helper.hugh("cache", "HF_HUB_CACHE=/nonexistent").code)
    helper.remove(empty)
  end)
end)

describe("digests", function()
  it("are those of git and sha256sum", function()
    assert.equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", digest.new("sha256"):update("a"):update("bc"):hex())
    local path = os.tmpname()
    helper.write(path, "hello\n")
    assert.equal("ce013625030ba8dba906f756967f9e9ca394464a", digest.file(path, "git-sha1"))
    os.remove(path)
    assert.equal("ENOENT", select(3, digest.file(path, "sha256")))
    local finished = digest.new("sha1")
    finished:hex()
    assert.has_error(function() finished:update("x") end)
  end)
end)
