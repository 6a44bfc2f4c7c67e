-- Appends the batches of one call to one task's log, all or none of each, and wakes whoever watches.
--
-- KEYS: state, events, calls, wake channel, then the idempotency key of each batch that has one
-- ARGV: the node, the call's number, how long the call's answer is kept (ms), how many events are kept,
--       how long an idempotency key is kept (ms), how long a finished task is kept (ms, 0 for ever),
--       then for each batch: the expected last event or '', the fingerprint of its events if it has a key or '', the end status or '',
--       its trace or '', the number of events, and the events
-- Answers 'none' if there is no task, 'late' if a later call of this node came first, else the epoch and a word for each
-- batch: a:<count>:<last> appended, f finished, u:<last> another event was expected, k the key came with other events.
local node, number = ARGV[1], ARGV[2]
local events_kept, key_millis, finished_millis = ARGV[4], ARGV[5], tonumber(ARGV[6])

-- A call whose answer was lost comes again: it is answered again, and written, so that WAIT waits for it.
local answered = redis.call('HGET', KEYS[3], node)
if answered then
  local before, answer = string.match(answered, '^(%d+) (.*)$')
  if before == number then
    redis.call('PEXPIRE', KEYS[3], ARGV[3])
    return answer
  end
  if tonumber(before) > tonumber(number) then return 'late' end
end

local state = redis.call('HMGET', KEYS[1], 'epoch', 'last', 'status', 'born')
local epoch, status, born = state[1], state[3], state[4]
if not epoch then return 'none' end
local last = tonumber(state[2])
local function text(n) return string.format('%.0f', n) end

local clock = redis.call('TIME')
local now = text(clock[1] * 1000 + math.floor(clock[2] / 1000))
local words = { epoch }
local appended = false
local at, key_at = 7, 5

while at <= #ARGV do
  local expected, fingerprint, ends, trace = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local count = tonumber(ARGV[at + 4])
  local key, word
  at = at + 5
  if fingerprint ~= '' then
    key = KEYS[key_at]
    key_at = key_at + 1
    local first = redis.call('GET', key)
    if first then
      local of, events, what = string.match(first, '^(%S+) (%S+) (%S+)$')
      if of == born then word = events == fingerprint and what or 'k' end
    end
  end
  if not word then
    if status ~= 'open' then
      word = 'f'
    elseif expected ~= '' and expected ~= epoch .. '-' .. text(last) then
      word = 'u:' .. text(last)
    else
      for i = at, at + count - 1 do
        last = last + 1
        if trace == '' then
          redis.call('XADD', KEYS[2], text(last) .. '-0', 't', now, 'd', ARGV[i])
        else
          redis.call('XADD', KEYS[2], text(last) .. '-0', 't', now, 'd', ARGV[i], 'p', trace)
        end
      end
      appended = true
      word = 'a:' .. text(count) .. ':' .. text(last)
      if ends ~= '' then status = ends end
      if key then redis.call('SET', key, born .. ' ' .. fingerprint .. ' ' .. word, 'PX', key_millis) end
    end
  end
  words[#words + 1] = word
  at = at + count
end

local answer = table.concat(words, ' ')
if appended then
  redis.call('HSET', KEYS[1], 'last', text(last), 'status', status)
  redis.call('XTRIM', KEYS[2], 'MAXLEN', '~', events_kept)
  redis.call('HSET', KEYS[3], node, number .. ' ' .. answer)
  redis.call('PEXPIRE', KEYS[3], ARGV[3])
  if status ~= 'open' then
    redis.call('HSET', KEYS[1], 'finished', now)
    if finished_millis > 0 then
      redis.call('PEXPIRE', KEYS[1], finished_millis)
      redis.call('PEXPIRE', KEYS[2], finished_millis)
    end
  end
  redis.call('SPUBLISH', KEYS[4], epoch .. '-' .. text(last))
end
return answer
