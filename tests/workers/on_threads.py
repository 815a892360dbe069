"""The workers of a server on threads of this process, for tests that change what it does."""

import os
import socket
import threading
from contextlib import ExitStack, closing
from dataclasses import replace

from statuspool_mock.composition import compose
from statuspool_mock.sandbox.directory import DirectoryStorage
from statuspool_mock.server import Address
from statuspool_mock.web.sockets import listening
from statuspool_mock.worker_server import WorkerServer, share_of
from statuspool_mock.workers.worker import DRAINED, END, READY, STOP, Worker, Workplace

WORKERS = int(os.environ.get("STATUSPOOL_TEST_WORKERS", "0"))
"""With how many workers the tests of other folders are to run; 0 for a server alone."""
_SECONDS = 60


class WorkersOnThreads:
    """A server with workers, which do not share memory but for what real ones share."""

    def __init__(self, settings):
        self._settings = replace(settings, workers=WORKERS or 2)

    def __enter__(self):
        settings = self._settings
        with ExitStack() as stack:
            data = settings.data
            storage = None if data is None else stack.enter_context(DirectoryStorage(data))
            workplace = self.workplace = stack.enter_context(closing(Workplace(settings.workers)))
            listener = stack.enter_context(listening(settings.host, settings.port))
            self._controls, self._threads = [], []
            for number in range(settings.workers):
                mine, its = (stack.enter_context(end) for end in socket.socketpair())
                mine.settimeout(_SECONDS)
                worker = Worker(workplace)
                composition = compose(share_of(settings), storage=storage, member=worker)
                worker.take_place(number, its)
                composition.request_ids.seed()
                server = WorkerServer(composition, settings, worker)
                self._threads.append(
                    threading.Thread(target=server.run, args=([listener.dup()],), daemon=True)
                )
                self._controls.append(mine)
            host, port = listener.getsockname()[:2]
            self.address = Address(host, port, composition.keys, settings.scheme)
            for thread in self._threads:
                thread.start()
            self._expect(READY)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        with self._stack:
            self._tell(STOP)
            self._expect(DRAINED)
            self._tell(END)
            for thread in self._threads:
                thread.join(_SECONDS)

    @property
    def url(self):
        return self.address.url

    @property
    def control_url(self):
        return self.address.control_url

    def _tell(self, order):
        for control in self._controls:
            control.send(order)

    def _expect(self, message):
        for control in self._controls:
            assert control.recv(1) == message
