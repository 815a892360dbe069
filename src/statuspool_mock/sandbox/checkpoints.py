"""The named states of a sandbox that it can be rewound to."""

from collections.abc import Iterator, Mapping

from statuspool_mock.sandbox.errors import Conflict, NotFound
from statuspool_mock.sandbox.persistence import ChangeLog
from statuspool_mock.sandbox.quotas import MOST_CHECKPOINTS
from statuspool_mock.sandbox.state import State


class Checkpoints:
    """States by name. Every change is written to the change log."""

    def __init__(self, change_log: ChangeLog, states: Mapping[str, State] | None = None) -> None:
        self._change_log = change_log
        self._states = dict(states or {})

    def __iter__(self) -> Iterator[tuple[str, State]]:
        return iter(sorted(self._states.items()))

    def get(self, name: str) -> State:
        """Return a state by its name. Raises `NotFound`."""
        if name not in self._states:
            known = ", ".join(sorted(self._states)) or "none"
            raise NotFound(f"There is no checkpoint {name!r}. Checkpoints: {known}.")
        return self._states[name]

    def put(self, name: str, state: State) -> None:
        """Save a state under a name, replacing the one before. Raises `Conflict` if full.

        Raises `StorageFailed`, as `delete` does.
        """
        if name not in self._states and len(self._states) >= MOST_CHECKPOINTS:
            raise Conflict(f"There are {MOST_CHECKPOINTS} checkpoints already; delete some.")
        self._change_log.write_checkpoint(name, state)
        self._states[name] = state

    def delete(self, name: str) -> None:
        """Delete a checkpoint. Raises `NotFound`."""
        self.get(name)
        self._change_log.write_checkpoint(name, None)
        del self._states[name]
