"""The suite of clauses, run under pytest in this process, and its results on the terminal."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from rich.console import Console

from statuspool_mock.atomic_files import write_whole
from statuspool_mock.cli import terminal
from statuspool_mock.cli.errors import CommandFailed
from statuspool_mock.cli.verify.outcome import show
from statuspool_mock.cli.verify.progress import Progress
from statuspool_mock.conformance import active
from statuspool_mock.conformance.active.options import Options
from statuspool_mock.conformance.active.reports import FORMATS
from statuspool_mock.conformance.active.reports.summary import headline
from statuspool_mock.conformance.active.run import VerificationRun
from statuspool_mock.conformance.active.suite import SUITE, Suite

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
    show(run, console, interrupted=code == _INTERRUPTED)
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
    run.listeners.append(Progress(run, console))
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
