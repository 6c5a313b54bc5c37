-- Sets results of polls, all or none. KEYS: latest, then a key for each result.
-- ARGV: epoch, channel, message for it, then for each result its life in milliseconds and its payload; an
-- empty payload only prolongs what is there. Answers how many there were, or -1 when a later epoch has taken over.
local current = tonumber(redis.call('HGET', KEYS[1], '_epoch') or '') or 0
-- What no lease can have given is none.
if tonumber(ARGV[1]) < current and current < 2^53 then return -1 end
redis.call('HSET', KEYS[1], '_epoch', ARGV[1])
for i = 2, #KEYS do
  local life, payload = ARGV[2 * i], ARGV[2 * i + 1]
  if payload == '' then
    redis.call('PEXPIRE', KEYS[i], life)
  else
    redis.call('SET', KEYS[i], payload, 'PX', life)
  end
end
-- A user without the right to the channel still publishes: viewers come by themselves.
if ARGV[3] ~= '' then redis.pcall('PUBLISH', ARGV[2], ARGV[3]) end
return #KEYS - 1
