-- What is known of a model: every fact a policy may ask for, with its type and meaning. The strictness of `m`, the reference in the docs and
-- the editor types come from this table. A fact that is not known is nil; nothing is ever guessed in the model's favour.

local facts = {
  { "target", "string", "what was asked for: a directory, org/name[@revision] or a URL" },
  { "origin", "string", "where the facts come from: \"directory\", \"hub\", \"cache\" or \"metadata\" (no file was read)" },
  { "repo", "string?", "org/name on the Hub" },
  { "name", "string?", "the repository's name without its publisher, or the directory's" },
  { "publisher", "string?", "the namespace that published it" },
  { "publisher_verified", "boolean?", "the Hub says that the publisher is a verified organisation" },
  { "publisher_known", "boolean?", "the publisher is on hugh's list of well-known organisations" },
  { "publisher_history", "boolean?", "the publisher has published for long and is followed: a known community contributor" },
  { "downloads", "integer?", "downloads as the Hub counts them" },
  { "likes", "integer?", "likes on the Hub" },
  { "created_at", "string?", "when the repository was made, ISO 8601" },
  { "last_modified", "string?", "when it was last changed, ISO 8601" },
  { "age_days", "number?", "days since last_modified" },
  { "revision", "string?", "the revision asked for" },
  { "commit", "string?", "the commit that was judged: 40 hexadecimal digits" },
  { "pinned", "boolean", "the revision asked for is a full commit, so it cannot move" },
  { "gated", "boolean?", "one has to ask for access" },
  { "private", "boolean?", "the repository is private" },
  { "disabled", "boolean?", "the Hub has disabled the repository" },
  { "tags", "string[]?", "the tags of the model card or the Hub" },
  { "library_name", "string?", "the library that loads it, such as transformers" },
  { "pipeline_tag", "string?", "the task, such as text-generation" },
  { "license", "string?", "the license's id in lower case" },
  { "license_class", "string?", "permissive, conditional, copyleft, restrictive, unknown or none" },
  { "card", "table?", "the model card: { present, level = complete|basic|minimal|none, bytes, usage, metadata }" },
  { "config", "table?", "config.json: { architectures, model_type, auto_map, transformers_version }" },
  { "files", "table[]", "every file: { path, size, kind, safety, complete, scanned, sha256, pickle_name, is_pickle, safe_format, safetensors, "
    .. "findings, globals }" },
  { "file_count", "integer", "how many files there are" },
  { "total_bytes", "integer", "their size in bytes" },
  { "kinds", "table", "how many files of each kind: { [\"safetensors\"] = 2 }" },
  { "findings", "table[]", "every finding: { id, severity, message, path, member, offset }" },
  { "globals", "table[]", "everything the pickles name: { name = \"os.system\", module, class, called, path }" },
  { "safety", "string?", "that of the worst file: safe, unknown, suspicious or dangerous; nil when no file was read" },
  { "complete", "boolean?", "every byte that a loader would use was read" },
  { "dependencies", "table[]?", "what the model needs to run: { name, version, exact, source }" },
  { "advisories", "table[]?", "known vulnerabilities of these: { id, aliases, severity, package, version, fixed, summary }; nil when not checked" },
  { "advisories_problem", "string?", "why they could not be had, if they were asked for" },
  { "hub_security", "table?", "what the Hub's own scanners say: { status, scans_done, files = { { path, status } } }" },
  { "bytes_read", "integer?", "how many bytes hugh read" },
  { "requests", "integer?", "how many requests that took" },
}

local schema = { list = {}, known = {} }
for i, fact in ipairs(facts) do
  schema.list[i] = { name = fact[1], type = fact[2], about = fact[3] }
  schema.known[fact[1]] = true
end

return schema
