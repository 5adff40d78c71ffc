-- Production: pinned commits, known licenses, no code from strangers, and time for others to look first.
policy "acme-production" { requires = "hugh >= 1.0", extends = { "hugginghugh" } }

weights { safetensors_usage = 30, no_pickle_files = 30 }      -- the rest keep their weights; the total is scaled to 100
grades  { A = 92, B = 80, C = 65, D = 50 }
below   { [50] = block, [70] = warn }

files    { deny = append { "**/*.{py,so,dll}" }, default = warn }
globals  { allow = { "acme.layers.*" }, deny = append { "torch.hub.*" }, default = block }
licenses { allow = { "mit", "apache-2.0" }, deny = { "*-nc-*" }, unknown = warn }

factor "soak" {
  about = "Prefer revisions others had time to look at", weight = 5,
  score = function (m)
    if not m.age_days then return nil, "age not known" end    -- inconclusive, not zero
    return clamp(m.age_days / 30, 0, 1), "revision is {age_days} days old"
  end,
}
rule "pinned-revision" {
  about = "Production pulls by commit, never by branch", verdict = block,
  when = function (m) return not m.pinned end,
  message = "{repo}@{revision} is a moving ref", fix = "pin revision = '{commit}'",
}
exempt "globals.deny" {
  repo = "acme/legacy-ner", sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  because = "SEC-412: weights being converted",
  by = "alice@acme.example", expires = "2027-03-31",
}
test "os.system in a pickle is blocked" {
  given = { files = { "model.pkl" }, globals = { "os.system" }, pinned = true },
  expect = { verdict = block, rules = { "globals.deny" } },
}
test "a branch is blocked" {
  given = { files = { "model.safetensors" }, origin = "hub", repo = "acme/x", revision = "main" },
  expect = { verdict = block, rules = { "pinned-revision" } },
}
test "a layer of our own passes" {
  given = { files = { "model.pkl", "model.safetensors" }, globals = { "acme.layers.Dense" }, pinned = true, license = "mit", age_days = 40 },
  expect = { verdict = warn, rules = { "below" } },
}
test "a pinned SafeTensors model passes" {
  given = { files = { "model.safetensors" }, pinned = true, license = "mit", license_class = "permissive", age_days = 40 },
  expect = { verdict = allow },
}
