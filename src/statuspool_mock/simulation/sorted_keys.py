"""Keys in order, of which the first ones are often removed."""

from bisect import bisect_left, insort

Key = tuple[int, int]
_MOST_GONE = 1_000


class SortedKeys:
    """Distinct keys in order.

    To remove the first item of a list moves all others, which takes 0.1 ms for 200,000. So a
    thousand of them are removed at once.
    """

    __slots__ = ("_gone", "_keys")

    def __init__(self) -> None:
        self._keys: list[Key] = []
        self._gone = 0  # how many of the first keys are removed already

    def copy(self) -> "SortedKeys":
        """Return an independent copy."""
        copy = SortedKeys()
        copy._keys = self._keys[self._gone :]
        return copy

    def all(self) -> list[Key]:
        """Return all keys."""
        return self._keys[self._gone :]

    def between(self, first: Key, before: Key) -> list[Key]:
        """Return the keys in [first, before)."""
        keys, gone = self._keys, self._gone
        return keys[bisect_left(keys, first, gone) : bisect_left(keys, before, gone)]

    def add(self, key: Key) -> None:
        """Add a key."""
        keys = self._keys
        if len(keys) == self._gone or keys[-1] < key:
            keys.append(key)  # the usual case
        else:
            insort(keys, key, self._gone)

    def discard(self, key: Key) -> None:
        """Remove a key if it is there."""
        keys = self._keys
        index = bisect_left(keys, key, self._gone)
        if index == len(keys) or keys[index] != key:
            return
        if index > self._gone:
            del keys[index]
            return
        self._gone += 1
        if self._gone > _MOST_GONE:
            del keys[: self._gone]
            self._gone = 0

    def discard_all(self, numbers: set[int]) -> None:
        """Remove the keys whose second parts are these numbers."""
        self._keys = [key for key in self.all() if key[1] not in numbers]
        self._gone = 0
