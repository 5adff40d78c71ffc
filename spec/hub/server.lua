-- Servers for specs, on loopback ports that were free a moment ago: the example Hub over nginx, and the fault injector.

local helper = require("spec.helper")

local server = {}

local function output(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read("*a")
  pipe:close()
  return text
end

local function free_ports()
  local script = "import socket; s = [socket.create_server((\"127.0.0.1\", 0)) for _ in range(2)]; print(*[x.getsockname()[1] for x in s])"
  return output("/usr/bin/python3 -c '" .. script .. "'"):match("(%d+) (%d+)")
end

-- Starts a command in the background and waits until its port answers. `command` gets both ports.
local function start(command)
  for _ = 1, 5 do -- somebody may have taken the port meanwhile
    local port, second = free_ports()
    local log = os.tmpname()
    local pid = output(("%s %s %s >%s 2>&1 & echo $!"):format(command, port, second, log)):match("%d+")
    local up = ("for i in $(seq 200); do kill -0 %s 2>/dev/null || exit 1; (exec 3<>/dev/tcp/127.0.0.1/%s) 2>/dev/null && exit 0; "
      .. "sleep 0.05; done; exit 1"):format(pid, port)
    local started = os.execute("bash -c '" .. up .. "'")
    if started == true or started == 0 then
      return {
        port = port, endpoint = "http://127.0.0.1:" .. port, second = "http://127.0.0.1:" .. second, log = log,
        stop = function()
          os.execute("kill " .. pid .. " 2>/dev/null")
          os.remove(log)
        end,
      }
    end
    os.execute("kill " .. pid .. " 2>/dev/null")
  end
  error("no server came up for: " .. command)
end

--- The example Hub, serving a folder.
function server.hub(folder, environment) return start((environment or "") .. " exec examples/hub/serve " .. helper.quote(folder)) end

--- The fault injector: see spec/hub/faults.py.
function server.faults() return start("exec /usr/bin/python3 spec/hub/faults.py") end

--- A server with a certificate of its own, FOLDER/certificate.pem: see spec/hub/tls.sh.
function server.tls(folder) return start("exec spec/hub/tls.sh " .. helper.quote(folder)) end

return server
