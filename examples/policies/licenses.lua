-- For a legal team: nothing but the license decides. It says nothing about the files: use it beside a policy that looks at them.
policy "licenses-only" { about = "May we use it? Licenses only" }

licenses {
  allow   = { "mit", "apache-2.0", "bsd-{2,3}-clause", "isc", "cc0-1.0", "cc-by-4.0", "unlicense" },
  deny    = { "*-nc-*", "*-nd-*", "agpl-*" },
  unknown = warn,
}

factor "license" {
  about = "Permissive licenses need no further look", weight = 1,
  score = function (m)
    if not m.license then return 0, "no license is stated" end
    if m.license_class == "permissive" then return 1, "{license} is permissive" end
    return 0.5, "{license}: ask legal"
  end,
}

test "a non-commercial license is blocked" {
  given = { files = { "model.safetensors" }, license = "cc-by-nc-4.0", license_class = "restrictive" },
  expect = { verdict = block, rules = { "licenses.deny" } },
}
test "a model license needs a look" {
  given = { files = { "model.safetensors" }, license = "llama3", license_class = "conditional" },
  expect = { verdict = warn, rules = { "licenses.unknown" } },
}
test "MIT is fine" {
  given = { files = { "model.safetensors" }, license = "mit", license_class = "permissive" },
  expect = { verdict = allow },
}
