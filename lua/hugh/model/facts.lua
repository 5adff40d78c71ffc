-- What is known of a model: every fact a policy may ask for, with its type and meaning. The strictness of `m`, the reference in the docs and
-- the editor types come from these tables. A fact that is not known is nil; nothing is ever guessed in the model's favour.
--
-- A type is one of Lua's, the name of a shape below, or a list of either with []; ? marks what may be nil.

local model = {
  { "target", "string", "what was asked for: a directory, org/name[@revision] or a URL" },
  { "origin", "string", "where the facts come from: \"directory\", \"hub\", \"cache\" or \"metadata\" (no file was read)" },
  { "repo", "string?", "org/name on the Hub" },
  { "name", "string?", "the repository's name without its publisher, or the directory's" },
  { "publisher", "string?", "the namespace that published it" },
  { "publisher_verified", "boolean?", "the Hub says that the publisher is a verified organisation" },
  { "publisher_known", "boolean?", "the publisher is on hugh's list of well-known organisations" },
  { "publisher_history", "boolean?", "the publisher has at least 10 models and 100 followers: a known community contributor" },
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
  { "card", "card?", "the model card" },
  { "config", "config?", "what config.json says" },
  { "files", "file[]?", "every file; nil when a record does not list them" },
  { "file_count", "integer?", "how many files there are" },
  { "pickle_files", "integer?", "how many are pickles: by name, as .bin is, or by content" },
  { "safe_format_files", "integer?", "how many are SafeTensors, GGUF or ONNX, by name or by content" },
  { "total_bytes", "integer?", "their size in bytes" },
  { "kinds", "table<string, integer>?", "how many files there are of each kind, by the kind's name: kinds.safetensors" },
  { "findings", "finding[]", "every finding, of all files" },
  { "globals", "global[]", "everything the pickles name, of all files" },
  { "safety", "string?", "that of the worst file: safe, unknown, suspicious or dangerous; nil when no file was read" },
  { "complete", "boolean?", "every byte that a loader would use was read" },
  { "dependencies", "dependency[]?", "what the model needs to run" },
  { "advisories", "advisory[]?", "known vulnerabilities of these, the worst first; nil when not checked" },
  { "advisories_source", "string?", "where these come from, such as hugh's snapshot and its date" },
  { "advisories_problem", "string?", "why they could not be had, if they were asked for" },
  { "hub_security", "hub_security?", "what the Hub's own scanners say" },
  { "bytes_read", "integer?", "how many bytes hugh read" },
  { "requests", "integer?", "how many requests that took" },
}

local shapes = {
  { "model", "m", model },
  { "file", "a file", {
    { "path", "string", "where it is in the repository" },
    { "size", "integer?", "bytes" },
    { "kind", "string", "what it is; docs/formats.md lists the kinds" },
    { "by", "string?", "what the kind follows from: content or name" },
    { "safety", "string", "safe, unknown, suspicious or dangerous" },
    { "complete", "boolean", "every byte that a loader would use was read" },
    { "scanned", "boolean", "hugh read it; false when only its name is known" },
    { "sha256", "string?", "its digest, of files on the Hub" },
    { "pickle_name", "boolean", "its name ends in .bin, .pkl or .pickle" },
    { "is_pickle", "boolean", "its loader unpickles" },
    { "safe_format", "boolean", "SafeTensors, GGUF or ONNX by name or content" },
    { "safetensors", "boolean", "SafeTensors by name or content" },
    { "findings", "finding[]", "what was found in it" },
    { "globals", "global[]", "what its pickles name: name without the module" },
    { "notes", "table<string, any>?", "what the parsers noted, such as notes[\"pickle.protocol\"]" },
    { "bytes_read", "integer?", "how many of its bytes were read" },
    { "hub", "hub_scan?", "what the Hub's own scanners say of it, in models of up to 100 files" },
  } },
  { "finding", "a finding", {
    { "id", "string", "as in docs/findings.md" },
    { "severity", "string", "info, low, medium, high or critical" },
    { "safety", "string?", "what the finding makes of the file" },
    { "message", "string", "what was found and why it matters" },
    { "path", "string?", "the file" },
    { "member", "string?", "where in an archive" },
    { "offset", "integer?", "bytes from the start of the file or member" },
  } },
  { "global", "a global", {
    { "name", "string", "the dotted name, such as os.system" },
    { "module", "string", "the module alone" },
    { "class", "string", "safe, unknown or dangerous" },
    { "category", "string?", "what kind of danger" },
    { "reason", "string?", "why it is of that class" },
    { "called", "boolean", "loading calls it; otherwise it is only imported" },
    { "path", "string?", "the file" },
    { "member", "string?", "where in an archive" },
    { "offset", "integer?", "bytes from the start of the file or member" },
  } },
  { "card", "a card", {
    { "present", "boolean", "there is a README.md" },
    { "level", "string", "complete, basic, minimal or none" },
    { "bytes", "integer", "its length" },
    { "usage", "boolean", "it shows how to use the model" },
    { "metadata", "boolean", "it starts with metadata" },
  } },
  { "config", "a config", {
    { "architectures", "string[]", "the classes that load it" },
    { "model_type", "string?", "such as llama" },
    { "auto_map", "boolean", "it names classes of the repository's own Python files" },
    { "transformers_version", "string?", "the transformers that wrote it" },
  } },
  { "dependency", "a dependency", {
    { "name", "string", "the package on PyPI" },
    { "version", "string?", "the version, if one is known" },
    { "exact", "boolean", "the repository pins that version" },
    { "source", "string", "what it follows from" },
  } },
  { "advisory", "an advisory", {
    { "id", "string", "its id, such as GHSA-… or PYSEC-…" },
    { "aliases", "string[]", "its other ids, such as CVE-…" },
    { "severity", "string", "low, medium, high or critical" },
    { "package", "string", "the vulnerable package" },
    { "version", "string", "the version that is needed" },
    { "fixed", "string?", "the version that has the fix" },
    { "summary", "string", "one line" },
  } },
  { "hub_security", "hub_security", {
    { "status", "string", "safe, issues or unscanned" },
    { "scans_done", "boolean", "all scanners are done" },
    { "files", "flagged[]", "what they have something against" },
  } },
  { "hub_scan", "a scan by the Hub", {
    { "status", "string", "unscanned, queued, safe, caution, suspicious, unsafe, error or unknown" },
    { "scanners", "hub_verdict[]", "the scanners one by one" },
  } },
  { "hub_verdict", "a verdict of a scanner", {
    { "name", "string", "antivirus, JFrog, pickle imports, Protect AI or VirusTotal" },
    { "status", "string", "as above" },
    { "message", "string?", "what it says" },
  } },
  { "flagged", "a flagged file", {
    { "path", "string", "the file" },
    { "status", "string", "what the scanners call it" },
  } },
}

local schema = { shapes = {}, known = {} }
for i, shape in ipairs(shapes) do
  local name, one, fields = shape[1], shape[2], {}
  local known = { one = one, types = {} }
  for j, fact in ipairs(shape[3]) do
    fields[j] = { name = fact[1], type = fact[2], about = fact[3] }
    known.types[fact[1]] = (fact[2]:gsub("%?$", ""))
  end
  schema.shapes[i] = { name = name, one = one, fields = fields }
  schema.shapes[name] = schema.shapes[i]
  schema.known[name] = known -- what the sandbox is told
end

return schema
