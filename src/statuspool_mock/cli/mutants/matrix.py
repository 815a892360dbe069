"""`statuspool-mock mutants --matrix`: `verify` against every mutant, as a page of the docs."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from uuid import uuid4

from statuspool_mock.atomic_files import write_whole
from statuspool_mock.cli.output import write
from statuspool_mock.conformance.active.clauses import CLAUSES
from statuspool_mock.conformance.active.levels import Level
from statuspool_mock.conformance.active.options import Options, Profile, options_for_mock
from statuspool_mock.conformance.active.results import Verdict
from statuspool_mock.conformance.active.run import verify
from statuspool_mock.mutants import Mutant, choose
from statuspool_mock.mutants.catalog import CATALOG
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings

_LIMITER, _CLEAN = "rate limiter", ""
_LIMITED_AT_ONCE = 8  # they mostly wait for minutes to pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The result of verifying one mutant; the name is empty for the server without one."""

    mutant: str
    findings: tuple[str, ...]
    requests: int
    trouble: str = ""

    @property
    def is_killed(self) -> bool:
        """Whether `verify` noticed."""
        return bool(self.findings or self.trouble)


def print_matrix(
    profile_name: str, *, jobs: int, only: Sequence[str], kills_file: Path | None
) -> int:
    """Print the matrix. Returns 1 where a mutant survives or the clean server has findings."""
    profile = Profile(profile_name)
    chosen = choose(only) if only else CATALOG
    clean = _try(_CLEAN, profile)
    trials = list(_all(chosen, profile, jobs=jobs))
    write(_page(chosen, trials, clean, profile))
    if kills_file is not None:
        write_whole(kills_file, json.dumps(_mutants_by_clause(trials), indent=1).encode() + b"\n")
    return int(bool(clean.findings) or not all(trial.is_killed for trial in trials))


def _all(mutants: Sequence[Mutant], profile: Profile, *, jobs: int) -> Iterator[Trial]:
    limited = [mutant.name for mutant in mutants if mutant.group == _LIMITER]
    others = [mutant.name for mutant in mutants if mutant.group != _LIMITER]
    pools: list[tuple[Executor, list[str]]] = [
        (ThreadPoolExecutor(_LIMITED_AT_ONCE), limited),
        (ProcessPoolExecutor(jobs, mp_context=get_context("spawn")), others),
    ]
    found: dict[str, Trial] = {}
    waiting = [pool.submit(_try, name, profile) for pool, names in pools for name in names]
    for future in as_completed(waiting):
        trial = future.result()
        found[trial.mutant] = trial
        sys.stderr.write(f"{'killed' if trial.is_killed else 'SURVIVED'} {trial.mutant}\n")
    for pool, _ in pools:
        pool.shutdown()
    yield from (found[mutant.name] for mutant in mutants)


def _try(name: str, profile: Profile) -> Trial:
    """Verify one mutant in a new sandbox, with every key and everything allowed."""
    limited = any(mutant.name == name and mutant.group == _LIMITER for mutant in CATALOG)
    settings = Settings(port=0, mutants=(name,) if name else ())
    if not limited:
        settings = Settings(port=0, mutants=settings.mutants, rate_limit=None)
    key = f"sp_test_{uuid4().hex}"
    with RunningServer(settings) as server:
        run = verify(_options(server.url, key, profile, limited=limited))
    broken = {Verdict.FINDING, Verdict.CONSEQUENCE}
    findings = [r.clause.id for r in run.results if r.verdict in broken]
    return Trial(
        mutant=name,
        findings=tuple(findings),
        requests=run.session.requests,
        trouble=run.unusable,
    )


def _options(url: str, key: str, profile: Profile, *, limited: bool) -> Options:
    groups = tuple(dict.fromkeys(c.group for c in CLAUSES if c.group.startswith("rate")))
    return options_for_mock(
        url,
        key,
        profile=profile,
        check_rate_limit=limited,
        webhook_listen=None if limited else "127.0.0.1:0",
        only=(*groups, "errors.code-429") if limited else (),
        skip=() if limited else groups,
    )


def _page(
    mutants: Sequence[Mutant], trials: Sequence[Trial], clean: Trial, profile: Profile
) -> str:
    killed = sum(trial.is_killed for trial in trials)
    most = max((trial.requests for trial in trials), default=0)
    lines = [
        "# The kill matrix\n",
        "\n",
        "What `statuspool-mock verify` finds in each of the [mutants](mutants.md), in the\n",
        f"profile `{profile}` with all keys and `--allow-permanent`. Made by `make matrix`.\n",
        "\n",
        f"**{killed} of {len(trials)} mutants are found** by {len(CLAUSES)} clauses, with at\n",
        f"most {most} requests each. Without mutants there are {len(clean.findings)} findings.\n",
        "\n",
        "| mutant | group | clauses that find it |\n|---|---|---|\n",
    ]
    for mutant, trial in zip(mutants, trials, strict=True):
        lines.append(f"| `{mutant.name}` | {mutant.group} | {_cell(trial)} |\n")
    return "".join([*lines, *_by_clause(_kills(trials), whole=len(mutants) == len(CATALOG))])


def _cell(trial: Trial) -> str:
    if not trial.is_killed:
        return "**none**"
    shown = [f"`{name}`" for name in trial.findings[:4]]
    more = len(trial.findings) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "") or trial.trouble


def _kills(trials: Sequence[Trial]) -> Mapping[str, int]:
    return {clause.id: sum(clause.id in t.findings for t in trials) for clause in CLAUSES}


def _mutants_by_clause(trials: Sequence[Trial]) -> Mapping[str, list[str]]:
    """Return which mutants each clause finds; clauses that find none are left out."""
    found = {c.id: [t.mutant for t in trials if c.id in t.findings] for c in CLAUSES}
    return {name: mutants for name, mutants in found.items() if mutants}


def _by_clause(kills: Mapping[str, int], *, whole: bool) -> Iterator[str]:
    yield "\n## Clause by clause\n\n"
    if whole:
        idle = [c for c in CLAUSES if c.level is Level.DOCUMENTED and not kills[c.id]]
        yield f"{len(idle)} documented clauses find no mutant"
        yield f": {', '.join(f'`{clause.id}`' for clause in idle)}.\n\n" if idle else ".\n\n"
    yield "| clause | mutants found |\n|---|--:|\n"
    yield from (f"| `{name}` | {number} |\n" for name, number in kills.items() if number)
