"""`python -m tests.fleet.weakened PART serve …`: a replica without one of its safeguards.

Only the tests use it: they show that the checker finds out what the safeguard prevents.
"""

import sys
from unittest.mock import PropertyMock, patch

from statuspool_mock.cli import main
from statuspool_mock.fleet import scripts
from statuspool_mock.fleet.gate import Gate
from statuspool_mock.fleet.homes import Homes
from statuspool_mock.fleet.lease import Lease


async def _send_at_once(gate, message):
    """Send a part of a response, whether what it depends on is stored or not."""
    await gate._send(message)


def _unfenced():
    """Return the script that appends, without its comparison of homes."""
    text = scripts.APPEND.text.removeprefix(scripts._FENCE)
    assert text != scripts.APPEND.text
    return scripts._script(text)


def _weakened(part):
    if part == "gate":
        return [patch.object(Gate, "__call__", _send_at_once)]
    if part == "fence":
        script = _unfenced()
        kept = tuple(each for each in scripts.ALL if each is not scripts.APPEND)
        return [
            patch.object(scripts, "APPEND", script),
            patch.object(scripts, "ALL", (*kept, script)),
        ]
    if part == "lease":
        return [
            patch.object(Lease, "is_valid", PropertyMock(return_value=True)),
            patch.object(Homes, "_all_lost", lambda _: None),
        ]
    raise SystemExit(f"expected gate, fence or lease, got {part}")


if __name__ == "__main__":
    for each in _weakened(sys.argv[1]):
        each.start()
    sys.exit(main(sys.argv[2:]))
