-- Research: almost anything may be looked at, but nothing that runs code on load.
policy "research" { extends = { "hugginghugh" }, about = "Permissive, except for what attacks" }

weights { license_clarity = 2, recent_updates = 2, documentation_quality = 4 }
below   { [60] = allow }

test "an old pickle with a GPL license is fine" {
  given = { files = { "model.bin" }, license = "gpl-3.0", license_class = "copyleft", age_days = 900, likes = 200 },
  expect = { verdict = allow },
}
test "a dangerous file is not" {
  given = { files = { { path = "model.bin", safety = "dangerous" } } },
  expect = { verdict = block, rules = { "dangerous-file" } },
}
