"""Where worlds are at home, as far as this replica knows, and how it finds out."""

import secrets

from starlette.types import Scope

from statuspool_mock.fleet.homes import Home, Homes
from statuspool_mock.fleet.ledger import Elsewhere
from statuspool_mock.web.requests import address_of

MOST_KNOWN_HOMES = 100_000
"""How many homes of worlds a replica remembers."""


class Routes:
    """Finds the home of a world, or makes this replica its home."""

    def __init__(self, homes: Homes) -> None:
        self.homes = homes
        self.is_stopping = False
        """Whether this replica is about to end: worlds leave, and none comes."""
        self.others: tuple[str, ...] = ()
        """Addresses of other replicas, while this one is stopping."""
        self._addresses: dict[str, str] = {}
        self._doubted: set[str] = set()

    def doubt(self, world: str) -> None:
        """Forget where a world is: it is not there, or its home does not respond."""
        self._addresses.pop(world, None)
        self._doubted.add(world)

    async def find(self, world: str, scope: Scope) -> Home | str | None:
        """Return the home of a world if it is here, else the address of its replica.

        Return None if there is no room for it here. Raises `UNREACHABLE`.
        """
        address = self._addresses.get(world)
        if address is None:
            found = await self._located(world, scope)
            if not isinstance(found, Elsewhere):
                return found
            address = found.address
            if len(self._addresses) >= MOST_KNOWN_HOMES:
                self._addresses.clear()
            self._addresses[world] = address
            self._doubted.discard(world)
        return address

    async def claim(self, world: str, scope: Scope) -> Home | Elsewhere | None:
        """Make this replica the home of a world that has none. Raises `UNREACHABLE`."""
        homes = self.homes
        ledger, sandboxes = homes.ledger, homes.sandboxes
        if self.is_stopping:
            return await ledger.home_of(world)
        if not sandboxes.holds(world) and not sandboxes.may_open(address_of(scope)):
            return await ledger.home_of(world)
        return await homes.claim(world)

    async def _located(self, world: str, scope: Scope) -> Home | Elsewhere | None:
        found = await self.claim(world, scope)
        ledger = self.homes.ledger
        if (
            isinstance(found, Elsewhere)
            and world in self._doubted
            and not await ledger.is_alive(found.home)
        ):
            if self.is_stopping:
                found = None
            else:
                found = await self.homes.claim(world, instead=found.home)
        if self.is_stopping and self.others and self._is_mine(found):
            return Elsewhere("", secrets.choice(self.others))
        return found

    def _is_mine(self, found: Home | Elsewhere | None) -> bool:
        return not isinstance(found, Elsewhere) or found.address == self.homes.address
