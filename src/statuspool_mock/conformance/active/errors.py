"""What a check can raise.

Exception
├── Finding           the server broke the promise
├── NotVerified       the promise could not be checked, and why
└── ServerUnusable    nothing can be checked: exit code 2
"""

from statuspool_mock.conformance.active.exchange import ServerResponse


class Finding(Exception):
    """The server broke a promise: what it did, what was expected, the response that shows it."""

    def __init__(self, got: str, expected: str, response: ServerResponse | None = None) -> None:
        super().__init__(f"expected {expected}, got {got}")
        self.got = got
        self.expected = expected
        self.response = response


class NotVerified(Exception):
    """A promise could not be checked; the message is the reason."""


class ServerUnusable(Exception):
    """Nothing more can be checked here; the message says why and what to do."""
