-- What viewers look at. KEYS: interest. ARGV: most members, longest member, longest life in milliseconds.
-- Throws away what is over, what is too long, what pretends to live longer, and what is too much.
-- Answers how many were thrown away besides those that were over, then the members.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local refused = redis.call('ZREMRANGEBYSCORE', KEYS[1], string.format('%.0f', now + ARGV[3]), '+inf')
refused = refused + redis.call('ZREMRANGEBYRANK', KEYS[1], ARGV[1], -1)
local longest = tonumber(ARGV[2])
local found = {0}
for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if #member > longest then
    redis.call('ZREM', KEYS[1], member)
    refused = refused + 1
  else
    found[#found + 1] = member
  end
end
found[1] = refused
return found
