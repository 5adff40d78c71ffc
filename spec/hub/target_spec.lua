local targets = require("hugh.hub.target")

describe("a target", function()
  it("is a name, a name with a revision, or an address", function()
    local home = "https://huggingface.co"
    for target, expected in pairs {
      ["a/b"] = { repo = "a/b" }, ["a/b@refs/pr/1"] = { repo = "a/b", revision = "refs/pr/1" }, ["a/b@feature/x"] = { repo = "a/b", revision = "feature/x" },
      [home .. "/a/b"] = { repo = "a/b", endpoint = home }, [home .. "/a/b/"] = { repo = "a/b", endpoint = home },
      [home .. "/a/b/blob/main/x.bin"] = { repo = "a/b", revision = "main", endpoint = home },
      [home .. "/a/b/tree/main/sub/folder"] = { repo = "a/b", revision = "main", endpoint = home },
      [home .. "/a/b/resolve/refs%2Fpr%2F1/x?download=true"] = { repo = "a/b", revision = "refs/pr/1", endpoint = home },
      [home .. "/a/b/discussions/3"] = { repo = "a/b", endpoint = home }, [home .. "/api/models/a/b/revision/v1"] = { repo = "a/b", revision = "v1", endpoint = home },
      ["https://hf.co/a/b"] = { repo = "a/b", endpoint = home }, ["https://www.huggingface.co/a/b"] = { repo = "a/b", endpoint = home },
      ["huggingface.co/a/b"] = { repo = "a/b", endpoint = home }, ["hf://a/b"] = { repo = "a/b" }, ["hf://models/a/b@v1/x.bin"] = { repo = "a/b", revision = "v1" },
      ["hf://a/b@refs/pr/1/x.bin"] = { repo = "a/b", revision = "refs/pr/1" },
      ["hf://gpt2"] = { repo = "gpt2" }, ["hf://gpt2@v1"] = { repo = "gpt2", revision = "v1" }, [home .. "/gpt2"] = { repo = "gpt2", endpoint = home },
      [home .. "/gpt2/tree/v1"] = { repo = "gpt2", revision = "v1", endpoint = home },
      [home .. "/a/tree/tree/v1"] = { repo = "a/tree", revision = "v1", endpoint = home }, ["hf://a/tree"] = { repo = "a/tree" },
    } do assert.same(expected, targets.parse(target), target) end
  end)

  it("that is none of these is refused", function()
    for _, target in ipairs {
      "a", "a/b/c", "../b", "./a/b", "a/..", "a/b@", "ftp://x/a/b", "https://user@x/a/b", "a/b@x\ny", "https://x/", "hf://..", "a/.", "a/-b", "a/b@..",
      "https://huggingface.co/datasets/a/b", "hf://spaces/a/b",
    } do assert.is_nil(targets.parse(target), target) end
    assert.matches("one of the Hub's datasets", select(2, targets.parse("hf://datasets/a/b")))
  end)
end)
