-- Keeps interests alive. KEYS: interest. ARGV: most members, channel, then for each its life in milliseconds
-- and the identity. By this server's clock: viewers' clocks differ.
-- Answers how many found no room.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local room = tonumber(ARGV[1]) - redis.call('ZCARD', KEYS[1])
local new, full = 0, 0
for i = 3, #ARGV, 2 do
  local ends, member = now + tonumber(ARGV[i]), ARGV[i + 1]
  local known = redis.call('ZSCORE', KEYS[1], member)
  if known then
    if tonumber(known) < ends then redis.call('ZADD', KEYS[1], ends, member) end
  elseif room > 0 then
    redis.call('ZADD', KEYS[1], ends, member)
    room, new = room - 1, new + 1
  else
    full = full + 1
  end
end
if new > 0 then redis.pcall('PUBLISH', ARGV[2], new) end
return full
