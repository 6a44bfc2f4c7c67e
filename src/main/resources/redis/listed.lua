-- Notes that the index holds the task. KEYS: state
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'listed', '1') end
