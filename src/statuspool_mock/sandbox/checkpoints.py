"""The named states of a sandbox that it can be rewound to."""

from collections.abc import Iterator, Mapping

from statuspool_mock.sandbox.errors import Conflict, NotFound
from statuspool_mock.sandbox.quotas import MOST_CHECKPOINTS, MOST_IN_CHECKPOINTS
from statuspool_mock.sandbox.state import State


class Checkpoints:
    """States by name. `long_work` stores them."""

    def __init__(self, states: Mapping[str, State] | None = None) -> None:
        self._states = dict(states or {})

    def __iter__(self) -> Iterator[tuple[str, State]]:
        return iter(sorted(self._states.items()))

    def get(self, name: str) -> State:
        """Return a state by its name. Raises `NotFound`."""
        if name not in self._states:
            known = ", ".join(sorted(self._states)) or "none"
            raise NotFound(f"There is no checkpoint {name!r}. Checkpoints: {known}.")
        return self._states[name]

    def check_room(self, name: str, size: int) -> None:
        """Raise `Conflict` if a state of that size cannot be saved under a name."""
        others = [state for other, state in self._states.items() if other != name]
        if len(others) >= MOST_CHECKPOINTS:
            raise Conflict(f"There are {MOST_CHECKPOINTS} checkpoints already; delete some.")
        if sum(map(size_of, others)) + size > MOST_IN_CHECKPOINTS:
            raise Conflict(
                f"The checkpoints of a sandbox hold at most {MOST_IN_CHECKPOINTS} monitors and "
                "incidents in all; delete some."
            )

    def put(self, name: str, state: State) -> None:
        """Save a state under a name, replacing the one before."""
        self._states[name] = state

    def take(self, name: str) -> State:
        """Remove a checkpoint and return its state. Raises `NotFound`."""
        state = self.get(name)
        del self._states[name]
        return state


def size_of(state: State) -> int:
    """Return the number of monitors and incidents in a state."""
    return len(state.world.monitors) + len(state.world.incidents)
