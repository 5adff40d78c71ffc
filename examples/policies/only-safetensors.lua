-- Nothing but SafeTensors: weights are SafeTensors and valid, what stands beside them is text, and there is no code.
policy "only-safetensors" { requires = "hugh >= 1.0", extends = { "verified" }, about = "Weights are SafeTensors, or they are not loaded" }

files {
  allow = {
    "**/*.safetensors", "**/*.{json,md,txt,jinja}",        -- weights, configs, tokenizers, templates
    "**/{tokenizer,spiece,sentencepiece*}.model",          -- SentencePiece
    "**/{LICENSE,NOTICE,USE_POLICY}*", "**/.gitattributes", "**/*.{png,jpg,jpeg,svg}",
  },
  default = block,
}

rule "only-in-name" {
  about = "A name proves nothing: the content must be SafeTensors that the reference would load", verdict = block,
  when = function (m)
    local found = {}
    for _, file in ipairs(m.files) do
      if ends(file.path, ".safetensors") and (file.kind ~= "safetensors" or file.safety ~= "safe") then found[#found + 1] = file end
    end
    return #found > 0, found
  end,
  message = "a file is SafeTensors by its name only", fix = "ask the publisher for a file that loads",
}
rule "no-pickle" {
  about = "Whatever it is called, a pickle is a program", verdict = block,
  when = function (m)
    local pickles = {}
    for _, file in ipairs(m.files) do
      if file.is_pickle or file.pickle_name then pickles[#pickles + 1] = file end
    end
    return #pickles > 0, pickles
  end,
  message = "{target} holds pickles", fix = "ask the publisher for SafeTensors, or convert in a sandbox",
}

test "SafeTensors alone pass" {
  given = { files = { "model-00001-of-00002.safetensors", "config.json", "tokenizer.model", "README.md", ".gitattributes", "LICENSE" } },
  expect = { verdict = allow },
}
test "a pickle is blocked" {
  given = { files = { "model.safetensors", "optimizer.pt" } },
  expect = { verdict = block, rules = { "no-pickle", "files.default" } },
}
test "a pickle with another name is blocked" {
  given = { files = { { path = "model.safetensors", kind = "pickle" } } },
  expect = { verdict = block, rules = { "no-pickle", "only-in-name" } },
}
test "other formats are blocked, however safe" {
  given = { files = { "model.gguf" } },
  expect = { verdict = block, rules = { "files.default" } },
}
test "code is blocked" {
  given = { files = { "model.safetensors", "modeling_x.py" } },
  expect = { verdict = block, rules = { "files.default" } },
}
