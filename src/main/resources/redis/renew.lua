-- Gives a log that lost events another epoch, so that nobody takes what follows for what was lost.
-- KEYS: state, wake channel. ARGV: the epoch that it had, the new one
if redis.call('HGET', KEYS[1], 'epoch') == ARGV[1] then
  redis.call('HSET', KEYS[1], 'epoch', ARGV[2])
  redis.call('SPUBLISH', KEYS[2], ARGV[2] .. '-' .. redis.call('HGET', KEYS[1], 'last'))
end
