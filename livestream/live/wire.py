"""The keys and scripts by which the pages' processes and this one meet in Redis.

Every message of a room has a number, one more than the last; a new `epoch` begins when
Redis has forgotten the room. The scripts make number, snapshot and news one step.
"""

RECENT = 1_000
"""Messages that a watcher may catch up on; who missed more gets the snapshot."""
CHATS = 30
LIFE_SECONDS = 24 * 3600
VIEWER_SECONDS = 15


def base_of(schema: str, room: str) -> str:
    """The prefix of a room's keys: the merchant's schema first, so that none are shared."""
    return f"siyu:{schema}:live:{room}"


def keys_of(base: str) -> list[str]:
    return [f"{base}:head", f"{base}:kept", f"{base}:recent"]


def viewers_key(base: str) -> str:
    return f"{base}:viewers"


PUBLISH = """
local epoch = redis.call('HGET', KEYS[1], 'epoch')
if not epoch then
  epoch = ARGV[1]
  redis.call('HSET', KEYS[1], 'epoch', epoch, 'seq', 0)
  redis.call('DEL', KEYS[2], KEYS[3])
end
local seq = redis.call('HINCRBY', KEYS[1], 'seq', 1)
local message = '{"epoch":"' .. epoch .. '","seq":' .. seq .. ',"kind":"' .. ARGV[2]
  .. '","body":' .. ARGV[3] .. '}'
if ARGV[4] == '1' then redis.call('HSET', KEYS[2], ARGV[2], ARGV[3]) end
redis.call('RPUSH', KEYS[3], message)
redis.call('LTRIM', KEYS[3], -tonumber(ARGV[5]), -1)
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, ARGV[6]) end
redis.call('PUBLISH', ARGV[7], message)
return seq
"""
"""KEYS of the room; ARGV: epoch if new, kind, body, keep, how many, life, channel."""

READ = """
return {redis.call('HGET', KEYS[1], 'epoch') or '', redis.call('HGET', KEYS[1], 'seq') or '0',
        redis.call('HGETALL', KEYS[2]), redis.call('LRANGE', KEYS[3], 0, -1)}
"""
"""The head, the kept parts and the recent messages, as of one instant."""
