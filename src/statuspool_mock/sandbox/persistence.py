"""How sandboxes outlive their server: what they tell to whoever keeps them."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from statuspool_mock.sandbox.state import State
from statuspool_mock.simulation import Command


class StoredSandbox(NamedTuple):
    """A sandbox as it was kept: its state, and how many seconds ago its clock showed that."""

    state: State
    seconds_ago: float
    checkpoints: dict[str, State]


class ChangeLog(Protocol):
    """Keeps one sandbox. Whatever returned is kept, whatever happens to the process then."""

    def append_command(self, command: Command, *, at: int) -> None:
        """Keep a command that was carried out at an instant of the world."""

    def append_settings(self, state: State) -> None:
        """Keep what changed beside the world: clock, faults, the play under way."""

    def append_outbox(self, change: Mapping[str, Any]) -> None:
        """Keep a change of what waits to be delivered."""

    def write_snapshot(self, state: State) -> None:
        """Keep a state that nothing before led to."""

    def write_checkpoint(self, name: str, state: State | None) -> None:
        """Keep a checkpoint, or forget it."""

    @property
    def is_full(self) -> bool:
        """Whether it would rather have the whole state again than another change."""


class Storage(Protocol):
    """Keeps the sandboxes of a server."""

    def load(self, name: str) -> StoredSandbox | None:
        """Return the sandbox of that name as it was kept."""

    def change_log(self, name: str) -> ChangeLog:
        """Return who keeps the sandbox of that name."""

    def release(self, name: str) -> None:
        """Take note that nobody uses the sandbox of that name for now."""

    def forget(self, name: str) -> None:
        """Forget the sandbox of that name."""


class NullStorage:
    """Keeps nothing: sandboxes end with their server."""

    is_full = False

    def append_command(self, command: Command, *, at: int) -> None:
        """Keep nothing."""

    def append_settings(self, state: State) -> None:
        """Keep nothing."""

    def append_outbox(self, change: Mapping[str, Any]) -> None:
        """Keep nothing."""

    def write_snapshot(self, state: State) -> None:
        """Keep nothing."""

    def write_checkpoint(self, name: str, state: State | None) -> None:
        """Keep nothing."""

    def load(self, name: str) -> StoredSandbox | None:  # noqa: ARG002 - as Keepers has it
        """Return nothing."""
        return None

    def change_log(self, name: str) -> "NullStorage":  # noqa: ARG002 - as Keepers has it
        """Return itself."""
        return self

    def release(self, name: str) -> None:
        """Release nothing."""

    def forget(self, name: str) -> None:
        """Forget nothing."""
