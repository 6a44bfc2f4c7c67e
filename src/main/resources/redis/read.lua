-- A page of a log.
--
-- KEYS: state, events
-- ARGV: the sequence behind which to begin, how many events and bytes at most, but at least one event,
--       '1' to ask for the time of the event before them
-- Answers nothing if there is no task, else the epoch, the last sequence, the status, the events, that time, and how often
-- uploads were changed without events.
local state = redis.call('HMGET', KEYS[1], 'epoch', 'last', 'status', 'uploads')
if not state[1] then return {} end
local after, most, bytes = ARGV[1] .. '-0', tonumber(ARGV[2]), tonumber(ARGV[3])
local events, from, step = {}, '(' .. after, 8
local complete = false

-- Few at first: they may be large.
while not complete do
  local asked = math.min(step, most - #events)
  local found = redis.call('XRANGE', KEYS[2], from, '+', 'COUNT', asked)
  for _, event in ipairs(found) do
    bytes = bytes - #event[2][4] - 64
    if bytes < 0 and #events > 0 then
      complete = true
      break
    end
    events[#events + 1] = event
    from = '(' .. event[1]
  end
  complete = complete or #found < asked or #events == most
  step = step * 4
end

local time = ''
if ARGV[4] == '1' then
  local before = redis.call('XRANGE', KEYS[2], after, after)[1]
  if before then time = before[2][2] end
end
return { state[1], state[2], state[3], events, time, state[4] or '0' }
