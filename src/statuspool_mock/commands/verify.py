"""`statuspool-mock verify`: runs the suite of clauses under pytest, and tells what came of it."""

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

try:
    import pytest
except ImportError:  # the suite is pytest's; all other commands do without it
    sys.stderr.write("statuspool-mock verify needs: pip install 'statuspool-mock[verify]'\n")
    raise SystemExit(2) from None
from rich.console import Console
from rich.text import Text

from statuspool_mock.atomic_files import write_whole
from statuspool_mock.commands.servers import check_address
from statuspool_mock.conformance.active.clause import Level
from statuspool_mock.conformance.active.clauses import CLAUSES
from statuspool_mock.conformance.active.options import Options, Profile
from statuspool_mock.conformance.active.reports import FORMATS
from statuspool_mock.conformance.active.reports.summary import counts, headline
from statuspool_mock.conformance.active.results import ClauseResult, Verdict
from statuspool_mock.conformance.active.run import VerificationRun, chosen
from statuspool_mock.conformance.active.suite import SUITE, Suite, describe

_KEY_VARIABLE = "STATUSPOOL_API_KEY"
_STYLES = {
    Verdict.PASSED: "green",
    Verdict.NOTE: "yellow",
    Verdict.FINDING: "bold red",
    Verdict.KNOWN: "yellow",
    Verdict.NOT_VERIFIED: "dim",
}
_INTERRUPTED = 130


def run(arguments: argparse.Namespace) -> int:
    """Verify. Returns 0 where the contract is kept, 1 for findings, 2 where it cannot be told."""
    refuse: Callable[[str], NoReturn] = arguments.refuse
    _check_names([*arguments.only, *arguments.skip], refuse)
    if arguments.list:
        return _list(arguments)
    options = _options(arguments, refuse)
    if arguments.dry_run:
        return _plan(options)
    for _, path in arguments.report:
        if path.is_dir() or not os.access(path.parent, os.W_OK):
            refuse(f"argument --report: cannot write {path}; name a file in a writable folder")
    judgement = VerificationRun(options)
    console = Console(highlight=False)
    code = _judge(judgement, console)
    _show(judgement, console, interrupted=code == _INTERRUPTED)
    for name, path in arguments.report:
        try:
            write_whole(path, FORMATS[name](judgement), mode=0o644)
        except OSError as error:
            sys.stderr.write(f"statuspool-mock verify: {path}: {error.strerror}\n")
            return 2
    return code


def _judge(judgement: VerificationRun, console: Console) -> int:
    """Run the suite in this process, deaf to plugins and settings of the folder it runs in."""
    judgement.listeners.append(_Progress(judgement, console))
    suite = Path(__file__).parents[1] / "conformance" / "active" / SUITE
    arguments = [str(suite), "-c", os.devnull, f"--rootdir={suite.parent}", "--noconftest"]
    arguments += [f"-p{name}" for name in _PLUGINS_OFF]
    with _alone():
        code = pytest.main(arguments, plugins=[Suite(judgement)])
    if code == pytest.ExitCode.INTERRUPTED and not judgement.cannot:
        return _INTERRUPTED
    if code == pytest.ExitCode.INTERNAL_ERROR:
        judgement.cannot = judgement.cannot or "the judge failed; see above"
        return 2
    return judgement.exit_code()


_PLUGINS_OFF = (
    "no:terminal", "no:cacheprovider", "no:logging", "no:faulthandler", "no:randomly",
    "no:junitxml", "no:doctest", "no:warnings", "no:capture",
)  # fmt: skip


@contextlib.contextmanager
def _alone() -> Iterator[None]:
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
    """A line that lives on a terminal; elsewhere only findings, as they come."""

    def __init__(self, judgement: VerificationRun, console: Console) -> None:
        self._judgement = judgement
        self._console = console
        self._most = len(chosen(CLAUSES, judgement.options))

    def __call__(self, result: ClauseResult) -> None:
        if self._console.is_terminal:
            done = len(self._judgement.results)
            line = f"{done}/{self._most} clauses, {self._judgement.session.requests} requests"
            self._console.file.write(f"\r\033[K{line}  {result.clause.id}"[:100])
            if done == self._most or result.verdict is Verdict.FINDING:
                self._console.file.write("\r\033[K")
            self._console.file.flush()
        if result.verdict is Verdict.FINDING:
            self._console.print(Text("finding: ", style="bold red"), end="")
            self._console.print(Text(describe(result)), soft_wrap=True)


def _show(judgement: VerificationRun, console: Console, *, interrupted: bool) -> None:
    reasons: dict[str, list[str]] = {}
    for result in judgement.results:
        if result.verdict is Verdict.NOT_VERIFIED:
            reasons.setdefault(result.reason, []).append(result.clause.id)
        for note in result.notes:
            console.print(Text(f"note: {note} ({result.clause.id})", style="yellow"))
    for reason, ids in reasons.items():
        which = ids[0] if len(ids) == 1 else f"{len(ids)} clauses, such as {ids[0]}"
        console.print(Text(f"not verified: {which}: {reason}", style="dim"), soft_wrap=True)
    if judgement.left:
        console.print("Left behind, as the API cannot delete it or did not:")
        for text in judgement.left:
            console.print(Text(f"  {text}"), soft_wrap=True)
    if judgement.results:
        console.print(counts(judgement), soft_wrap=True)
    if interrupted:
        console.print("Interrupted; what was made is taken away, but for what is named above.")
    elif judgement.exit_code() == 2:
        sys.stdout.flush()
        sys.stderr.write(f"statuspool-mock verify: {judgement.cannot or headline(judgement)}\n")
    else:
        style = "bold red" if judgement.exit_code() else "bold green"
        console.print(Text(headline(judgement), style=style), soft_wrap=True)


def _options(arguments: argparse.Namespace, refuse: Callable[[str], NoReturn]) -> Options:
    if arguments.url is None:
        refuse("URL is missing: the API's base, such as http://127.0.0.1:4747/v1")
    check_address(
        arguments.url,
        refuse,
        name="URL",
        expected="one such as http://127.0.0.1:4747/v1",
        instead="give the address without them",
    )
    key = arguments.api_key or os.environ.get(_KEY_VARIABLE)
    if not key and not arguments.dry_run:
        refuse(f"give a key: --api-key KEY, or {_KEY_VARIABLE}=KEY")
    for name in ("api_key", "readonly_key", "other_team_key", "revoked_key"):
        text = getattr(arguments, name)
        if text is not None and not (text.isascii() and text.isprintable() and text.strip()):
            refuse(f"--{name.replace('_', '-')}: a key is ASCII text without control characters")
    if arguments.ca is not None and not arguments.ca.is_file():
        refuse(f"--ca: there is no file {arguments.ca}")
    return Options(
        url=arguments.url,
        api_key=key or "",
        readonly_key=arguments.readonly_key,
        other_team_key=arguments.other_team_key,
        revoked_key=arguments.revoked_key,
        profile=Profile(arguments.profile),
        read_only=arguments.read_only,
        allow_permanent=arguments.allow_permanent,
        check_rate_limit=arguments.check_rate_limit,
        webhook_listen=arguments.webhook_listen,
        webhook_url=arguments.webhook_url,
        rate_per_minute=arguments.rate,
        budget=arguments.budget,
        seed=arguments.seed,
        level=Level(arguments.level),
        only=tuple(arguments.only),
        skip=tuple(arguments.skip),
        ca_file=arguments.ca,
        timeout_seconds=arguments.timeout,
        known=_known(arguments.baseline, refuse),
    )


def _known(path: Path | None, refuse: Callable[[str], NoReturn]) -> frozenset[str]:
    if path is None:
        return frozenset()
    try:
        results = json.loads(path.read_text("utf-8"))["results"]
        return frozenset(
            each["clause"] for each in results if each["verdict"] in {"finding", "known finding"}
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        refuse(f"--baseline: {path} is no report of --report json=PATH: {error}")


def _check_names(names: list[str], refuse: Callable[[str], NoReturn]) -> None:
    for name in names:
        if not any(c.id == name or c.id.startswith(f"{name}.") for c in CLAUSES):
            refuse(f"no clause or group is named {name!r}; see statuspool-mock verify --list")


def _list(arguments: argparse.Namespace) -> int:
    level, only, skip = Level(arguments.level), tuple(arguments.only), tuple(arguments.skip)
    options = Options(url="", api_key="", level=level, only=only, skip=skip)
    clauses = chosen(CLAUSES, options)
    width = max((len(clause.id) for clause in clauses), default=0)
    lines = [f"{clause.id:<{width}}  {clause.level:<10}  {clause.says}" for clause in clauses]
    sys.stdout.buffer.write(("\n".join([*lines, "", f"{len(lines)} clauses."]) + "\n").encode())
    return 0


def _plan(options: Options) -> int:
    clauses = chosen(CLAUSES, options)
    lacking: dict[str, int] = {}
    for clause in clauses:
        reason = options.lacks(clause)
        lacking[reason] = lacking.get(reason, 0) + 1
    judged = [clause for clause in clauses if not options.lacks(clause)]
    most = options.most_requests
    cost = 40 + sum(clause.requests for clause in judged)  # 40: what clauses share
    lines = [
        f"{options.url}: {len(judged)} of {len(clauses)} clauses would be judged.",
        f"  requests: about {cost}{f', {most} at most' if most else ''}",
        *(f"  not verified: {n} clauses: {why}" for why, n in lacking.items() if why),
        "Nothing was sent.",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0
