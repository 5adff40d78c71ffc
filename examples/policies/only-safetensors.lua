-- Nothing but SafeTensors: no pickle under any name, no code.
policy "only-safetensors" { requires = "hugh >= 1.0", extends = { "verified" }, about = "Weights are SafeTensors, or they are not loaded" }

files { deny = { "**/*.{py,so,dll,dylib,exe,sh}" } }

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

test "a pickle is blocked" {
  given = { files = { "model.safetensors", "optimizer.pt" } },
  expect = { verdict = block, rules = { "no-pickle" } },
}
test "SafeTensors alone pass" {
  given = { files = { "model.safetensors", "config.json" } },
  expect = { verdict = allow },
}
