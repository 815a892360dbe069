"""What is written of a world is sent in order, whichever thread it comes from."""

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from statuspool_mock.fleet.entry_queue import EntryQueue

LINES = 20_000


class Connection:
    """Keeps the numbers of the lines that are sent."""

    def __init__(self):
        self.numbers = []

    def send(self, _on_reply, _command, _digest, _keys, _head, _log, _home, first, *lines):
        self.numbers += range(first, first + len(lines))


@pytest.fixture
def _many_switches():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("_many_switches")
def test_long_work_adds_lines_while_others_are_sent():
    async def send_all():
        queue = EntryQueue("shop", "home", seq=0, note=noted.append, on_lost=list, on_gap=list)
        with ThreadPoolExecutor() as threads:
            adding = threads.submit(lambda: [queue.add_line(b"line") for _ in range(LINES)])
            while not adding.done():
                queue.send_to(connection)
            queue.send_to(connection)
        adding.result()

    noted, connection = [], Connection()
    asyncio.run(send_all())
    assert connection.numbers == list(range(1, LINES + 1))
