"""The scenario of a server, which can be read again while the server runs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from statuspool_mock.atomic_files import version_of
from statuspool_mock.sandbox import Conflict, InvalidInput, Sandboxes
from statuspool_mock.scenarios.errors import ScenarioRejected
from statuspool_mock.scenarios.scenario import Scenario, load
from statuspool_mock.scenarios.world_factory import WorldFactory
from statuspool_mock.simulation import World

_SECONDS_BETWEEN_LOOKS = 0.5
_log = logging.getLogger(__name__)


class ScenarioFile:
    """Reads a scenario again for new sandboxes, and for those that are reset.

    `source` is the name of a shipped scenario or a path, `demo` the sandbox that the literal keys
    of the scenario open.
    """

    def __init__(
        self, source: str, sandboxes: Sandboxes, factory: WorldFactory, *, demo: str
    ) -> None:
        self._source = source
        self._sandboxes = sandboxes
        self._factory = factory
        self._demo = demo
        self._version = version_of(Path(self._source))

    async def reload(self) -> str:
        """Read the scenario again, beside the event loop, and return its name.

        Raises `InvalidInput` if it cannot be used, and then nothing has changed.
        """
        try:
            scenario, world = await asyncio.to_thread(self._prepare)
        except ScenarioRejected as error:
            raise InvalidInput(str(error), field="scenario") from error
        self._factory.use(scenario, world)
        self._sandboxes.use_scenario(scenario.name, dict.fromkeys(scenario.keys, self._demo))
        return scenario.name

    async def watch(self, reload: Callable[[], Awaitable[str]]) -> None:
        """Call `reload` whenever the file changes, until cancelled."""
        while True:
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
            await self._reload_if_changed(reload)

    def _prepare(self) -> tuple[Scenario, World]:
        scenario = load(self._source)
        return scenario, self._factory.prepare(scenario)

    async def _reload_if_changed(self, reload: Callable[[], Awaitable[str]]) -> None:
        """Read the file again if it was written to; log it, also if it cannot be used."""
        version = version_of(Path(self._source))
        if version == self._version:
            return
        self._version = version
        try:
            name = await reload()
        except InvalidInput as error:
            _log.error("The scenario stays as it was. %s", error)
        except Conflict as error:
            _log.error("The scenario was not read again everywhere. %s", error)
        else:
            _log.warning("Read the scenario %s again.", name)
