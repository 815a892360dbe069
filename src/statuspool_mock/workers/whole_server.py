"""What concerns the whole server: each worker asks the others, and answers them."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from statuspool_mock.links.client import Link, LinkLost
from statuspool_mock.links.member import Parts
from statuspool_mock.sandbox import Conflict, InvalidInput
from statuspool_mock.web.control.sandboxes import listed
from statuspool_mock.web.server_report import ServerReport

ANSWER_SECONDS = 10.0
"""How long another worker has to answer a question."""
_UNANSWERED = "Worker {} does not answer; the others have changed. Try again."

Json = Mapping[str, Any]


class WholeServer:
    """All workers, as one of them asks and answers. `link_to` returns a link to another one.

    `on_change` is called when anything was changed that a worker which is started again has to be
    told.
    """

    def __init__(
        self,
        parts: Parts,
        *,
        count: int,
        link_to: Callable[[int], Awaitable[Link]],
        on_change: Callable[[], None],
    ) -> None:
        self._parts = parts
        self.shares = count
        self.here = -1
        self._link_to = link_to
        self._on_change = on_change
        self._is_reloaded = False
        self.may_switch = parts.mutants.may_switch

    # What the control plane asks

    async def sandboxes(self) -> Sequence[Json]:
        """Return the sandboxes of the other workers, as the control plane lists its own."""
        return [found for found in await self._asked({"sandboxes": 1}) if found]

    async def reports(self) -> Sequence[ServerReport]:
        """Return what the other workers measure."""
        return [ServerReport(**found) for found in await self._asked({"report": 1}) if found]

    async def reload(self) -> str:
        """Read the scenario again in all workers. Raises `InvalidInput` and `Conflict`."""
        name = await self._reload()
        self._on_change()
        await self._tell({"reload": 1})
        return name

    async def _reload(self) -> str:
        name = await self._parts.scenario.reload()
        self._is_reloaded = True
        return name

    def listed(self) -> Any:
        """Return the mutants as data."""
        return self._parts.mutants.listed()

    async def switch(self, names: Sequence[str]) -> None:
        """Activate exactly these mutants in all workers. Raises `ValueError` and `Conflict`."""
        await self._parts.mutants.switch(names)
        self._on_change()
        await self._tell({"mutants": list(names)})

    async def catch_up(self) -> None:
        """Do what the others were told before this worker was started again."""
        for number in self._others:
            choices = await self._ask(number, {"choices": 1})
            if choices:
                await self._parts.mutants.switch(choices["mutants"])
                if choices["is_reloaded"]:
                    with contextlib.suppress(InvalidInput):  # nor could others read it now
                        await self._reload()
                return

    @property
    def _others(self) -> list[int]:
        return [number for number in range(self.shares) if number != self.here]

    async def _tell(self, question: Json) -> None:
        """Have all others do something. Raises `Conflict` unless they have."""
        for number, answer in zip(self._others, await self._asked(question), strict=True):
            if not answer:
                raise Conflict(_UNANSWERED.format(number))

    async def _asked(self, question: Json) -> list[Any]:
        return await asyncio.gather(*(self._ask(number, question) for number in self._others))

    async def _ask(self, number: int, question: Json) -> Any:
        """Return the answer of a worker, None if it gives none."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await (await self._link_to(number)).ask(question)
        except (LinkLost, TimeoutError):
            return None

    # What other workers ask

    async def answer(self, question: Json) -> Any:
        """Answer a question of another worker."""
        parts = self._parts
        match question:
            case {"sandboxes": _}:
                return listed(parts.sandboxes, covers=lambda _: True)
            case {"report": _}:
                return parts.monitoring.report(parts.sandboxes)._asdict()
            case {"reload": _}:
                with contextlib.suppress(InvalidInput):
                    return await self._reload()
            case {"mutants": list(names)}:
                await parts.mutants.switch(names)
                return True
            case {"choices": _}:
                chosen = [mutant.name for mutant in parts.mutants.chosen]
                return {"mutants": chosen, "is_reloaded": self._is_reloaded}
        return None
