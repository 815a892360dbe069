"""The active mutants of a server, which may be switchable while it runs."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from statuspool_mock.mutants import all_mutants, choose
from statuspool_mock.mutants.mutant import Mutant


class ActiveMutants:
    """The mutants of one server, by name. Raises `UnknownMutant`.

    `may_switch` allows changing them. Each choice gets a new app.
    """

    def __init__(self, names: Sequence[str] = (), *, may_switch: bool = False) -> None:
        self.may_switch = may_switch
        self.chosen = choose(names)
        self._build: Callable[[Sequence[Mutant]], ASGIApp] | None = None
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request to the app of the active mutants."""
        assert self._app is not None  # noqa: S101 - built before the first request
        await self._app(scope, receive, send)

    def app(self, build: Callable[[Sequence[Mutant]], ASGIApp]) -> ASGIApp:
        """Return the app of the active mutants, which follows later choices."""
        self._build, self._app = build, build(self.chosen)
        return self if self.may_switch else self._app

    async def switch(self, names: Sequence[str]) -> None:
        """Activate exactly these mutants from the next request on. Raises `UnknownMutant`."""
        chosen = choose(names)
        if self._build is not None:
            self._app = self._build(chosen)
        self.chosen = chosen

    def listed(self) -> Iterator[dict[str, Any]]:
        """Yield the active mutants, and all others if they can be switched on."""
        on = {mutant.name for mutant in self.chosen}
        for mutant in all_mutants() if self.may_switch else self.chosen:
            yield {
                "name": mutant.name,
                "group": mutant.group,
                "wrong": mutant.wrong,
                "active": mutant.name in on,
            }
