-- Appends the batches of one call to one task's log, all or none of each, with their changes of uploads, and wakes
-- whoever watches.
--
-- KEYS: state, events, calls, wake channel, then the idempotency key of each batch that has one
-- ARGV: the node, the call's number, how long the call's answer is kept (ms), how many events are kept,
--       how long an idempotency key is kept (ms), how long a finished task is kept (ms, 0 for ever),
--       then for each batch: the expected last event or '', the fingerprint of its events if it has a key or '', the end status or '',
--       its trace or '', its change of an upload or '', the number of events, and the events
-- A change is 'begin <name> <type> <maximum number of uploads>', 'claim <name> <interval or -1>',
--       'heard <name> <turn> <when it was claimed or 0>', or 'advance' with the same and '<from> <to> <1 if complete>'.
-- Answers 'none' if there is no task, 'late' if a later call of this node came first, else the epoch and a word for each
-- batch: a:<count>:<last> appended, f finished, u:<last> another event was expected, k the key came with other events,
-- r:<reason> the upload can't be changed so; a and r with ';' and the upload's state, if there is one.
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
local appended, answers_upload, tells_upload = false, false, false

-- Does what UploadChange.apply does. Returns the upload's field, and its state after the change, or nothing and the batch's
-- word. All functions are in one, since each costs time in every call.
local function changed(text_of_change)
  -- The parts of a state.
  local EPOCH, OFFSET, COMPLETE, TURN, CLAIMED, HEARD, INTERVAL, TYPE = 1, 2, 3, 4, 5, 6, 7, 8
  local function split(joined)
    local parts = {}
    for part in string.gmatch(joined, '[^ :]+') do parts[#parts + 1] = part end
    return parts
  end

  -- Removes an upload if there are too many. Returns whether there is room for another.
  local function make_room(most)
    local fields = redis.call('HGETALL', KEYS[1])
    local count, oldest, heard = 0, nil, nil
    for i = 1, #fields, 2 do
      if string.sub(fields[i], 1, 7) == 'upload:' then
        count = count + 1
        local upload = split(fields[i + 1])
        local is_over = upload[COMPLETE] == '1' or upload[EPOCH] ~= epoch
        if is_over and (not heard or tonumber(upload[HEARD]) < heard) then
          oldest, heard = fields[i], tonumber(upload[HEARD])
        end
      end
    end
    if count >= most and oldest then redis.call('HDEL', KEYS[1], oldest) end
    return count < most or oldest
  end

  local change = split(text_of_change)
  local kind, field = change[1], 'upload:' .. change[2]
  local kept = redis.call('HGET', KEYS[1], field)
  local upload = kept and split(kept)
  local micros = text(clock[1] * 1000000 + clock[2])
  local function refused(reason) return field, nil, 'r:' .. reason .. ';' .. kept end

  if upload and upload[EPOCH] ~= epoch then return field, nil, 'r:LOST' end
  if kind == 'begin' then
    if upload then
      if upload[TYPE] ~= change[3] then return refused('OTHER_TYPE') end
      return field, kept
    end
    if status ~= 'open' then return field, nil, 'f' end
    if not make_room(tonumber(change[4])) then return field, nil, 'r:TOO_MANY' end
    tells_upload = true
    return field, table.concat({ epoch, '0', '0', '0', '0', micros, '0', change[3] }, ':')
  end
  if not upload then return field, nil, 'r:ABSENT' end
  if kind == 'claim' then
    upload[TURN], upload[CLAIMED] = text(upload[TURN] + 1), micros
    if change[3] ~= '-1' then upload[INTERVAL] = change[3] end
  else
    local is_own = change[4] == '0' or change[4] == upload[CLAIMED]
    if upload[TURN] ~= change[3] or not is_own then return refused('CLAIMED') end
    if kind == 'advance' then
      if upload[COMPLETE] == '1' then return refused('COMPLETE') end
      if upload[OFFSET] ~= change[5] then return refused('OFFSET') end
      upload[OFFSET], upload[COMPLETE] = change[6], change[7]
    end
  end
  -- Servers say every few seconds that a request is open. Others need to know only if it ends a silence.
  tells_upload = tells_upload or kind ~= 'heard' or micros - upload[HEARD] > 5000000
  upload[HEARD] = micros
  return field, table.concat(upload, ':')
end

local at, key_at = 7, 5

while at <= #ARGV do
  local expected, fingerprint, ends, trace = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local change, count = ARGV[at + 4], tonumber(ARGV[at + 5])
  local key, word, field, upload
  at = at + 6
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
    if status ~= 'open' and (count > 0 or change == '') then
      word = 'f'
    elseif expected ~= '' and expected ~= epoch .. '-' .. text(last) then
      word = 'u:' .. text(last)
    elseif change ~= '' then
      field, upload, word = changed(change)
      answers_upload = true
    end
    if not word then
      for i = at, at + count - 1 do
        last = last + 1
        if trace == '' then
          redis.call('XADD', KEYS[2], text(last) .. '-0', 't', now, 'd', ARGV[i])
        else
          redis.call('XADD', KEYS[2], text(last) .. '-0', 't', now, 'd', ARGV[i], 'p', trace)
        end
      end
      appended = appended or count > 0
      word = 'a:' .. text(count) .. ':' .. text(last)
      if upload then
        redis.call('HSET', KEYS[1], field, upload)
        word = word .. ';' .. upload
      end
      if ends ~= '' then status = ends end
      if key then redis.call('SET', key, born .. ' ' .. fingerprint .. ' ' .. word, 'PX', key_millis) end
    end
  end
  words[#words + 1] = word
  at = at + count
end

local answer = table.concat(words, ' ')
if appended or answers_upload then
  -- Also if all is refused: the answer tells an offset, which WAIT must find on the replicas.
  redis.call('HSET', KEYS[3], node, number .. ' ' .. answer)
  redis.call('PEXPIRE', KEYS[3], ARGV[3])
end
if appended then
  redis.call('HSET', KEYS[1], 'last', text(last), 'status', status)
  redis.call('XTRIM', KEYS[2], 'MAXLEN', '~', events_kept)
  if status ~= 'open' then
    redis.call('HSET', KEYS[1], 'finished', now)
    if finished_millis > 0 then
      redis.call('PEXPIRE', KEYS[1], finished_millis)
      redis.call('PEXPIRE', KEYS[2], finished_millis)
    end
  end
  redis.call('SPUBLISH', KEYS[4], epoch .. '-' .. text(last))
elseif tells_upload then
  redis.call('HINCRBY', KEYS[1], 'uploads', 1)
  redis.call('SPUBLISH', KEYS[4], 'upload')
end
return answer
