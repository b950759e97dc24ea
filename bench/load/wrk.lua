-- What wrk asks and what it takes for right. bench/load/load-plan.ts says what the arguments mean:
--   before after numbering(none|digits|base64) factor(0: serials as they are) contains bodyBytes
-- The last line of the output is "RESULT " and a JSON object.

local threads = {}

function setup(thread)
  threads[#threads + 1] = thread
end

-- Globals, since done() reads them out of the thread that counts.
right = 0
wrong = 0
firstWrong = ""

local before, after, numbering, factor, contains, bodyBytes
local fixed
local serial = 0
-- Base64 of each group of three digits: a lookup costs the generator less than an encoder.
local groups = {}

local alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local function base64(three)
  local a, b, c = three:byte(1, 3)
  local bits = a * 65536 + b * 256 + c
  local text = ""
  for shift = 18, 0, -6 do
    local digit = math.floor(bits / 2 ^ shift) % 64
    text = text .. alphabet:sub(digit + 1, digit + 1)
  end
  return text
end

function init(args)
  before, after, numbering, factor = args[1], args[2], args[3], tonumber(args[4])
  contains, bodyBytes = args[5], tonumber(args[6])
  if numbering == "none" then fixed = before .. after end
  if numbering == "base64" then
    for group = 0, 999 do groups[group] = base64(string.format("%03d", group)) end
  end
end

function request()
  if fixed then return fixed end
  serial = serial + 1
  local placed = serial
  if factor > 0 then placed = math.fmod(serial * factor, 1e9) end
  if numbering == "digits" then
    return before .. string.format("%09d", placed) .. after
  end
  local low = placed % 1000
  local high = (placed - low) / 1000
  local middle = high % 1000
  return before .. groups[(high - middle) / 1000] .. groups[middle] .. groups[low] .. after
end

function response(status, headers, body)
  local isRight = status == 200 and body:find(contains, 1, true)
  if isRight and (not bodyBytes or #body == bodyBytes) then
    right = right + 1
  else
    wrong = wrong + 1
    if wrong == 1 then firstWrong = status .. " " .. body:sub(1, 300) end
  end
end

local function quoted(text)
  return '"' .. text:gsub('[%c"\\]', function(byte)
    return string.format("\\u%04x", byte:byte())
  end) .. '"'
end

function done(summary, latency, requests)
  local right, wrong, firstWrong = 0, 0, ""
  for _, thread in ipairs(threads) do
    right = right + thread:get("right")
    wrong = wrong + thread:get("wrong")
    if firstWrong == "" then firstWrong = thread:get("firstWrong") end
  end
  local errors = summary.errors
  print("RESULT " .. string.format(
    '{"durationUs":%d,"right":%d,"wrong":%d,"firstWrong":%s,"p50Us":%d,"p99Us":%d,"longestUs":%d,'
      .. '"connectErrors":%d,"readErrors":%d,"writeErrors":%d,"timeouts":%d}',
    summary.duration, right, wrong, quoted(firstWrong), latency:percentile(50),
    latency:percentile(99), latency.max, errors.connect, errors.read, errors.write, errors.timeout))
end
