"""What carries the webhooks of a server with mutants out, changed after they were signed."""

from collections.abc import Iterable, Sequence

from statuspool_mock.mutants.mutant import Delivering, Letter, Mutant
from statuspool_mock.outbox.courier import Courier


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
