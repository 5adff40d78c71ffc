-- The model card: README.md with YAML front matter. Only the flat part of YAML that cards use is read (keys with a scalar or a list of
-- scalars at the top level); everything is bounded, and nothing in a card can do more than be wrong.

local trim = require("hugh.trim")

local card = {}

local MAX_FRONT_MATTER = 65536 -- the longest real ones (leaderboard results) are half of it
local MAX_ITEMS = 1000

local function scalar(text)
  text = trim(text)
  local quoted = text:match('^"(.*)"$') or text:match("^'(.*)'$")
  if quoted then return quoted end
  text = trim((text:gsub("%s#.*$", "")))
  if text == "" or text == "~" or text == "null" then return nil end
  return text
end

local function flow_list(text)
  local list = {}
  for item in text:gmatch("[^,]+") do
    local value = scalar(item)
    if value and #list < MAX_ITEMS then list[#list + 1] = value end
  end
  return list
end

---@param text string
---@return string|nil front matter, string body
local function split(text)
  text = text:gsub("^\239\187\191", "")
  local first = text:match("^%-%-%-[ \t]*\r?\n()")
  if not first then return nil, text end
  local head = text:sub(first, first + MAX_FRONT_MATTER)
  local stop, after = ("\n" .. head):match("\n()%-%-%-[ \t]*\r?\n?()")
  if not stop then return nil, text end
  return head:sub(1, stop - 2), text:sub(first + after - 2)
end

--- The metadata of a card: each top-level key with its string or its list of strings.
---@param front string
---@return table<string, string|string[]>
function card.metadata(front)
  local metadata, key, items = {}, nil, 0
  for line in front:gmatch("[^\r\n]+") do
    local name, rest = line:match("^([%w_.-]+)[ \t]*:(.*)$")
    local item = key and line:match("^%s*%-%s+(.+)$")
    if name then
      key, rest = name, trim(rest)
      local flow = rest:match("^%[(.*)%]$")
      metadata[key] = flow and flow_list(flow) or scalar(rest)
    elseif item and not item:find("^[%w_]+:%s") then
      local value = scalar(item)
      if type(metadata[key]) ~= "table" then metadata[key] = {} end
      if value and items < MAX_ITEMS then
        items = items + 1
        table.insert(metadata[key], value)
      end
    end
  end
  return metadata
end

-- A code block that shows how the model is loaded or called.
local usage_words = {
  "from_pretrained", "pipeline(", "import ", "llama-cli", "llama-server", "ollama run", "vllm serve", "hf_hub_download", "snapshot_download",
  "huggingface-cli download", "hf download", "curl ", "docker run", "load_model(", "InferenceSession(", "SentenceTransformer(",
}

local function has_usage(body)
  local inside, fence = false, nil
  for line in body:gmatch("[^\r\n]+") do
    local mark = line:match("^%s*(```+)") or line:match("^%s*(~~~+)")
    if mark and not inside then
      inside, fence = true, mark:sub(1, 3)
    elseif mark and mark:sub(1, 3) == fence then
      inside = false
    elseif inside then
      for _, word in ipairs(usage_words) do
        if line:find(word, 1, true) then return true end
      end
    end
  end
  return false
end

local BASIC_BYTES = 300 -- a few sentences: less than that does not describe a model

--- Reads a card.
---@param text string|nil README.md; nil if there is none
---@return table facts `{ present, level, bytes, usage, metadata }`: level is "complete" (metadata and usage examples), "basic" (metadata or
---usage, and some sentences), "minimal" (any text), "none"
---@return table metadata
function card.read(text)
  if not text then return { present = false, level = "none", bytes = 0, usage = false, metadata = false }, {} end
  local front, body = split(text)
  local metadata = front and card.metadata(front) or {}
  local described, usage = next(metadata) ~= nil, has_usage(body)
  local words = #(body:gsub("%s+", " "))
  local level = "minimal"
  if words <= 1 and not described then
    level = "none"
  elseif described and usage then
    level = "complete"
  elseif usage or words >= BASIC_BYTES then
    level = "basic"
  end
  return { present = true, level = level, bytes = #text, usage = usage, metadata = described }, metadata
end

return card
