-- Announces samples and events: sequence, hash, capped stream and tick, all or nothing for a reader.
-- KEYS: latest, log, events. ARGV: most entries, tick channel, epoch or '', most events,
-- then for each item its metric ('' for an event) and its JSON. Answers the last sequence number,
-- or -1 when a writer of a later epoch has taken over.
local latest, log, events = KEYS[1], KEYS[2], KEYS[3]
local cap, channel, epoch, most_events = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

if epoch ~= '' then
  local current = tonumber(redis.call('HGET', latest, '_epoch') or '') or 0
  -- What no lease can have given is none.
  if tonumber(epoch) < current and current < 2^53 then return -1 end
  redis.call('HSET', latest, '_epoch', epoch)
end

-- The time of a payload in UTC, so that times compare as text; nil for other ways to write it.
local function utc(json)
  local at = string.match(json, '"ts"%s*:%s*"(%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.?%d*)Z"')
  if not at then return nil end
  if not string.find(at, '.', 1, true) then at = at .. '.' end
  return at .. string.rep('0', 26 - #at)
end

local count = (#ARGV - 4) / 2
local seq = redis.call('HINCRBY', latest, '_seq', count) - count
local newest, changed, id, happened = {}, {}, nil, false
for i = 5, #ARGV, 2 do
  local metric, json = ARGV[i], ARGV[i + 1]
  seq = seq + 1
  id = redis.call('XADD', log, 'MAXLEN', '~', cap, '*', 'seq', seq, 'json', json)
  if metric == '' then
    redis.call('LPUSH', events, json)
    happened = true
  else
    -- A sample that comes late must not hide a newer one.
    local old = newest[metric] or redis.call('HGET', latest, metric)
    local was, is = old and utc(old), utc(json)
    if was and is and is < was then
      newest[metric] = old
    else
      newest[metric], changed[metric] = json, true
    end
  end
end
for metric in pairs(changed) do redis.call('HSET', latest, metric, newest[metric]) end
if happened then redis.call('LTRIM', events, 0, most_events - 1) end
redis.call('HSET', latest, '_id', id)
-- A user without the right to the channel still announces: the stream wakes its readers itself.
redis.pcall('PUBLISH', channel, seq)
return seq
