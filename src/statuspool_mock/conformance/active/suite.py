"""The clauses as a pytest plugin: one test for each, one run for all."""

import os

import pytest

from statuspool_mock.conformance.active.clause import Clause
from statuspool_mock.conformance.active.clauses import CLAUSES
from statuspool_mock.conformance.active.clean_up import CLEAN_UP
from statuspool_mock.conformance.active.options import Options, Profile
from statuspool_mock.conformance.active.results import ClauseResult, Verdict, consequences
from statuspool_mock.conformance.active.run import VerificationRun
from statuspool_mock.conformance.active.selection import chosen

SUITE = "test_clauses.py"
RUN = pytest.StashKey[VerificationRun]()


class Suite:
    """Checks a server; registered where pytest is given its URL."""

    def __init__(self, run: VerificationRun) -> None:
        self.run = run

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Parametrize the one test of the suite with the chosen clauses."""
        if "statuspool_clause" in metafunc.fixturenames:
            clauses = chosen(CLAUSES, self.run.options)
            metafunc.parametrize("statuspool_clause", clauses, ids=[c.id for c in clauses])

    def pytest_configure(self, config: pytest.Config) -> None:
        """Store the run where the suite's fixture finds it."""
        config.stash[RUN] = self.run


def of(config: pytest.Config) -> Suite:
    """Return the suite for pytest's options. Raises `pytest.UsageError`."""
    read = config.getoption
    key = read("statuspool_api_key") or os.environ.get("STATUSPOOL_API_KEY")
    if not key:
        raise pytest.UsageError("give --statuspool-api-key KEY, or STATUSPOOL_API_KEY=KEY")
    options = Options(
        url=read("statuspool_url"),
        api_key=key,
        readonly_key=read("statuspool_readonly_key"),
        other_team_key=read("statuspool_other_team_key"),
        revoked_key=read("statuspool_revoked_key"),
        profile=Profile(read("statuspool_profile")),
        read_only=read("statuspool_read_only"),
        allow_permanent=read("statuspool_allow_permanent"),
    )
    return Suite(VerificationRun(options))


def check(run: VerificationRun, clause: Clause) -> None:
    """Check a clause as a test: a finding fails it, a clause that is not verified is skipped."""
    if run.unusable and not run.results:
        pytest.exit(run.unusable, returncode=2)
    result = run.check(clause)
    if result.verdict is Verdict.FINDING:
        pytest.fail(describe(result), pytrace=False)
    if result.verdict is Verdict.KNOWN:
        pytest.xfail(describe(result))
    if result.verdict is Verdict.NOT_VERIFIED:
        pytest.skip(f"not verified: {result.reason}")


def fail_for_clean_up(run: VerificationRun) -> None:
    """Fail where cleaning up, after the last test, had a finding."""
    for result in run.results:
        if result.clause is CLEAN_UP and result.verdict is Verdict.FINDING:
            pytest.fail(describe(result), pytrace=False)


def describe(result: ClauseResult) -> str:
    """Return a finding in a few lines."""
    lines = [
        f"{result.clause.id} ({result.clause.level}; {result.clause.section})",
        f"  clause:   {result.clause.says}",
        f"  expected: {result.expected}",
        f"  got:      {result.got}",
    ]
    if result.consequences:
        lines.append(f"  {consequences(result)}")
    if result.curl:
        lines.append(f"  {result.curl}")
    return "\n".join(lines)
