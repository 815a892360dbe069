"""The interface through which sandboxes are stored, so that they outlive the server."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from statuspool_mock.sandbox.state import State
from statuspool_mock.simulation import Command


class StoredSandbox(NamedTuple):
    """A stored sandbox: its state, and how many seconds ago it was written."""

    state: State
    seconds_ago: float
    checkpoints: dict[str, State]


class ChangeLog(Protocol):
    """Stores the changes of one sandbox. When a method returns, the change survives a crash."""

    def append_command(self, command: Command, *, at: int) -> None:
        """Append a command that was carried out at an instant of the world."""

    def append_settings(self, state: State) -> None:
        """Append the settings: clock, faults, rate windows, the active outage script."""

    def append_outbox(self, change: Mapping[str, Any]) -> None:
        """Append a change of the outbox."""

    def write_snapshot(self, state: State) -> None:
        """Write a whole state, after which earlier changes are obsolete."""

    def write_checkpoint(self, name: str, state: State | None) -> None:
        """Write a checkpoint, or delete it if the state is None."""

    @property
    def is_full(self) -> bool:
        """Whether a snapshot should be written instead of another change."""


class Storage(Protocol):
    """Stores the sandboxes of a server."""

    def load(self, name: str) -> StoredSandbox | None:
        """Return the stored sandbox with that name, if there is one."""

    def change_log(self, name: str) -> ChangeLog:
        """Return the change log of the sandbox with that name."""

    def release(self, name: str) -> None:
        """Close the change log of the sandbox with that name; it stays stored."""

    def forget(self, name: str) -> None:
        """Delete the stored sandbox with that name."""


class NullStorage:
    """Stores nothing: sandboxes end with their server."""

    is_full = False

    def append_command(self, command: Command, *, at: int) -> None:
        """Store nothing."""

    def append_settings(self, state: State) -> None:
        """Store nothing."""

    def append_outbox(self, change: Mapping[str, Any]) -> None:
        """Store nothing."""

    def write_snapshot(self, state: State) -> None:
        """Store nothing."""

    def write_checkpoint(self, name: str, state: State | None) -> None:
        """Store nothing."""

    def load(self, name: str) -> StoredSandbox | None:  # noqa: ARG002 - part of the interface
        """Return nothing."""
        return None

    def change_log(self, name: str) -> "NullStorage":  # noqa: ARG002 - part of the interface
        """Return itself."""
        return self

    def release(self, name: str) -> None:
        """Release nothing."""

    def forget(self, name: str) -> None:
        """Delete nothing."""
