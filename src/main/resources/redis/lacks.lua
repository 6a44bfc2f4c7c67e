-- Compares an upload with what a server has acknowledged of it.
--
-- KEYS: state, events
-- ARGV: the epoch, the sequence of the last event and its time (ms) or '', the name, the offset, '1' if complete, the turn,
--       when that was claimed or '0'
-- Answers 'other' if there is no task or it has another epoch, 'lost' if something is missing, else 'kept'.
local state = redis.call('HMGET', KEYS[1], 'epoch', 'last', 'upload:' .. ARGV[4])
if state[1] ~= ARGV[1] then return 'other' end
if tonumber(state[2]) < tonumber(ARGV[2]) then return 'lost' end

-- Events that were lost may have been replaced by others.
local id = ARGV[2] .. '-0'
local event = redis.call('XRANGE', KEYS[2], id, id)[1]
if event and ARGV[3] ~= '' and event[2][2] ~= ARGV[3] then return 'lost' end

local offset, complete, turn, claimed = tonumber(ARGV[5]), ARGV[6], tonumber(ARGV[7]), ARGV[8]
if not state[3] then
  -- A complete one may have been removed to make room.
  return complete == '1' and 'kept' or 'lost'
end
local present = { string.match(state[3], '^[^:]+:(%d+):(%d):(%d+):(%d+)') }
if present[2] < complete and present[4] == claimed then return 'lost' end
if complete == '1' then return 'kept' end
local is_other_claim = tonumber(present[3]) == turn and claimed ~= '0' and present[4] ~= claimed
if tonumber(present[1]) < offset or tonumber(present[3]) < turn or is_other_claim then return 'lost' end
return 'kept'
