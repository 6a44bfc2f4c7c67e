-- Forgets a task and tells whoever watches it. KEYS: state, events, calls, wake channel. Answers whether there was one.
local there = redis.call('DEL', KEYS[1])
redis.call('DEL', KEYS[2], KEYS[3])
if there == 1 then redis.call('SPUBLISH', KEYS[4], 'gone') end
return there
