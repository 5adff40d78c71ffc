-- Compares hugh's verdict on safetensors headers with the reference implementation's, as interop/safetensors_oracle.py prints it.
--   safetensors_oracle.py 50000 | lua5.4 interop/safetensors.lua          (from the checkout, after make)
-- Prints each disagreement, and exits with 1 if there is one.
local verdict = dofile("spec/format/safetensors_verdict.lua")

local cases, accepts, disagreements = verdict.compare(io.lines())
for _, line in ipairs(disagreements) do print(line) end
print(("%d headers, %d of them accepted by the reference, %d disagreements"):format(cases, accepts, #disagreements))
os.exit(#disagreements == 0 and cases > 0)
