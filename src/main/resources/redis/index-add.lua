-- Puts a task at the top of the index; its score is the time in microseconds, or more, so that no two are equal.
-- KEYS: index. ARGV: the task, 'absent' to leave one alone that is there
if ARGV[2] == 'absent' and redis.call('ZSCORE', KEYS[1], ARGV[1]) then return end
local clock = redis.call('TIME')
local score = clock[1] * 1000000 + clock[2]
local top = tonumber(redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] or '0')
if top >= score then score = top + 1 end
redis.call('ZADD', KEYS[1], string.format('%.0f', score), ARGV[1])
