-- A starting point: the published method, with room for your own rules.
policy "ours" { requires = "hugh >= 1.0", extends = { "hugginghugh" } }

-- weights  { documentation_quality = 4 }   -- it matters less to us
-- licenses { deny = { "*-nc-*" } }         -- nothing non-commercial
-- below    { [50] = block }                -- under 50 points we do not load it

rule "no-remote-code" {
  about = "trust_remote_code runs Python from the repository", verdict = warn,
  when = function (m) return m.config and m.config.auto_map end,
  message = "{target} asks to run its own Python code", fix = "read the code, and load without trust_remote_code",
}

test "remote code is pointed out" {
  given = { files = { "model.safetensors" }, config = { auto_map = true } },
  expect = { verdict = warn, rules = { "no-remote-code" } },
}
test "a model without code of its own is fine" {
  given = { files = { "model.safetensors" }, config = { auto_map = false } },
  expect = { verdict = allow },
}
