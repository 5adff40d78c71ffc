-- hugh's verdict on safetensors headers beside the reference implementation's, for the spec and for interop/safetensors.lua.
local core = require "hugh.core"
local le = dofile("spec/helper.lua").le

local rejections = {
  ["safetensors.header"] = true, ["safetensors.tensor"] = true, ["safetensors.overlap"] = true, ["safetensors.hole"] = true,
  ["safetensors.trailing"] = true, ["safetensors.truncated"] = true, ["file.empty"] = true,
}

local escapes = { ["\\"] = "\\", t = "\t", n = "\n" }

local function unescape(text)
  return (text:gsub("\\(.)(%x?%x?)", function(c, hex)
    if c == "x" then return string.char(tonumber(hex, 16)) end
    return escapes[c] .. hex
  end))
end

local function accepted(bytes, piece)
  local scan = core.scan { name = "model.safetensors", size = #bytes }
  for offset, length in scan.need, scan do
    if piece then length = math.min(length, piece) end
    scan:feed(offset, bytes:sub(offset + 1, offset + length))
  end
  local report = scan:report()
  if report.kind ~= "safetensors" then return false, report.kind end
  for _, finding in ipairs(report.findings) do
    if rejections[finding.id] then return false, finding.message end
  end
  return true, ""
end

-- Compares on each line "accept|reject TAB bytes of data TAB escaped header", fed whole and in small pieces.
-- Returns the number of headers, of those accepted, and a list of disagreements.
local function compare(lines)
  local cases, accepts, disagreements = 0, 0, {}
  for line in lines do
    local verdict, data, header = line:match("^(%a+)\t(%d+)\t(.*)$")
    local text = unescape(header)
    local bytes = le(#text, 8) .. text .. ("\0"):rep(tonumber(data))
    local expected = verdict == "accept"
    cases = cases + 1
    if expected then accepts = accepts + 1 end
    for _, piece in ipairs { false, cases % 7 + 1 } do
      local ours, why = accepted(bytes, piece)
      if ours ~= expected then
        disagreements[#disagreements + 1] =
          ("hugh %s, reference %s (%s): %s\t%s"):format(ours and "accepts" or "rejects", verdict, why, data, header)
        break
      end
    end
  end
  return cases, accepts, disagreements
end

return { compare = compare }
