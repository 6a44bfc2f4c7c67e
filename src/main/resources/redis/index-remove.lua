-- Removes a task from the index, unless it was created anew. KEYS: index. ARGV: the task, its score as it was seen
if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or '-1') == tonumber(ARGV[2]) then
  redis.call('ZREM', KEYS[1], ARGV[1])
end
