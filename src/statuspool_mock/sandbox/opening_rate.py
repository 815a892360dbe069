"""How many sandboxes each address may open."""

from collections.abc import Callable

from statuspool_mock.sandbox.errors import TooManySandboxes

_WINDOW_SECONDS = 60.0
_MOST_ADDRESSES = 10_000


class OpeningRate:
    """Counts the sandboxes that addresses open in a minute; `most` of None is no limit."""

    def __init__(self, most: int | None, *, wall: Callable[[], float]) -> None:
        self._most = most
        self._wall = wall
        self._windows: dict[str, tuple[float, int]] = {}  # began, opened

    def allows(self, address: str) -> bool:
        """Whether an address may open a sandbox now."""
        began, opened = self._windows.get(address, (float("-inf"), 0))
        return self._most is None or opened < self._most or self._wall() - began >= _WINDOW_SECONDS

    def take(self, address: str) -> None:
        """Count a sandbox that an address opens. Raises `TooManySandboxes` over the limit."""
        if self._most is None:
            return
        now = self._wall()
        began, opened = self._windows.get(address, (now, 0))
        if now - began >= _WINDOW_SECONDS:
            began, opened = now, 0
        if opened >= self._most:
            raise TooManySandboxes(
                f"This address has opened {opened} sandboxes within a minute, which is the most "
                "(--new-sandboxes).",
                retry_after=max(round(began + _WINDOW_SECONDS - now), 1),
            )
        if address not in self._windows and len(self._windows) >= _MOST_ADDRESSES:
            self._windows.clear()
        self._windows[address] = began, opened + 1
