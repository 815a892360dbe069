"""The suite of clauses, run under pytest in this process, and its results on the terminal."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from rich.console import Console
from rich.text import Text

from statuspool_mock.atomic_files import write_whole
from statuspool_mock.cli import terminal
from statuspool_mock.cli.errors import CommandFailed
from statuspool_mock.conformance import active
from statuspool_mock.conformance.active.clauses import CLAUSES
from statuspool_mock.conformance.active.options import Options
from statuspool_mock.conformance.active.reports import FORMATS
from statuspool_mock.conformance.active.reports.summary import counts, headline
from statuspool_mock.conformance.active.results import ClauseResult, Verdict
from statuspool_mock.conformance.active.run import VerificationRun
from statuspool_mock.conformance.active.selection import chosen
from statuspool_mock.conformance.active.suite import SUITE, Suite, describe

_INTERRUPTED = 130
_PLUGINS_OFF = (
    "no:terminal", "no:cacheprovider", "no:logging", "no:faulthandler", "no:randomly",
    "no:junitxml", "no:doctest", "no:warnings", "no:capture",
)  # fmt: skip


def verify(options: Options, reports: Sequence[tuple[str, Path]]) -> int:
    """Verify. Returns 0 if the server conforms, 1 for findings, 2 if it could not be tested."""
    run = VerificationRun(options)
    console = terminal.console()
    code = _verify(run, console)
    _show(run, console, interrupted=code == _INTERRUPTED)
    for form, path in reports:
        try:
            write_whole(path, FORMATS[form](run), mode=0o644)
        except OSError as error:
            raise CommandFailed(f"{path}: {error.strerror}") from error
    if code == 2:
        raise CommandFailed(run.unusable or headline(run))
    return code


def _verify(run: VerificationRun, console: Console) -> int:
    """Run the suite without the plugins and settings of the folder that it runs in."""
    run.listeners.append(_Progress(run, console))
    suite = Path(active.__file__).with_name(SUITE)
    arguments = [str(suite), "-c", os.devnull, f"--rootdir={suite.parent}", "--noconftest"]
    arguments += [f"-p{name}" for name in _PLUGINS_OFF]
    with _without_settings():
        code = pytest.main(arguments, plugins=[Suite(run)])
    if code == pytest.ExitCode.INTERRUPTED and not run.unusable:
        return _INTERRUPTED
    if code == pytest.ExitCode.INTERNAL_ERROR:
        run.unusable = run.unusable or "internal error, see above; please report it"
        return 2
    return run.exit_code()


@contextlib.contextmanager
def _without_settings() -> Iterator[None]:
    changed = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": ""}
    before = {name: os.environ.get(name) for name in changed}
    os.environ.update(changed)
    try:
        yield
    finally:
        for name, text in before.items():
            if text is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = text


class _Progress:
    """A status line on a terminal; elsewhere only findings, as they are found."""

    def __init__(self, run: VerificationRun, console: Console) -> None:
        self._run = run
        self._console = console
        self._most = len(chosen(CLAUSES, run.options))

    def __call__(self, result: ClauseResult) -> None:
        if self._console.is_terminal:
            done = len(self._run.results)
            line = f"{done}/{self._most} clauses, {self._run.session.requests} requests"
            self._console.file.write(f"\r\033[K{line}  {result.clause.id}"[:100])
            if done == self._most or result.verdict is Verdict.FINDING:
                self._console.file.write("\r\033[K")
            self._console.file.flush()
        if result.verdict is Verdict.FINDING:
            self._console.print(Text("finding: ", style="bold red"), end="")
            self._console.print(Text(describe(result)), soft_wrap=True)


def _show(run: VerificationRun, console: Console, *, interrupted: bool) -> None:
    reasons: dict[str, list[str]] = {}
    for result in run.results:
        if result.verdict is Verdict.NOT_VERIFIED:
            reasons.setdefault(result.reason, []).append(result.clause.id)
        for note in result.notes:
            console.print(Text(f"note: {note} ({result.clause.id})", style="yellow"))
    for reason, ids in reasons.items():
        which = ids[0] if len(ids) == 1 else f"{len(ids)} clauses, such as {ids[0]}"
        console.print(Text(f"not verified: {which}: {reason}", style="dim"), soft_wrap=True)
    if run.left_behind:
        console.print("Left on the server, because the API could not delete it:")
        for text in run.left_behind:
            console.print(Text(f"  {text}"), soft_wrap=True)
    if run.results:
        console.print(counts(run), soft_wrap=True)
    if interrupted:
        console.print("Interrupted. What the run created is deleted, except what is listed above.")
    elif run.exit_code() != 2:
        style = "bold red" if run.exit_code() else "bold green"
        console.print(Text(headline(run), style=style), soft_wrap=True)
