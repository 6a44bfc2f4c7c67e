-- Notes how many watch a task on a server, until its lease ends. KEYS: viewers. ARGV: the node, the number, the lease (s)
if ARGV[2] == '0' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. string.format('%.0f', redis.call('TIME')[1] + ARGV[3]))
  redis.call('EXPIRE', KEYS[1], ARGV[3])
end
