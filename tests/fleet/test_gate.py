"""The gate sends nothing that is not stored, and waits for nothing else."""

import asyncio

import pytest

from statuspool_mock.fleet.gate import Gate, Outcome

LENGTH = [(b"content-length", b"3")]


class Log:
    """A log with one entry, which a test stores or loses."""

    def __init__(self):
        self.made, self.done = 1, 0
        self.is_lost, self.is_certain = False, True
        self._change = asyncio.Event()

    def store(self):
        self.done = self.made
        self._change.set()

    def lose(self):
        self.is_lost = True
        self._change.set()

    async def settled(self):
        self._change.clear()
        while self.done != self.made and not self.is_lost:
            await self._change.wait()
        return self.done == self.made


def start(headers):
    return {"type": "http.response.start", "status": 200, "headers": headers}


def body():
    return {"type": "http.response.body", "body": b"tea"}


async def turns():
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture
def sent():
    return []


def gate_of(log, sent, method="POST"):
    async def send(message):
        sent.append(message["type"])

    return Gate(log, method, send)


def test_a_response_waits_until_its_write_is_stored(sent):
    async def run():
        log = Log()
        gate = gate_of(log, sent)
        sending = asyncio.create_task(gate(start(LENGTH)))
        await turns()
        assert sent == []
        log.store()
        await sending
        assert sent == ["http.response.start"]

    asyncio.run(run())


def test_a_whole_response_does_not_wait_for_what_others_write_after_it(sent):
    async def run():
        log = Log()
        log.store()
        gate = gate_of(log, sent)
        await gate(start(LENGTH))
        log.made += 1
        await gate(body())
        assert sent == ["http.response.start", "http.response.body"]

    asyncio.run(run())


def test_each_part_of_a_stream_waits_for_what_it_may_show(sent):
    async def run():
        log = Log()
        log.store()
        gate = gate_of(log, sent, "GET")
        await gate(start([]))
        log.made += 1
        sending = asyncio.create_task(gate(body()))
        await turns()
        assert sent == ["http.response.start"]
        log.lose()
        await sending
        assert gate.outcome is Outcome.CUT_SHORT
        assert sent == ["http.response.start"]

    asyncio.run(run())
