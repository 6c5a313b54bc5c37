-- Sets the dashboards' definitions. KEYS: latest, definitions. ARGV: epoch, version, payload.
-- Answers 1, or -1 when a later epoch has taken over.
local current = tonumber(redis.call('HGET', KEYS[1], '_epoch') or '') or 0
-- What no lease can have given is none.
if tonumber(ARGV[1]) < current and current < 2^53 then return -1 end
redis.call('HSET', KEYS[1], '_epoch', ARGV[1])
redis.call('HSET', KEYS[2], 'version', ARGV[2], 'payload', ARGV[3])
return 1
