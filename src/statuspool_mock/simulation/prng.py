"""A counter-based random number generator: the same key and counters give the same numbers.

It has no state. Numbers are hashes of counters, so one check can be computed without the thousands
before it. Distributions are tables of integers in thousandths, made once: a sum of integers is the
same on every machine, the last bit of `exp` is not.
"""

from collections.abc import Callable
from functools import cache
from hashlib import blake2b
from math import exp, log
from statistics import NormalDist
from struct import Struct

_FIVE = Struct("<5H6x")
_VARIANTS = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
_RESOLUTION = 1024
SHIFT = 16 - 10
"""A 16-bit draw, shifted right by this, picks one of 1024 quantiles."""


def draws(key: bytes, most: int) -> Callable[[int], tuple[int, ...]]:
    """Return the function from a counter to at most 32 numbers of 16 bits."""
    begun = blake2b(key=key)
    unpack = Struct(f"<{most}H").unpack_from

    def drawn(counter: int) -> tuple[int, ...]:
        whole = begun.copy()
        whole.update(counter.to_bytes(8, "little", signed=True))
        return unpack(whole.digest())

    return drawn


def numbers(key: bytes) -> Callable[[int], int]:
    """Return the function from a counter to a number of 64 bits."""
    begun = blake2b(key=key, digest_size=8)

    def number(counter: int) -> int:
        whole = begun.copy()
        whole.update(counter.to_bytes(8, "little", signed=True))
        return int.from_bytes(whole.digest(), "little")

    return number


def key_of(*parts: int | str) -> bytes:
    """Return a key of 16 bytes, derived from numbers and words."""
    return blake2b("\x1f".join(map(str, parts)).encode(), digest_size=16).digest()


def five(key: bytes, prefix: bytes, turn: int) -> tuple[int, int, int, int, int]:
    """Return five 16-bit numbers for this key, this prefix and a turn that is not negative."""
    raw = blake2b(prefix + turn.to_bytes(8, "little"), key=key, digest_size=16).digest()
    return _FIVE.unpack(raw)


def uuid_of(*parts: int | str) -> str:
    """Return a UUID in the form of version 4 that depends on nothing but the parts."""
    return _shaped(blake2b("\x1f".join(map(str, parts)).encode(), digest_size=16).hexdigest())


def uuids_of(*kind: int | str) -> Callable[[int], str]:
    """Return the function from a number to the `uuid_of` these parts and that number."""
    begun = blake2b("".join(f"{part}\x1f" for part in kind).encode(), digest_size=16)

    def uuid(number: int) -> str:
        whole = begun.copy()
        whole.update(str(number).encode())
        return _shaped(whole.hexdigest())

    return uuid


def _shaped(text: str) -> str:
    variant = _VARIANTS[text[16]]
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{variant}{text[17:20]}-{text[20:]}"


@cache
def log_normal(sigma_percent: int) -> tuple[int, ...]:
    """Return the quantiles of a log-normal with median 1, in thousandths."""
    normal = NormalDist()
    return tuple(
        round(1000 * exp(sigma_percent / 100 * normal.inv_cdf((step + 0.5) / _RESOLUTION)))
        for step in range(_RESOLUTION)
    )


@cache
def exponential() -> tuple[int, ...]:
    """Return the quantiles of an exponential with mean 1, in thousandths."""
    return tuple(round(-1000 * log(1 - (step + 0.5) / _RESOLUTION)) for step in range(_RESOLUTION))


def quantile(quantiles: tuple[int, ...], number: int) -> int:
    """Return the quantile for a 16-bit number."""
    return quantiles[number >> SHIFT]
