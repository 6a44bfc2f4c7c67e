-- A task and how far its log reaches: the number of events that are kept, how many watch it on other servers, then fields
-- and values. KEYS: state, events, viewers. ARGV: the node that asks
local viewers = 0
local nodes = redis.call('HGETALL', KEYS[3])
if #nodes > 0 then
  local now = tonumber(redis.call('TIME')[1])
  for i = 1, #nodes, 2 do
    local count, ends = string.match(nodes[i + 1], '^(%d+) (%d+)$')
    if nodes[i] ~= ARGV[1] and tonumber(ends) >= now then viewers = viewers + tonumber(count) end
  end
end
return { redis.call('XLEN', KEYS[2]), viewers, redis.call('HGETALL', KEYS[1]) }
