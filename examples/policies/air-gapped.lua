-- A mirror without the internet: what goes in was read in full, is pinned, and carries no code.
policy "air-gapped-mirror" { extends = { "verified" }, about = "What may be copied into the mirror" }

weights { community_engagement = 0, publisher_reputation = 0 }   -- popularity says nothing here

files { deny = { "**/*.{py,sh,so,dll,dylib,exe,ipynb}" } }

rule "read-in-full" {
  about = "Nobody can look again later", verdict = block,
  when = function (m) return not m.complete end,
  message = "{target} was not read in full", fix = "fetch every file, then score again",
}
rule "judged" {
  about = "Formats hugh cannot judge stay outside", verdict = block,
  when = function (m)
    local list = {}
    for _, file in ipairs(m.files) do
      if file.safety == "unknown" or file.safety == "suspicious" then list[#list + 1] = file end
    end
    return #list > 0, list
  end,
  message = "some files are not known to be safe",
}

test "a partial download stays outside" {
  given = { files = { { path = "model.safetensors", complete = false } }, complete = false },
  expect = { verdict = block, rules = { "read-in-full" } },
}
test "code stays outside" {
  given = { files = { "model.safetensors", "modeling_x.py" } },
  expect = { verdict = block, rules = { "files.deny" } },
}
test "SafeTensors go in" {
  given = { files = { "model.safetensors", "config.json" } },
  expect = { verdict = allow },
}
