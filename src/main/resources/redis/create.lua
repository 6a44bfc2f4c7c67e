-- Creates a task with an empty log, unless there is one.
--
-- KEYS: state, events, calls
-- ARGV: the new epoch, then fields and values of the task
-- Answers 'created', also when this very call came before; 'there', or 'unlisted' if the one that is there may be
-- missing in the index.
local epoch = redis.call('HGET', KEYS[1], 'born')
if epoch == ARGV[1] then return 'created' end
if epoch then
  if redis.call('HEXISTS', KEYS[1], 'listed') == 1 then return 'there' end
  return 'unlisted'
end
redis.call('DEL', KEYS[2], KEYS[3])
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'born', ARGV[1], 'last', '0', 'status', 'open', unpack(ARGV, 2))
return 'created'
