-- What the parts of the benchmark measure with. Every figure is a ratio of two commands timed in turn in this run.

local RIVAL_SECONDS = 20 -- what takes longer is cut, and the row says so

return function(here, data, venv)
  local bench = {
    data = data, here = here,
    hugh = "lua5.4 " .. here .. "/../bin/hugh",
    scan = "lua5.4 " .. here .. "/../bin/hugh scan --quiet ",
    limits = data .. "/limits ", inside = data .. "/inside ",
  }
  local missing, short = {}, 0

  --- The lines that a command prints.
  ---@param command string
  ---@return string[]
  function bench.lines(command)
    local pipe = assert(io.popen(command))
    local lines = {}
    for line in pipe:lines() do lines[#lines + 1] = line end
    pipe:close()
    return lines
  end

  --- The numbers on the first line that a command prints.
  ---@param command string
  ---@return number ...
  function bench.numbers(command)
    local numbers = {}
    for number in assert(bench.lines(command)[1], command):gmatch("%S+") do numbers[#numbers + 1] = tonumber(number) end
    return table.unpack(numbers)
  end

  local function program(path, name)
    local file = io.open(path)
    if file then
      file:close()
      return path .. " "
    end
    missing[name] = true
  end

  --- A rival's program in the interop environment; nil, and a word at the end of the table, where there is none.
  ---@param name string
  ---@return string|nil
  function bench.rival(name) return program(venv .. "/bin/" .. name, name .. " (make interop brings it)") end

  --- The same for a program that bench/run builds where it can.
  ---@param name string
  ---@return string|nil
  function bench.limit(name) return program(data .. "/" .. name, name) end

  local function time(runs, limit, commands)
    local quoted, results = {}, {}
    for i, command in ipairs(commands) do quoted[i] = "'" .. command .. "'" end
    for i, line in ipairs(bench.lines(("%s/timed %d %d %s"):format(data, runs, limit, table.concat(quoted, " ")))) do
      local wall, cpu, kib, code = line:match("(%S+) (%S+) (%S+) (%S+)")
      results[i] = { wall = tonumber(wall), cpu = tonumber(cpu), kib = tonumber(kib), code = code, cut = code == "cut" }
    end
    return results
  end

  --- Times commands in turn, whole processes. Of each: median wall and CPU seconds, peak memory in KiB, exit code.
  ---@param runs integer
  ---@param ... string
  ---@return { wall: number, cpu: number, kib: number, code: string, cut: boolean }[]
  function bench.time(runs, ...) return time(runs, 0, { ... }) end

  local function print_row(...) print((("%-34s %-46s %-9s %-9s %s"):format(...):gsub("%s+$", ""))) end

  --- Prints a row.
  ---@param workload string empty: that of the row above
  ---@param measured string
  ---@param reach string what we want, such as ">= 12x"; a figure that misses it is marked. Empty: there is no such bound
  ---@param figure number
  ---@param note? string
  ---@param cut? boolean the other side was cut: the figure is a lower bound
  function bench.row(workload, measured, reach, figure, note, cut)
    local relation, bound, unit = reach:match("^([<>]=) ([%d.]+)(.*)$")
    bound = tonumber(bound)
    local missed = bound and (relation == ">=" and figure < bound or relation == "<=" and figure > bound)
    if missed then short = short + 1 end
    local text = (figure >= 100 and "%.0f" or figure >= 10 and "%.1f" or "%.2f"):format(figure) .. (unit or "x")
    local verdict = missed and (cut and "cut too soon to tell; " or "SHORT; ") or ""
    print_row(workload, measured, reach, (cut and "> " or "") .. text, verdict .. (note or ""))
  end

  --- How many times as long `other` takes as hugh's scan of a file, as a row; `other` is cut when that takes too long.
  ---@param runs integer
  function bench.versus(workload, measured, reach, runs, file, other)
    local t = time(runs, RIVAL_SECONDS, { bench.scan .. file, other })
    bench.row(workload, measured, reach, t[2].wall / t[1].wall, ("%.4f s, %.0f MiB"):format(t[1].wall, t[1].kib / 1024), t[2].cut)
    return t
  end

  --- The same against picklescan, if it is there.
  function bench.versus_picklescan(reach, runs, file, memory_reach)
    local picklescan = bench.rival("picklescan")
    if not picklescan then return end
    local t = bench.versus("", "time of picklescan / hugh's", reach, runs, file, picklescan .. "-p " .. file)
    if memory_reach then bench.row("", "memory of picklescan / hugh's", memory_reach, t[2].kib / t[1].kib, nil, t[2].cut) end
  end

  --- Bytes that a scan reads.
  ---@param file string
  ---@return number
  function bench.bytes_read(file)
    local text = table.concat(bench.lines(bench.hugh .. " scan --json " .. file))
    return tonumber(text:match('"summary".-"bytes_read": (%d+)'))
  end

  function bench.head() print_row("workload", "measured", "reach", "hugh", "") end

  function bench.foot()
    if short > 0 then print(("%d rows are short of what we want."):format(short)) end
    for name in pairs(missing) do print("skipped: the rows against " .. name) end
  end

  return bench
end
