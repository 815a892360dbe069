"""The interface through which sandboxes are stored, so that they outlive the server."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from statuspool_mock.sandbox.changes import Change, CommandApplied, OutboxChanged
from statuspool_mock.sandbox.state import State
from statuspool_mock.simulation import Command, Fact, Steps, World


class StoredSandbox(NamedTuple):
    """A stored sandbox: its state, and how many seconds ago it was written.

    `facts` happened, but the messages about them were not stored. `world` is the one of
    the state, if it was built already.
    """

    state: State
    seconds_ago: float
    checkpoints: dict[str, State]
    facts: Sequence[Fact] = ()
    world: World | None = None


class ChangeLog(Protocol):
    """Stores the changes of one sandbox. When a method returns, the change survives a crash.

    Every method but `defer` raises `StorageFailed`, and then nothing is stored.
    """

    def append(self, *changes: Change) -> None:
        """Store changes before they are made: all of them or none."""

    def retract(self) -> None:
        """Remove what was appended last, since it was refused."""

    def defer(self, *changes: Change) -> None:
        """Store changes that were made already, before the next ones if that is impossible now."""

    def hold_back(self) -> None:
        """Keep what is deferred in memory until `let_go`, since another thread may write."""

    def drop_held_back(self) -> None:
        """Forget what was held back, since a snapshot has replaced the state that it is about."""

    def let_go(self) -> None:
        """Store what was held back."""

    def appending(self, *changes: Change) -> Steps[None]:
        """Store changes as `append` does, in steps."""

    def writing_snapshot(self, state: State) -> Steps[None]:
        """Write a whole state in steps, after which earlier changes are obsolete."""

    def writing_checkpoint(self, name: str, state: State) -> Steps[None]:
        """Write a checkpoint in steps."""

    def delete_checkpoint(self, name: str) -> None:
        """Delete a checkpoint."""

    async def durable(self) -> None:
        """Wait until all changes so far survive a crash, where methods return before that."""

    @property
    def may_act(self) -> Callable[[], bool] | None:
        """Says whether this replica of a fleet still serves the world; None outside of a fleet."""

    @property
    def numbers_after(self) -> int:
        """The number after which exchanges and events are numbered."""

    @property
    def is_full(self) -> bool:
        """Whether a snapshot should be written, since the log has grown long."""

    @property
    def needs_snapshot(self) -> bool:
        """Whether a snapshot must be written before the next change."""


class DeliveryRecords:
    """Writes what messages and deliveries change, with the functions of a change log."""

    def __init__(
        self,
        append: Callable[[Change], None],
        defer: Callable[[Change], None],
        durable: Callable[[], Awaitable[None]],
    ) -> None:
        self._append = append
        self._defer = defer
        self._durable = durable

    async def durable(self) -> None:
        """Wait until all that was written survives a crash."""
        await self._durable()

    def append_outbox(self, *changes: Mapping[str, Any], at: int) -> None:
        """Write changes of the outbox. Raises `StorageFailed`."""
        self._append(OutboxChanged(at, changes))

    def defer_outbox(self, *changes: Mapping[str, Any], at: int) -> None:
        """Write changes of the outbox, later if that is impossible now."""
        self._defer(OutboxChanged(at, changes))

    def defer_command(self, command: Command, *, at: int) -> None:
        """Write a command that was carried out, later if that is impossible now."""
        self._defer(CommandApplied(at, command))


class Storage(Protocol):
    """Stores the sandboxes of a server. Every method may raise `StorageFailed`."""

    def loading(self, name: str) -> Steps[StoredSandbox | None]:
        """Return the stored sandbox with that name, if there is one. Raises `WorldDamaged`."""

    def change_log(self, name: str) -> ChangeLog:
        """Return the change log of the sandbox with that name."""

    def release(self, name: str) -> None:
        """Close the change log of the sandbox with that name; it stays stored."""

    def forget(self, name: str) -> bool:
        """Delete the stored sandbox with that name; return whether there was one."""

    def set_aside(self, name: str, *, repair: bool) -> str:
        """Keep the files of a damaged sandbox under another name, and return it.

        With `repair`, what can be read of them is stored under the sandbox's name.
        """

    def ways_out(self, name: str) -> str:
        """Say what can be done about a damaged sandbox."""


class NullStorage:
    """Stores nothing: sandboxes end with their server."""

    is_full = False
    needs_snapshot = False
    may_act = None
    numbers_after = 0

    async def durable(self) -> None:
        """Wait for nothing."""

    def append(self, *changes: Change) -> None:
        """Store nothing."""

    def retract(self) -> None:
        """Retract nothing."""

    def defer(self, *changes: Change) -> None:
        """Store nothing."""

    def hold_back(self) -> None:
        """Hold nothing back."""

    def drop_held_back(self) -> None:
        """Forget nothing."""

    def let_go(self) -> None:
        """Store nothing."""

    def appending(self, *changes: Change) -> Steps[None]:  # noqa: ARG002 - part of the interface
        """Store nothing."""
        yield from ()

    def writing_snapshot(self, state: State) -> Steps[None]:  # noqa: ARG002 - part of the interface
        """Store nothing."""
        yield from ()

    def writing_checkpoint(
        self,
        name: str,  # noqa: ARG002
        state: State,  # noqa: ARG002
    ) -> Steps[None]:
        """Store nothing."""
        yield from ()

    def delete_checkpoint(self, name: str) -> None:
        """Delete nothing."""

    def loading(self, name: str) -> Steps[StoredSandbox | None]:  # noqa: ARG002 - part of the interface
        """Return nothing."""
        yield from ()
        return None

    def change_log(self, name: str) -> "NullStorage":  # noqa: ARG002 - part of the interface
        """Return itself."""
        return self

    def release(self, name: str) -> None:
        """Release nothing."""

    def forget(self, name: str) -> bool:  # noqa: ARG002 - part of the interface
        """Delete nothing."""
        return False

    def set_aside(self, name: str, *, repair: bool) -> str:  # noqa: ARG002 - part of the interface
        """Keep nothing."""
        return ""

    def ways_out(self, name: str) -> str:  # noqa: ARG002 - part of the interface
        """Say nothing."""
        return ""
