"""Responses are sent whole, and long ones in pieces between which others are served."""

import asyncio

import pytest

from statuspool_mock.web.responses import EncodedResponse

MOST = 1 << 18


@pytest.mark.parametrize(
    ("size", "pieces"),
    [(0, 1), (1, 1), (MOST, 1), (MOST + 1, 2), (2 * MOST, 2), (2 * MOST + 1, 3)],
)
def test_a_long_body_is_sent_in_pieces(size, pieces):
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    sent = []

    async def send(message):
        await asyncio.sleep(0)
        sent.append(message)

    asyncio.run(EncodedResponse(200, (), content).send(send))
    start, *bodies = sent
    assert start["type"] == "http.response.start"
    assert [len(body["body"]) <= MOST for body in bodies] == [True] * pieces
    assert b"".join(body["body"] for body in bodies) == content
    assert [body.get("more_body", False) for body in bodies] == [True] * (pieces - 1) + [False]


def test_others_are_served_between_the_pieces():
    order = []

    async def send(message):
        order.append(message["type"])

    async def other():
        order.append("other")

    async def both():
        await asyncio.gather(EncodedResponse(200, (), b"x" * (MOST + 1)).send(send), other())

    asyncio.run(both())
    assert order == ["http.response.start", *["http.response.body", "other", "http.response.body"]]
