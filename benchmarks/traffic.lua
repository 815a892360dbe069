-- The requests of wrk: the paths in a file, one after the other, so that responses do not repeat soon.
-- Arguments: key, method, file of paths, first number in the names of new monitors, and how many
-- requests may be sent (0: any number).
local BODY = '{"name":"Load test %d","url":"https://load-%d.example.com/health",' ..
  '"interval_seconds":60,"tags":["production","api-gateway"],' ..
  '"regions":["eu-central-1","us-east-1","ap-northeast-1"],"expected_status":200}'
local method, count, at, most = "GET", 0, 0, 0
local paths, ready, headers = {}, {}, {}

function init(args)
  headers["Authorization"] = "Bearer " .. args[1]
  headers["Host"] = wrk.host .. ":" .. wrk.port
  method, count, most = args[2], tonumber(args[4]), tonumber(args[5])
  for path in io.lines(args[3]) do paths[#paths + 1] = path end
  if method == "POST" or method == "PUT" then
    headers["Content-Type"] = "application/json"
  else
    for i, path in ipairs(paths) do ready[i] = wrk.format(method, path, headers) end
  end
end

function request()
  if most > 0 and at >= most then wrk.thread:stop() end
  at = at % #paths + 1
  if method ~= "POST" and method ~= "PUT" then return ready[at] end
  count = count + 1
  return wrk.format(method, paths[at], headers, string.format(BODY, count, count))
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout))
end
