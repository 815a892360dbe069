"""What happens in a world, told to those who listen."""

import asyncio
from collections.abc import Callable, Sequence

from statuspool_mock.sandbox.events import Events
from statuspool_mock.simulation import Fact

_MOST_AT_ONCE = 100


class Publisher:
    """Publishes facts as events and, by `enqueue`, as messages for the outbox.

    Events are numbered from the one after `after`.
    """

    def __init__(
        self, enqueue: Callable[[Sequence[Fact]], None], *, at: int, after: int = 0
    ) -> None:
        self.events = Events(after=after)
        self.published_until = at
        """The instant of the world up to which its facts are published."""
        self._enqueue = enqueue
        self._kept: list[Fact] = []

    def begin(self, at: int) -> None:
        """Continue with another world, from which nothing was published yet."""
        self.published_until = at
        self._kept = []

    def keep(self, facts: Sequence[Fact]) -> None:
        """Publish facts later, with those that follow."""
        self._kept += facts

    def publish(self, facts: Sequence[Fact], *, until: int) -> None:
        """Publish what was kept and these facts, which end at an instant."""
        self._publish(self._taken(facts, until))

    async def publish_slowly(self, facts: Sequence[Fact], *, until: int) -> None:
        """Publish many facts in several turns of the event loop, while the sandbox is held."""
        taken = self._taken(facts, until)
        for start in range(0, len(taken), _MOST_AT_ONCE):
            if start:
                await asyncio.sleep(0)
            self._publish(taken[start : start + _MOST_AT_ONCE])

    def _taken(self, facts: Sequence[Fact], until: int) -> list[Fact]:
        self.published_until = until
        kept, self._kept = self._kept, []
        return [*kept, *facts]

    def _publish(self, facts: Sequence[Fact]) -> None:
        for fact in facts:
            self.events.add("fact", fact, at=fact.at)
        if facts:
            self._enqueue(facts)
