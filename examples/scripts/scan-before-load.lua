-- Refuse a file before something else loads it: lua5.4 scan-before-load.lua pytorch_model.bin && python3 train.py
local hugh = require "hugh"

local report, message = hugh.scan(arg[1] or error("usage: scan-before-load.lua FILE"))
if not report then
  io.stderr:write(message, "\n")
  os.exit(2)
end
for _, file in ipairs(report.files) do
  for _, finding in ipairs(file.findings) do print(file.path, finding.severity, finding.message) end
end
os.exit(report.safety == "safe" and report.complete)
