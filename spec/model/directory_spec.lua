local helper = dofile("spec/helper.lua")
local hugh = require("hugh")

local header = '{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
local safetensors = string.char(#header) .. ("\0"):rep(7) .. header .. ("\0"):rep(4)

describe("a model in a directory", function()
  local root
  before_each(function() root = helper.directory() end)
  after_each(function() helper.remove(root) end)

  local function file(path, bytes)
    os.execute("mkdir -p " .. helper.quote((root .. "/" .. path):match("^(.*)/")))
    helper.write(root .. "/" .. path, bytes)
  end

  it("states what its files and texts say", function()
    file("model.safetensors", safetensors)
    file("config.json", '{"architectures": ["BertModel"], "model_type": "bert", "auto_map": {"AutoModel": "x.Y"}}')
    file("README.md", "---\nlicense: MIT\ntags: [bert]\nlibrary_name: transformers\n---\n```python\nimport transformers\n```\n")
    local model = assert(hugh.model(root))
    assert.are.equal("directory", model.origin)
    assert.are.equal("mit", model.license)
    assert.are.equal("permissive", model.license_class)
    assert.are.equal("complete", model.card.level)
    assert.are.same({ "BertModel" }, model.config.architectures)
    assert.is_true(model.config.auto_map)
    assert.are.equal("transformers", model.library_name)
    assert.are.equal(3, model.file_count)
    assert.are.equal(1, model.kinds.safetensors)
    for _, entry in ipairs(model.files) do
      if entry.path == "model.safetensors" then
        assert.is_true(entry.safetensors)
        assert.is_false(entry.is_pickle)
      end
    end
  end)

  it("leaves what a directory cannot know unknown", function()
    file("model.safetensors", safetensors)
    local model = assert(hugh.model(root))
    for _, name in ipairs { "publisher", "publisher_known", "likes", "downloads", "commit", "repo" } do assert.is_nil(model[name], name) end
    assert.are.equal("none", model.license_class)
    assert.are.equal("none", model.card.level)
  end)

  it("counts pickles by name and by content", function()
    file("pytorch_model.bin", ("\7\9"):rep(500))
    file("model.safetensors", "\128\4K\1.")
    local model = assert(hugh.model(root))
    local by_path = {}
    for _, entry in ipairs(model.files) do by_path[entry.path] = entry end
    assert.is_true(by_path["pytorch_model.bin"].pickle_name)
    assert.is_false(by_path["pytorch_model.bin"].is_pickle)
    assert.is_true(by_path["model.safetensors"].is_pickle)
  end)

  it("recognises a license file when the card names none", function()
    file("model.safetensors", safetensors)
    file("LICENSE", helper.read("LICENSE"))
    assert.are.equal("mit", assert(hugh.model(root)).license)
  end)

  it("takes publisher and commit from the layout of the Hub's cache", function()
    local sha = ("0a"):rep(20)
    local place = "models--google--bert-tiny"
    file(place .. "/snapshots/" .. sha .. "/model.safetensors", safetensors)
    file(place .. "/refs/main", sha)
    local model = assert(hugh.model(root .. "/" .. place .. "/snapshots/" .. sha))
    assert.are.equal("cache", model.origin)
    assert.are.equal("google/bert-tiny", model.repo)
    assert.are.equal("google", model.publisher)
    assert.is_true(model.publisher_known)
    assert.are.equal(sha, model.commit)
    assert.is_true(model.pinned)
    assert.is_nil(model.last_modified)
    model = assert(hugh.model(root .. "/" .. place))
    assert.are.equal(sha, model.commit)
    assert.are.equal("main", model.revision)
    assert.is_false(model.pinned)
  end)

  it("trusts file times only where nothing wrote them anew", function()
    file("model.safetensors", safetensors)
    os.execute("touch -d '10 days ago' " .. root .. "/model.safetensors")
    local model = assert(hugh.model(root))
    assert.is_true(model.age_days > 9 and model.age_days < 11)
    os.execute("mkdir " .. root .. "/.git")
    assert.is_nil(assert(hugh.model(root)).age_days)
  end)

  it("is refused, with a reason, when there is no model to judge", function()
    local function code() return (select(3, hugh.model(root))) end
    assert.are.equal("EMPTY", code())
    file("notes.txt", "nothing here")
    assert.are.equal("NOMODEL", code())
    os.execute("ln -s nowhere " .. root .. "/model.safetensors")
    assert.are.equal("EBROKENLINK", code())
    assert.are.equal("ENOTDIR", (select(3, hugh.model(root .. "/notes.txt"))))
    assert.are.equal("ENOENT", (select(3, hugh.model(root .. "/nowhere"))))
  end)
end)
