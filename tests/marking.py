"""Holds the marker `process` against what tests do."""

import sys
from typing import Any

_SLOW = ("process", "browser", "long")


class ProcessGuard:
    """Fails a test that starts a program without the marker, which `make test-fast` leaves out."""

    def __init__(self) -> None:
        self.running: Any = None
        sys.addaudithook(self._check)

    def _check(self, event: str, _arguments: tuple[Any, ...]) -> None:
        if event != "subprocess.Popen" or self.running is None:
            return
        if not any(self.running.get_closest_marker(name) for name in _SLOW):
            raise AssertionError(
                f"{self.running.nodeid} starts a program: mark it with pytest.mark.process"
            )
