"""What the ledger does in one step, as Lua scripts, and the keys that they work on.

All keys of a world have its name as their hash tag, so that a cluster keeps them together.
`home` is the incarnation of a replica and the epoch: it names one stay of a world at one replica.
"""

from hashlib import sha1
from typing import NamedTuple

PREFIX = "statuspool"
FLEET_KEY = f"{PREFIX}:fleet"
REPLICAS_KEY = f"{PREFIX}:replicas"
FENCED, GAP = b"FENCED", b"GAP"
_TOMBSTONE_MS = 86_400_000


def lease_key(incarnation: str) -> str:
    """Return the key that is there as long as a replica renews its lease."""
    return f"{PREFIX}:lease:{incarnation}"


class WorldKeys(NamedTuple):
    """The keys of one world."""

    head: str
    log: str
    marks: str
    snapshots: str

    @classmethod
    def of(cls, world: str) -> "WorldKeys":
        """Return the keys of a world."""
        root = f"{PREFIX}:{{{world}}}"
        return cls(f"{root}:head", f"{root}:log", f"{root}:marks", f"{root}:snapshot:")


class Script(NamedTuple):
    """A script and the digest by which it is called."""

    text: str
    digest: str


def _script(text: str) -> Script:
    return Script(text, sha1(text.encode(), usedforsecurity=False).hexdigest())


_FENCE = "if redis.call('HGET', KEYS[1], 'home') ~= ARGV[1] then return 'FENCED' end\n"

CLAIM = _script("""
local head = redis.call('HMGET', KEYS[1], 'home', 'epoch', 'seq', 'snapshot', 'recipe',
                        'address', 'skew')
local home = head[1] or ''
if home ~= '' and home ~= ARGV[3] then return {0, home, head[6]} end
local epoch = tonumber(head[2] or 0) + 1
local mine = ARGV[1] .. '#' .. string.format('%d', epoch)
redis.call('HSET', KEYS[1], 'home', mine, 'epoch', epoch, 'address', ARGV[2], 'skew', ARGV[5])
redis.call('PERSIST', KEYS[1])
if not head[5] then
  redis.call('HSET', KEYS[1], 'recipe', ARGV[4], 'seq', 0, 'snapshot', '')
  return {1, mine, epoch, 0, '', ARGV[4], ARGV[5]}
end
return {1, mine, epoch, tonumber(head[3]), head[4], head[5], head[7]}
""")
"""KEYS head; ARGV incarnation, address, home that may be replaced, recipe of a new world, skew."""

APPEND = _script(
    _FENCE
    + """
local have, seq = tonumber(redis.call('HGET', KEYS[1], 'seq')), tonumber(ARGV[2])
if seq > have + 1 then return 'GAP' end
for i = 3, #ARGV do
  if seq > have then
    redis.call('XADD', KEYS[2], string.format('%d-0', seq), 'c', ARGV[i])
    have = seq
  end
  seq = seq + 1
end
redis.call('HSET', KEYS[1], 'seq', have)
return 'OK'
"""
)
"""KEYS head, log; ARGV home, number of the first line, lines. Lines that are there stay."""

SNAPSHOT = _script(
    _FENCE
    + """
local before = redis.call('HGET', KEYS[1], 'snapshot')
redis.call('SET', ARGV[4] .. ARGV[2], ARGV[5])
redis.call('HSET', KEYS[1], 'snapshot', ARGV[2], 'seq', ARGV[3])
redis.call('DEL', KEYS[2])
if before ~= '' and before ~= ARGV[2] then redis.call('DEL', ARGV[4] .. before) end
return 'OK'
"""
)
"""KEYS head, log; ARGV home, name of the snapshot, number of its last line, prefix of its key,
and what it holds.
"""

MARK = _script(
    _FENCE
    + """
if ARGV[3] == '' then redis.call('HDEL', KEYS[2], ARGV[2])
else redis.call('HSET', KEYS[2], ARGV[2], ARGV[3]) end
return 'OK'
"""
)
"""KEYS head, checkpoints; ARGV home, name, content; an empty content deletes."""

_BURY = f"""
redis.call('HDEL', KEYS[1], 'recipe')
redis.call('HSET', KEYS[1], 'home', '')
redis.call('PEXPIRE', KEYS[1], {_TOMBSTONE_MS})
return 'OK'
"""

FORGET = _script(
    _FENCE
    + """
local before = redis.call('HGET', KEYS[1], 'snapshot')
if before ~= '' then redis.call('DEL', ARGV[2] .. before) end
redis.call('DEL', KEYS[2], KEYS[3])
"""
    + _BURY
)
"""KEYS head, log, checkpoints; ARGV home, prefix of the snapshot's key. The epoch is kept a day."""

SET_ASIDE = _script(
    _FENCE
    + """
local snapshot = redis.call('HGET', KEYS[1], 'snapshot')
local kept = {KEYS[2], KEYS[3]}
if snapshot ~= '' then table.insert(kept, ARGV[2] .. snapshot) end
for _, key in ipairs(kept) do
  if redis.call('EXISTS', key) == 1 then redis.call('RENAME', key, key .. ARGV[3]) end
end
redis.call('HSET', KEYS[1] .. ARGV[3], 'snapshot', snapshot,
           'recipe', redis.call('HGET', KEYS[1], 'recipe'))
"""
    + _BURY
)
"""KEYS head, log, checkpoints; ARGV home, prefix of the snapshot's key, what is added to keys."""

RELEASE = _script(_FENCE + "redis.call('HSET', KEYS[1], 'home', '')\nreturn 'OK'\n")
"""KEYS head; ARGV home."""

JOIN = _script("""
if redis.call('EXISTS', KEYS[1]) == 0 then
  for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return redis.call('HGETALL', KEYS[1])
""")
"""KEYS fleet; ARGV milliseconds to live, names and values of a new fleet."""

ALL = (CLAIM, APPEND, SNAPSHOT, MARK, FORGET, SET_ASIDE, RELEASE, JOIN)
