-- A collector's sign of life, dated by this server's clock.
-- KEYS: latest, beat, definitions. ARGV: epoch, holder, version of the definitions, trouble or '', the channel that
-- whoever reads the feed hears, and that of collectors, who hear both.
-- Answers -1 when a later epoch has taken over, else 1, or 0 when the definitions here are of another version, and
-- how many viewers there are, or -1 when that is not told.
local current = tonumber(redis.call('HGET', KEYS[1], '_epoch') or '') or 0
-- What no lease can have given is none.
if tonumber(ARGV[1]) < current and current < 2^53 then return -1 end
redis.call('HSET', KEYS[1], '_epoch', ARGV[1])
local now = redis.call('TIME')
redis.call('HSET', KEYS[2], 'epoch', ARGV[1], 'holder', ARGV[2], 'definitions', ARGV[3], 'trouble', ARGV[4],
  'at', now[1] .. string.format('%06d', now[2]))
local heard = redis.pcall('PUBSUB', 'NUMSUB', ARGV[5], ARGV[6])
local viewers = heard.err and -1 or math.max(heard[2] - heard[4], 0)
return {redis.call('HGET', KEYS[3], 'version') == ARGV[3] and 1 or 0, viewers}
