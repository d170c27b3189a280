-- Requests of very many people, for wrk: wrk -t2 … -s crowd.lua ADDRESS -- read|each|declare TOKENS PATH
-- Each is a random person's, or with `each` every person's once, with their session and, as a proxy in front says it, from their address.
-- Prints: requests per second, milliseconds at the median and the 99th percentile, acknowledged (2xx), everything else.

local threads = 0
function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

local requests, tokens, path, declares, each, sent = {}, {}, "", false, false, 0
local function headers(person, token)
  local address = string.format("10.%d.%d.%d", math.floor(person / 65536), math.floor(person / 256) % 256, person % 256)
  return " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " .. token .. "\r\nX-Forwarded-For: " .. address .. "\r\n"
end

function init(arguments)
  declares, each, path = arguments[1] == "declare", arguments[1] == "each", arguments[3]
  for token in io.lines(arguments[2]) do
    tokens[#tokens + 1] = token
    if not declares then
      requests[#requests + 1] = "GET " .. path .. headers(#tokens, token) .. "\r\n"
    end
  end
  math.randomseed(os.time() + number)
end

function request()
  local person = math.random(#tokens)
  if each then
    -- The two threads take turns; whoever is through stops.
    person = math.min(#tokens, 2 * sent + number)
    if 2 * sent + number > #tokens then wrk.thread:stop() end
    sent = sent + 1
  end
  if not declares then return requests[person] end
  sent = sent + 1
  local key = string.format("%d-%d-%d", os.time(), number, sent)
  return "POST " .. path .. headers(person, tokens[person]) .. "Idempotency-Key: " .. key ..
    "\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{\"symptoms\":[]}"
end

function done(summary, latency)
  local errors = summary.errors
  local lost = errors.status + errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format("%.0f %.2f %.2f %d %d\n", summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, summary.requests - errors.status, lost))
end
