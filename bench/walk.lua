-- Walks the paths of a file ("path" per line) and prints the percentiles that wrk itself does not.
local paths, turn = {}, 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    paths[#paths + 1] = line
  end
  if arguments[2] then
    wrk.headers["Cookie"] = arguments[2]
  end
  turn = math.random(#paths)
end

function request()
  turn = turn % #paths + 1
  return wrk.format("GET", paths[turn])
end

function done(summary, latency, requests)
  local errors = summary.errors.connect + summary.errors.read + summary.errors.write
    + summary.errors.status + summary.errors.timeout
  io.write(string.format("bench %d %d %d %d %d\n", latency:percentile(50), latency:percentile(95),
    summary.requests, summary.duration, errors))
end
