"""How far a run is: a status line on a terminal, elsewhere a line every ten seconds."""

import sys
import time

from rich.console import Console

from statuspool_mock.conformance.active.clauses import CLAUSES
from statuspool_mock.conformance.active.results import ClauseResult, Verdict
from statuspool_mock.conformance.active.run import VerificationRun
from statuspool_mock.conformance.active.selection import chosen

_SECONDS_BETWEEN_LINES = 10.0
_WIDTH = 100


class Progress:
    """Listens to the results of a run."""

    def __init__(self, run: VerificationRun, console: Console) -> None:
        self._run = run
        self._console = console
        self._most = len(chosen(CLAUSES, run.options))
        self._next_line_at = time.monotonic() + _SECONDS_BETWEEN_LINES

    def __call__(self, result: ClauseResult) -> None:
        """Show where the run is, after the result of a clause."""
        if self._console.is_terminal:
            self._show_line(result)
        elif time.monotonic() >= self._next_line_at:
            self._next_line_at = time.monotonic() + _SECONDS_BETWEEN_LINES
            sys.stderr.write(f"{self._line()}\n")
            sys.stderr.flush()

    def _line(self) -> str:
        found = self._run.count(Verdict.FINDING)
        findings = f", {found} finding{'' if found == 1 else 's'}" if found else ""
        done, requests = len(self._run.results), self._run.session.requests
        return f"{done}/{self._most} clauses, {requests} requests{findings}"

    def _show_line(self, result: ClauseResult) -> None:
        is_last = len(self._run.results) >= self._most
        line = "" if is_last else f"{self._line()}  {result.clause.id}"[:_WIDTH]
        self._console.file.write(f"\r\033[K{line}")
        self._console.file.flush()
