-- HuggingHugh by content alone: what a file is counts, not what it is called. A .bin proven to be raw weights is no pickle, a pickle renamed
-- .safetensors is one, and a .safetensors file counts only when it validates.

policy "verified" { about = "The HuggingHugh method, judged by what the files are", extends = { "hugginghugh" } }

local function look(m)
  local safe, pickle = false, false
  for _, file in ipairs(m.files) do
    if not file.scanned then return nil end
    pickle = pickle or file.is_pickle
    local good = file.safety == "safe" and file.complete
    safe = safe or (good and file.kind == "safetensors") or ((file.kind == "gguf" or file.kind == "onnx") and file.complete)
  end
  return safe, pickle
end

factor "safetensors_usage" {
  about = "18 valid SafeTensors, GGUF or ONNX only, 12 beside pickles, 0 pickles only; by content", weight = 18,
  score = function (m)
    local safe, pickle = look(m)
    if safe == nil then return nil, "not every file was read" end
    if safe and not pickle then return 1, "only formats that cannot run code, and they validate" end
    if safe then return 12 / 18, "a safe format that validates, but pickles beside it" end
    if pickle then return 0, "pickles only: loading them can run code" end
    return nil, "no weights in a format the method judges"
  end,
}

factor "no_pickle_files" {
  about = "18 no pickle, 9 pickles with a valid safe alternative, 0 pickles without one; by content", weight = 18,
  score = function (m)
    local safe, pickle = look(m)
    if safe == nil then return nil, "not every file was read" end
    if not pickle then return 1, "no file is a pickle" end
    if safe then return 9 / 18, "there are pickles; load the safe format instead" end
    return 0, "there are pickles and no safe alternative"
  end,
}
