-- A task and how far its log reaches: the number of events that are kept, then fields and values.
-- KEYS: state, events
return { redis.call('XLEN', KEYS[2]), redis.call('HGETALL', KEYS[1]) }
