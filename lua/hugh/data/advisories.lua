-- A small snapshot of advisories in OSV's form, so that the vulnerabilities factor works out of the box: the well-known ones of the packages
-- that models need, above all those that a model file can use. Each was compared with the advisory databases of GitHub, PyPA or the CVE
-- program at `date`. A zip of OSV records or the OSV API knows more.

-- `events`: introduced, fixed, introduced, fixed, ...
local function record(id, alias, package, severity, events, summary)
  local ranges = {}
  for i = 1, #events, 2 do
    ranges[#ranges + 1] = { type = "ECOSYSTEM", events = { { introduced = events[i] }, { fixed = events[i + 1] } } }
  end
  return {
    id = id, aliases = alias and { alias } or {}, summary = summary, database_specific = { severity = severity },
    affected = { { package = { ecosystem = "PyPI", name = package }, ranges = ranges } },
  }
end

return {
  date = "2026-11-25",
  records = {
    record("GHSA-53q9-r3pm-6pq6", "CVE-2025-32434", "torch", "CRITICAL", { "0", "2.6.0" }, "torch.load runs code even with weights_only=True"),
    record("GHSA-63cw-57p8-fm3p", "CVE-2026-24747", "torch", "HIGH", { "0", "2.10.0" }, "a checkpoint corrupts memory even with weights_only=True"),
    record("GHSA-47fc-vmwq-366v", "CVE-2022-45907", "torch", "CRITICAL", { "0", "1.13.1" }, "torch.jit.annotations.parse_type_line runs code"),
    record("GHSA-pg7h-5qx3-wjr3", "CVE-2024-31583", "torch", "HIGH", { "0", "2.2.0" }, "the mobile interpreter uses freed memory"),
    record("GHSA-5pcm-hx3q-hm94", "CVE-2024-31580", "torch", "HIGH", { "0", "2.2.0" }, "heap buffer overflow in the runtime's vararg functions"),
    record("GHSA-3863-2447-669p", "CVE-2023-6730", "transformers", "CRITICAL", { "0", "4.36.0" }, "RagRetriever unpickles files of a model"),
    record("GHSA-v68g-wm8c-6x7j", "CVE-2023-7018", "transformers", "HIGH", { "0", "4.36.0" }, "a tokenizer unpickles files of a model"),
    record("GHSA-37q5-v5qm-c9v8", "CVE-2024-3568", "transformers", "LOW", { "0", "4.38.0" }, "TFPreTrainedModel.load_repo_checkpoint unpickles"),
    record("GHSA-qxrp-vhvm-j765", "CVE-2024-11392", "transformers", "HIGH", { "0", "4.48.0" }, "MobileViTV2 configurations are unpickled"),
    record("GHSA-wrfc-pvp9-mr9g", "CVE-2024-11393", "transformers", "HIGH", { "0", "4.48.0" }, "MaskFormer model files are unpickled"),
    record("GHSA-hxxf-235m-72v3", "CVE-2024-11394", "transformers", "HIGH", { "0", "4.48.0" }, "Trax model files are unpickled"),
    record("GHSA-29pf-2h5f-8g72", "CVE-2026-4372", "transformers", "HIGH", { "0", "5.3.0" }, "config.json makes from_pretrained fetch and run code"),
    record("GHSA-fgcw-684q-jj6r", "CVE-2026-5241", "transformers", "HIGH", { "0", "5.5.0" }, "LightGlue configs override trust_remote_code=False"),
    record("GHSA-56xg-wfcc-g829", "CVE-2024-34359", "llama-cpp-python", "CRITICAL", { "0.2.30", "0.2.72" }, "a GGUF chat template runs code"),
    record("GHSA-x4wf-678h-2pmq", "CVE-2024-3660", "keras", "CRITICAL", { "0", "2.13.1rc0" }, "a Lambda layer runs code when a model is loaded"),
    record("GHSA-48g7-3x6r-xfhp", "CVE-2025-1550", "keras", "HIGH", { "3.0.0", "3.9.0" }, "config.json of a .keras file names any function"),
    record("GHSA-36fq-jgmw-4r9c", "CVE-2025-9906", "keras", "HIGH", { "0", "3.11.0" }, "a .keras file turns safe_mode off"),
    record("GHSA-4f3f-g24h-fr8m", "CVE-2026-1462", "keras", "HIGH", { "0", "3.13.2" }, "TFSMLayer loads a SavedModel despite safe_mode"),
    record("GHSA-3m4q-jmj6-r34q", "CVE-2026-1669", "keras", "HIGH", { "3.0.0", "3.12.1", "3.13.0", "3.13.2" },
      "HDF5 weights read any file through external storage"),
    record("GHSA-5gwj-m78q-7pq3", "CVE-2026-12481", "keras", "HIGH", { "0", "3.12.3", "3.13.0", "3.15.0" },
      "a Lambda layer runs code despite safe_mode"),
    record("GHSA-v2w2-w228-c444", "CVE-2026-12484", "keras", "HIGH", { "0", "3.12.3", "3.13.0", "3.15.0" }, "TorchModuleWrapper unpickles"),
    record("GHSA-ffxj-547x-5j7c", "CVE-2022-25882", "onnx", "HIGH", { "0", "1.13.0" }, "external data is read from any path"),
    record("GHSA-whh8-fjgc-qp73", "CVE-2024-27318", "onnx", "HIGH", { "0", "1.16.0" }, "external data is read from any path, again"),
    record("GHSA-538c-55jv-c5g9", "CVE-2026-34445", "onnx", "HIGH", { "0", "1.21.0" }, "external data entries set any attribute of their object"),
    record("GHSA-p433-9wv8-28xj", "CVE-2026-34447", "onnx", "MODERATE", { "0", "1.21.0" }, "external data follows symbolic links out of the model"),
    record("CVE-2025-23303", nil, "nemo-toolkit", "HIGH", { "0", "2.3.2" }, "untrusted data is deserialized"),
    record("GHSA-hvjw-vp7g-39h5", "CVE-2025-33253", "nemo-toolkit", "HIGH", { "0", "2.6.1" }, "loading a crafted file runs code"),
    record("GHSA-m4jw-wgmf-889x", "CVE-2026-24157", "nemo-toolkit", "HIGH", { "0", "2.6.2" }, "loading a checkpoint runs code"),
    record("GHSA-6hrg-qmvc-2xh8", "CVE-2022-21797", "joblib", "CRITICAL", { "0", "1.2.0" }, "Parallel evaluates its pre_dispatch argument"),
    record("GHSA-jw8x-6495-233v", "CVE-2024-5206", "scikit-learn", "MODERATE", { "0", "1.5.0" },
      "TfidfVectorizer keeps more of its training data than it should"),
    record("CVE-2023-25399", nil, "scipy", "MODERATE", { "0", "1.10.0" }, "reference counting mistake in Py_FindObjects"),
    record("GHSA-j7hp-h8jx-5ppr", "CVE-2023-4863", "pillow", "HIGH", { "0", "10.0.1" }, "libwebp: a WebP image writes out of bounds"),
    record("GHSA-3f63-hfp8-52jq", "CVE-2023-50447", "pillow", "CRITICAL", { "0", "10.2.0" }, "PIL.ImageMath.eval runs code"),
    record("GHSA-44wm-f244-xhp3", "CVE-2024-28219", "pillow", "HIGH", { "0", "10.3.0" }, "buffer overflow in _imagingcms.c"),
    record("GHSA-9wx4-h78v-vm56", "CVE-2024-35195", "requests", "MODERATE", { "0", "2.32.0" }, "a session keeps verify=False for later requests"),
    record("GHSA-g7vv-2v7x-gj9p", "CVE-2024-34062", "tqdm", "LOW", { "4.4.0", "4.66.3" }, "command-line arguments reach eval"),
    record("GHSA-h5c8-rqwp-cp95", "CVE-2024-22195", "jinja2", "MODERATE", { "0", "3.1.3" }, "the xmlattr filter lets attributes be injected"),
  },
}
