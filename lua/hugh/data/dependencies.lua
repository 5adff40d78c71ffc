-- What a model needs to run, by what its metadata says. Names are PyPI's. Add a line to extend it.

return {
  -- library_name of the Hub, or the library a tag names
  libraries = {
    transformers = { "transformers", "torch", "tokenizers", "safetensors", "huggingface-hub" },
    diffusers = { "diffusers", "torch", "transformers", "safetensors", "huggingface-hub", "pillow", "accelerate" },
    ["sentence-transformers"] = {
      "sentence-transformers", "transformers", "torch", "tokenizers", "safetensors", "huggingface-hub", "scikit-learn", "scipy",
      "pillow",
    },
    peft = { "peft", "transformers", "torch", "accelerate", "safetensors", "huggingface-hub" },
    timm = { "timm", "torch", "torchvision", "safetensors", "huggingface-hub" },
    keras = { "tensorflow", "keras", "h5py" },
    ["tf-keras"] = { "tensorflow", "keras", "h5py" },
    sklearn = { "scikit-learn", "joblib", "numpy", "scipy" },
    skops = { "skops", "scikit-learn", "numpy", "scipy" },
    spacy = { "spacy", "numpy", "requests" },
    flair = { "flair", "torch", "transformers" },
    fasttext = { "fasttext", "numpy" },
    speechbrain = { "speechbrain", "torch", "torchaudio", "huggingface-hub" },
    nemo = { "nemo-toolkit", "torch" },
    ["pyannote-audio"] = { "pyannote-audio", "torch", "torchaudio" },
    ultralytics = { "ultralytics", "torch", "torchvision", "pillow", "requests", "scipy" },
    onnx = { "onnxruntime", "onnx" },
    gguf = { "llama-cpp-python" },
    ["llama-cpp-python"] = { "llama-cpp-python" },
    ["stable-baselines3"] = { "stable-baselines3", "torch", "numpy" },
    allennlp = { "allennlp", "torch", "transformers" },
    open_clip = { "open-clip-torch", "torch", "torchvision" },
    ["transformers.js"] = {},
    mlx = { "mlx" },
    vllm = { "vllm", "torch", "transformers" },
  },
  -- kind of a file that hugh found
  kinds = {
    gguf = { "llama-cpp-python" }, onnx = { "onnxruntime", "onnx" }, hdf5 = { "tensorflow", "keras", "h5py" }, keras = { "tensorflow", "keras" },
    ["saved-model"] = { "tensorflow" }, joblib = { "joblib", "numpy" }, npy = { "numpy" }, npz = { "numpy" }, safetensors = { "safetensors" },
    ["torch-zip"] = { "torch" }, ["torch-legacy"] = { "torch" }, torchscript = { "torch" }, tflite = { "tensorflow" },
  },
  -- suffix of a file that nobody read
  suffixes = {
    gguf = { "llama-cpp-python" }, onnx = { "onnxruntime", "onnx" }, h5 = { "tensorflow", "keras", "h5py" }, keras = { "tensorflow", "keras" },
    joblib = { "joblib", "numpy" }, safetensors = { "safetensors" }, nemo = { "nemo-toolkit", "torch" }, skops = { "skops", "scikit-learn" },
  },
  -- quantization_config.quant_method of config.json
  quantization = { bitsandbytes = { "bitsandbytes", "accelerate" }, gptq = { "auto-gptq" }, awq = { "autoawq" } },
  -- pipeline_tag
  pipelines = {
    ["text-to-image"] = { "pillow" }, ["image-classification"] = { "pillow" }, ["object-detection"] = { "pillow" },
    ["image-to-text"] = { "pillow" }, ["image-segmentation"] = { "pillow" }, ["image-text-to-text"] = { "pillow" },
  },
  -- The newest release of a package at a date: what was current when a model that pins nothing was last changed. Nothing is known of what
  -- came after `until`. From 2026 on, dates are those by which a release was known to be out.
  releases = {
    torch = {
      { "2020-07-28", "1.6.0" }, { "2021-03-04", "1.8.0" }, { "2021-10-21", "1.10.0" }, { "2022-06-28", "1.12.0" }, { "2022-12-16", "1.13.1" },
      { "2023-03-15", "2.0.0" }, { "2023-10-04", "2.1.0" }, { "2024-01-30", "2.2.0" }, { "2024-04-24", "2.3.0" }, { "2024-07-24", "2.4.0" },
      { "2024-10-17", "2.5.0" }, { "2025-01-29", "2.6.0" }, { "2025-04-23", "2.7.0" }, { "2025-08-06", "2.8.0" }, { "2025-10-15", "2.9.0" },
      { "2026-01-27", "2.10.0" }, { "2026-05-20", "2.11.0" }, { "2026-07-17", "2.13.0" }, { "2026-09-02", "2.14.0" },
      ["until"] = "2026-11-25",
    },
    transformers = {
      { "2022-01-27", "4.16.0" }, { "2022-12-01", "4.25.1" }, { "2023-06-08", "4.30.0" }, { "2023-11-02", "4.35.0" }, { "2023-12-11", "4.36.0" },
      { "2024-03-01", "4.38.2" }, { "2024-07-31", "4.43.3" }, { "2024-12-05", "4.47.0" }, { "2025-01-10", "4.48.0" }, { "2025-04-05", "4.51.0" },
      { "2025-08-05", "4.55.0" }, { "2025-10-03", "4.57.0" }, { "2026-04-02", "5.5.0" }, { "2026-05-13", "5.8.1" },
      ["until"] = "2026-11-25",
    },
    pillow = {
      { "2022-07-01", "9.2.0" }, { "2023-07-01", "10.0.0" }, { "2023-09-15", "10.0.1" }, { "2024-01-02", "10.2.0" }, { "2024-04-01", "10.3.0" },
      { "2024-10-15", "11.0.0" }, { "2025-07-01", "11.3.0" },
      ["until"] = "2025-09-30",
    },
    ["llama-cpp-python"] = {
      { "2024-01-09", "0.2.28" }, { "2024-05-10", "0.2.72" }, { "2024-11-01", "0.3.1" }, { "2025-07-01", "0.3.12" },
      ["until"] = "2025-12-31",
    },
    keras = {
      { "2023-07-07", "2.13.1" }, { "2023-11-28", "3.0.0" }, { "2024-08-28", "3.5.0" }, { "2025-03-04", "3.9.0" }, { "2025-08-11", "3.11.2" },
      { "2025-10-29", "3.12.0" }, { "2026-02-18", "3.13.2" }, { "2026-07-31", "3.15.1" },
      ["until"] = "2026-11-25",
    },
  },
}
