-- Publishers that count as verified without asking the Hub: the organisations the HuggingHugh method lists as well known. Compared with
-- the whole namespace, in lower case, never by substring: "meta" is not "metalhead-labs". Add a line to extend it.

local names = {
  "meta-llama", "meta", "facebook", "openai", "google", "deepmind", "microsoft", "nvidia", "amazon", "alibaba", "baidu", "tencent",
  "huggingface", "bigscience", "bigcode", "sentence-transformers", "stabilityai", "runwayml", "compvis", "laion", "eleutherai",
  "togethercomputer", "mistralai", "qwen", "deepseek-ai", "thudm", "internlm", "baichuan-inc", "01-ai", "cohere", "anthropic", "allenai",
  "berkeley-nest", "lmsys", "teknium", "openchat", "nousresearch", "cognitivecomputations", "timm", "openclip", "salesforce", "pyannote",
  "speechbrain", "coqui",
}

local organisations = {}
for _, name in ipairs(names) do organisations[name] = true end
return organisations
