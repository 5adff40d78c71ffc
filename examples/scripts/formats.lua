-- Which formats are in this tree, and how many bytes of each? lua5.4 formats.lua ~/models
local hugh = require "hugh"

local report = assert(hugh.scan(arg[1] or "."))
local bytes, kinds = {}, {}
for _, file in ipairs(report.files) do
  if not bytes[file.kind] then kinds[#kinds + 1] = file.kind end
  bytes[file.kind] = (bytes[file.kind] or 0) + file.size
end
table.sort(kinds, function(a, b) return bytes[a] > bytes[b] end)
for _, kind in ipairs(kinds) do print(("%15.0f  %s"):format(bytes[kind], kind)) end
