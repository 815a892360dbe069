"""What a fleet looks like, and moving its worlds, through any of its replicas."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from statuspool_mock.fleet.connection import why
from statuspool_mock.fleet.homes import Home, Homes
from statuspool_mock.fleet.lease import now
from statuspool_mock.fleet.ledger import UNREACHABLE
from statuspool_mock.links.client import LinkLost, Links
from statuspool_mock.sandbox import Conflict, InvalidInput, NotFound
from statuspool_mock.web.control.sandboxes import listed

if TYPE_CHECKING:
    from statuspool_mock.fleet.fleet_app import FleetApp

ANSWER_SECONDS = 10.0
"""How long another replica has to answer a question."""

Json = Mapping[str, Any]


class FleetOverview:
    """Asks the replicas of a fleet, and answers them. `replicas` returns their addresses."""

    def __init__(
        self,
        homes: Homes,
        links: Links,
        app: "FleetApp",
        *,
        ledger: str,
        replicas: Callable[[], Awaitable[list[str]]],
    ) -> None:
        self._homes = homes
        self._links = links
        self._app = app
        self._ledger = ledger
        self._replicas = replicas

    # What the control plane asks

    async def described(self) -> Json:
        """Return the replicas and their worlds. Raises `Conflict` if the ledger is unreachable."""
        addresses = await self._addresses()
        answers = await asyncio.gather(*(self._asked(one, {"status": 1}) for one in addresses))
        replicas = [
            {"address": address, "this": address == self._homes.address, "reachable": bool(answer)}
            | (answer or {})
            for address, answer in zip(addresses, answers, strict=True)
        ]
        return {
            "ledger": {
                "address": self._ledger,
                "round_trip_ms": round(self._homes.lease.round_trip_seconds * 1000, 3),
            },
            "replicas": replicas,
        }

    async def move(self, world: str, to: str | None) -> Json:
        """Move a world to a replica, by default to the one with the fewest worlds.

        Raises `NotFound` if it has no home, `InvalidInput` and `Conflict`.
        """
        addresses = await self._addresses()
        if to is not None and to not in addresses:
            raise InvalidInput(f"Must be one of: {', '.join(addresses)}", field="to")
        try:
            found = await self._homes.ledger.home_of(world)
        except UNREACHABLE as error:
            raise Conflict(f"The ledger cannot be reached: {why(error)}.") from error
        if found is None:
            raise NotFound(f"The world {world!r} has no home; its next request gives it one.")
        if to is None:
            to = await self._emptiest([one for one in addresses if one != found.address])
        if to != found.address:
            await self._need(found.address, {"hand_over": world})
            await self._need(to, {"adopt": world})
        return {"world": world, "from": found.address, "to": to}

    async def sandboxes(self) -> list[Json]:
        """Return the sandboxes of the other replicas, as the control plane lists its own."""
        others = [one for one in await self._addresses() if one != self._homes.address]
        answers = await asyncio.gather(*(self._asked(one, {"sandboxes": 1}) for one in others))
        return [answer for answer in answers if answer]

    async def _emptiest(self, addresses: list[str]) -> str:
        answers = await asyncio.gather(*(self._asked(one, {"status": 1}) for one in addresses))
        counts = [
            (len(answer["worlds"]), address)
            for address, answer in zip(addresses, answers, strict=True)
            if answer
        ]
        if not counts:
            raise Conflict("There is no other replica that can be reached.")
        return min(counts)[1]

    async def _addresses(self) -> list[str]:
        try:
            return await self._replicas()
        except UNREACHABLE as error:
            raise Conflict(f"The ledger cannot be reached: {why(error)}.") from error

    async def _need(self, address: str, question: Json) -> None:
        """Ask a replica for something. Raises `Conflict` unless it is done."""
        if not await self._asked(address, question):
            raise Conflict(f"The replica {address} could not do this; the world may have moved.")

    async def _asked(self, address: str, question: Json) -> Any:
        """Return the answer of a replica, None if it cannot be reached."""
        if address == self._homes.address:
            return await self.answer(question)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await (await self._links.to(address)).ask(question)
        except (LinkLost, TimeoutError):
            return None

    # What other replicas ask

    async def answer(self, question: Json) -> Any:
        """Answer a question of a replica."""
        match question:
            case {"hand_over": str(world)}:
                return await self._homes.hand_over(world)
            case {"adopt": str(world)}:
                return await self._adopted(world)
            case {"sandboxes": _}:
                return listed(self._homes.sandboxes, covers=lambda _: True)
            case {"status": _}:
                return self._status()
            case _:
                return None

    async def _adopted(self, world: str) -> bool:
        try:
            return isinstance(await self._homes.claim(world), Home)
        except UNREACHABLE:
            return False

    def _status(self) -> Json:
        homes = self._homes
        return {
            "incarnation": homes.lease.incarnation,
            "lease_seconds": round(max(homes.lease.valid_until - now(), 0.0), 3),
            "worlds": [
                {
                    "name": name,
                    "epoch": home.claimed.epoch,
                    "waiting": home.log.made - home.log.done,
                }
                for name, home in sorted(homes.here.items())
            ],
            "served": self._app.served,
            "forwarded": self._app.forwarded,
        }

    def measures(self) -> Iterator[tuple[str, str, float]]:
        """Yield what is measured: name, meaning, value."""
        homes = self._homes
        waiting = sum(home.log.made - home.log.done for home in homes.here.values())
        yield "fleet_homes", "Worlds at home at this replica.", len(homes.here)
        yield "fleet_lease_seconds", "Rest of the lease.", max(homes.lease.valid_until - now(), 0)
        yield "fleet_waiting", "Entries that the ledger has not stored yet.", waiting
        yield "fleet_served", "Requests served at home.", self._app.served
        yield "fleet_forwarded", "Requests forwarded to other replicas.", self._app.forwarded
        yield (
            "fleet_ledger_round_trip_seconds",
            "Duration of the last renewal.",
            homes.lease.round_trip_seconds,
        )
