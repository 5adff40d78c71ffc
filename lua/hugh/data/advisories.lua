-- A small snapshot of advisories in OSV's form, so that the vulnerabilities factor works out of the box. It holds the well-known ones of the
-- packages that models need; a folder of OSV records or the OSV API knows more.

local function record(id, alias, package, severity, introduced, fixed, summary)
  return {
    id = id, aliases = alias and { alias } or {}, summary = summary, database_specific = { severity = severity },
    affected = {
      {
        package = { ecosystem = "PyPI", name = package },
        ranges = { { type = "ECOSYSTEM", events = { { introduced = introduced }, { fixed = fixed } } } },
      },
    },
  }
end

return {
  date = "2025-09-01",
  records = {
    record("GHSA-53q9-r3pm-6pq6", "CVE-2025-32434", "torch", "CRITICAL", "0", "2.6.0", "torch.load runs code even with weights_only=True"),
    record("GHSA-47fc-vmwq-366v", "CVE-2022-45907", "torch", "CRITICAL", "0", "1.13.1", "torch.jit.annotations.parse_type_line runs code"),
    record("CVE-2024-5480", nil, "torch", "CRITICAL", "0", "2.2.3", "torch.distributed.rpc calls any function a peer names"),
    record("GHSA-j7hp-h8jx-5ppr", "CVE-2023-4863", "pillow", "HIGH", "0", "10.0.1", "libwebp: a WebP image writes out of bounds"),
    record("GHSA-3f63-hfp8-52jq", "CVE-2023-50447", "pillow", "CRITICAL", "0", "10.2.0", "PIL.ImageMath.eval runs code"),
    record("GHSA-44wm-f244-xhp3", "CVE-2024-28219", "pillow", "HIGH", "0", "10.3.0", "buffer overflow in _imagingcms.c"),
    record("GHSA-9wx4-h78v-vm56", "CVE-2024-35195", "requests", "MODERATE", "0", "2.32.0", "a session keeps verify=False for later requests"),
    record("CVE-2023-25399", nil, "scipy", "MODERATE", "0", "1.10.0", "reference counting mistake in Py_FindObjects"),
    record("GHSA-3863-2447-669p", "CVE-2023-6730", "transformers", "CRITICAL", "0", "4.36.0", "RagRetriever unpickles files of a model"),
    record("GHSA-v68g-wm8c-6x7j", "CVE-2023-7018", "transformers", "HIGH", "0", "4.36.0", "TransfoXLTokenizer unpickles files of a model"),
    record("GHSA-37q5-v5qm-c9v8", "CVE-2024-3568", "transformers", "LOW", "0", "4.38.0", "TFPreTrainedModel.load_repo_checkpoint unpickles"),
    record("GHSA-qxrp-vhvm-j765", "CVE-2024-11392", "transformers", "HIGH", "0", "4.48.0", "MobileViTV2 conversion unpickles a configuration"),
    record("GHSA-wrfc-pvp9-mr9g", "CVE-2024-11393", "transformers", "HIGH", "0", "4.48.0", "MaskFormer model files are unpickled"),
    record("GHSA-hxxf-235m-72v3", "CVE-2024-11394", "transformers", "HIGH", "0", "4.48.0", "Trax model files are unpickled"),
    record("GHSA-56xg-wfcc-g829", "CVE-2024-34359", "llama-cpp-python", "CRITICAL", "0.2.30", "0.2.72", "a GGUF chat template runs code"),
    record("CVE-2024-3660", nil, "keras", "CRITICAL", "0", "2.13.1", "a Lambda layer runs code when a model is loaded"),
    record("GHSA-48g7-3x6r-xfhp", "CVE-2025-1550", "keras", "HIGH", "3.0.0", "3.9.0", "config.json of a .keras file names any function"),
    record("CVE-2022-25882", nil, "onnx", "HIGH", "0", "1.13.0", "external data is read from any path"),
    record("CVE-2024-27318", nil, "onnx", "HIGH", "0", "1.16.0", "external data is read from any path, again"),
    record("CVE-2024-5206", nil, "scikit-learn", "MODERATE", "0", "1.5.0", "TfidfVectorizer keeps more of its training data than it should"),
    record("CVE-2024-34062", nil, "tqdm", "LOW", "4.4.0", "4.66.3", "command-line arguments reach eval"),
    record("CVE-2024-22195", nil, "jinja2", "MODERATE", "0", "3.1.3", "the xmlattr filter lets attributes be injected"),
    record("CVE-2025-23304", nil, "nemo-toolkit", "HIGH", "0", "2.3.2", "loading a .nemo file runs code its metadata names"),
  },
}
