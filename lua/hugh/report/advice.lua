-- What to do about a finding, by the longest prefix of its id: one or two sentences for the person who has to decide.

local advice = {
  ["scan"] = "hugh did not see everything a loader would. Raise the limit or fetch the file again, and do not count it as safe until then.",
  ["scan.shrunk"] = "The file changed while it was read. Scan it again once nothing writes to it.",
  ["scan.truncated"] = "The file is cut short. Download it again and compare its digest with the publisher's.",
  ["file.empty"] = "There is nothing to load. If it should hold something, download it again.",
  ["file.kind-mismatch"] = "Treat it as what it is, not as what it is called; a loader may do so too. Ask the publisher why.",
  ["file.polyglot"] = "A file that is two things at once is made to deceive. Do not use it; take the model from its original source.",
  ["file.partial"] = "Finish the download, then scan the whole file.",
  ["file.lfs-pointer"] = "Run `git lfs pull`: this is only a pointer to the file.",
  ["stream.broken"] = "The compressed data is damaged. Download it again; a loader may still run what comes before the damage.",
  ["stream.window"] = "Raise the limit of memory (limits.kept), or unpack the file and scan what comes out.",
  ["stream.bomb"] = "It unpacks to far more than it should. Do not unpack it.",
  ["pickle"] = "Run `hugh explain` on the file to see what it would do; better, ask for a safetensors version.",
  ["pickle.call.dangerous"] = "Do not load this file, not even to look at it. Delete it, and report it to where it came from.",
  ["pickle.global.dangerous"] = "Do not load this file. Run `hugh explain` on it to see what the name is used for.",
  ["pickle.global.computed"] = "Honest pickles name what they need. Do not load this file before `hugh explain` shows what it builds.",
  ["pickle.call.opaque"] = "What is called is hidden from hugh. Do not load this file; honest pickles do not do that.",
  ["pickle.call.unknown"] = "Look the name up; if you trust it, allow it in your policy (globals { allow = { … } }).",
  ["pickle.nested"] = "Nothing to do: what is inside was judged, too. `torch.save` would write the same without the detour.",
  ["pickle.carried"] = "Harmless by itself. If your own code loads these bytes, scan them first.",
  ["pickle.state.global"] = "Do not load this file: it changes the program that does.",
  ["pickle.broken"] = "The file is damaged or was never a whole pickle. Download it again; what comes before the damage would still run.",
  ["msgpack.broken"] = "The file is damaged or is not the MessagePack that Flax writes. Download it again; if it stays so, ask the publisher.",
  ["pickle.trailing"] = "Bytes follow that no pickle needs. Ask the publisher what they are.",
  ["pickle.storage"] = "The tensors are damaged. Download the file again and compare its digest with the publisher's.",
  ["pickle.global.unknown"] = "Look the name up; if you trust it, allow it in your policy (globals { allow = { … } }).",
  ["zip.encrypted"] = "hugh cannot look inside. Ask for an archive without a password.",
  ["zip.traversal"] = "Do not unpack it: it would write outside of its directory.",
  ["zip"] = "Archives of real libraries do not look like this. Take the model from its original source again.",
  ["safetensors"] = "The reference loader refuses this file, or should. Download it again; if it stays so, do not use it.",
  ["gguf"] = "Update the program that loads it, and take the model from its original source.",
  ["jinja"] = "Read the chat template before you use it, and render it only in Jinja's sandbox.",
  ["tar"] = "Archives of real libraries do not look like this. Take the model from its original source again.",
  ["tar.traversal"] = "Do not unpack it: it would write outside of its directory.",
  ["sevenzip"] = "No loader of models opens a 7z. Ask for the files themselves.",
  ["stream.trailing"] = "Bytes follow that no decompressor needs. Ask the publisher what they are.",
  ["json"] = "A loader may read it in another way than hugh does, or not at all. Download it again.",
  ["config.auto-map"] = "Load it without trust_remote_code, or read the Python files it names first and pin the commit.",
  ["config.path"] = "Do not load the model with this config: it reads a file that is not the model's.",
  ["config.target"] = "Read what the config names before you build anything from it.",
  ["table"] = "Open it with PyArrow 14.0.1 or newer, which leaves the pickle in the schema alone.",
  ["npy"] = "NumPy's own writer does not make such a file. Download it again.",
  ["npy.object"] = "Load it with allow_pickle=False, NumPy's default; an array of objects is a pickle.",
  ["python"] = "Read the code before you run it; `trust_remote_code=True` runs it.",
  ["config.target.dangerous"] = "Do not build anything from this config: it names something that runs code.",
  ["yaml"] = "Read it with yaml.safe_load, which refuses Python tags.",
  ["file.executable"] = "It runs native code. Do not load it unless you trust who built it; ask for the sources.",
  ["shell"] = "Read the script before you run it; nothing that loads a model needs to.",
  ["graph"] = "Loaders refuse such a file, or should. Download it again.",
  ["onnx"] = "See what the graph names before you load it, and load it where it can reach no other files.",
  ["torchscript"] = "Read the source in the archive's code/ before you run the model, or ask for the weights alone.",
  ["skops"] = "Do not put the type on the trusted list unless you know what it does.",
  ["tf"] = "The graph reaches beyond the model when it runs. Run it in a sandbox, or ask for the weights alone.",
  ["xgboost"] = "Download it again; if it stays so, ask the publisher to save the model with a current XGBoost.",
  ["tflite"] = "Ask which library the operator comes from; without it the model does not run.",
  ["rds"] = "Read it with a current R, in a sandbox, or ask for the model in a format without code.",
  ["hdf5"] = "Load it where it can reach no other files, or ask for safetensors.",
  ["xml"] = "Parse it with external entities switched off.",
  ["keras"] = "Load it with safe_mode on, or ask for the weights alone.",
}

--- What to do about a finding.
---@param id string a finding's id
---@return string|nil
return function(id)
  while id do
    if advice[id] then return advice[id] end
    id = id:match("^(.*)%.[^.]*$")
  end
  return nil
end
