-- Scan something that is not a file: all hugh needs is a function that reads a range. Here it is a string; it could be a socket, and yield.
local hugh = require "hugh"

local bytes = "\128\4\149\23\0\0\0\0\0\0\0\140\5posix\140\6system\147\140\4true\133R."
local report = assert(hugh.scan {
  name = "model.pkl", size = #bytes,
  read = function(offset, length) return bytes:sub(offset + 1, offset + length) end,
})
print(report.safety)
for _, finding in ipairs(report.files[1].findings) do print(finding.severity, finding.message) end
