"""Serves with several workers: the server of `server`, in several processes of this machine."""

import contextlib
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from statuspool_mock.composition import Composition, compose
from statuspool_mock.log_format import set_up_logging
from statuspool_mock.sandbox.directory import DirectoryStorage
from statuspool_mock.server import Address, Server
from statuspool_mock.settings import Settings
from statuspool_mock.web.bounded_protocol import BoundedProtocol
from statuspool_mock.web.gc_tuning import tune_for_serving, without_collections
from statuspool_mock.web.sockets import listening
from statuspool_mock.workers.supervisor import Supervisor
from statuspool_mock.workers.worker import Worker, Workplace

_FATES = {
    True: "Its sandboxes are read from their folder.",
    False: "Its sandboxes begin anew.",
}


class WorkerServer(Server):
    """The server of one worker, which its parent stops."""

    def __init__(self, composition: Composition, settings: Settings, worker: Worker) -> None:
        super().__init__(composition, settings, on_start=self._open)
        self._worker = worker
        if worker.here != 0:  # one watches the scenario's file, and tells the others
            self._scenario = None

    def _open(self) -> None:
        self._worker.open(self._protocol, self._stop)

    def _protocol(self) -> BoundedProtocol:
        config = self.config
        made: BoundedProtocol = config.http_protocol_class(  # type: ignore[assignment, call-arg]
            config=config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return made

    def _stop(self) -> None:
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the parent."""
        yield


def serve(settings: Settings, *, ready: Callable[[Address], None], stdin: int | None) -> None:
    """Serve with workers until interrupted, or until the file `stdin` ends.

    `ready` is called with the address once connections are accepted. Raises what `server.serve`
    does, and `WorkersFailed`.
    """
    set_up_logging(settings.log_level, form=settings.log_format, access_log=settings.access_log)
    with contextlib.ExitStack() as stack:
        storage = (
            None if settings.data is None else stack.enter_context(DirectoryStorage(settings.data))
        )
        workplace = stack.enter_context(contextlib.closing(Workplace(settings.workers)))
        worker = Worker(workplace)
        with without_collections():
            composition = compose(share_of(settings), storage=storage, member=worker)
        listener = stack.enter_context(listening(settings.host, settings.port))
        host, port = listener.getsockname()[:2]
        address = Address(host, port, composition.keys, settings.scheme)
        tune_for_serving()
        seat = _Seat(settings, composition, worker, listener)
        supervisor = Supervisor(workplace, seat.serve, fate=_FATES[storage is not None])
        supervisor.supervise(ready=partial(ready, address), stopping=listener.close, stdin=stdin)


def share_of(settings: Settings) -> Settings:
    """Return the settings of one worker, with its share of what the whole server may hold."""
    most, new = settings.most_sandboxes, settings.new_per_minute
    return replace(
        settings,
        most_sandboxes=-(-most // settings.workers),
        new_per_minute=None if new is None else -(-new // settings.workers),
    )


class _Seat(NamedTuple):
    """What a worker takes from its parent."""

    settings: Settings
    composition: Composition
    worker: Worker
    listener: socket.socket

    def serve(self, number: int, control: socket.socket) -> None:
        """Be a worker until the parent wants its end."""
        self.worker.take_place(number, control)
        self.composition.request_ids.seed()
        WorkerServer(self.composition, self.settings, self.worker).run(sockets=[self.listener])
        if self.composition.storage is not None:
            self.composition.storage.close_worlds()
