"""What carries the webhooks of a server with mutants out, changed after they were signed."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from statuspool_mock.mutants.mutant import Delivering, Letter, Mutant
from statuspool_mock.outbox.courier import Courier

if TYPE_CHECKING:
    from statuspool_mock.outbox.wire import Answered  # brings an HTTP client along


def courier_for(
    mutants: Sequence[Mutant], *, allowed: Iterable[str] = (), standard: bool = False
) -> Courier:
    """Return the courier of a server with these mutants."""
    changes = [m.change for m in mutants if isinstance(m.change, Delivering)]
    if not changes:
        return Courier(allowed=allowed, standard=standard)
    return _Forger(changes, allowed=allowed, standard=standard)


class _Forger(Courier):
    """A courier that changes letters at the last moment."""

    def __init__(
        self, changes: Sequence[Delivering], *, allowed: Iterable[str], standard: bool
    ) -> None:
        super().__init__(allowed=allowed, standard=standard)
        self._changes = changes

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> "Answered":
        """Send one request, changed. Raises what the HTTP client calls unanswered."""
        letter = Letter(body, headers)
        for forgery in self._changes:
            letter = forgery.change(letter)
        return await super().post(url, letter.body, dict(letter.headers))
