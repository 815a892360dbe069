"""Run with: pytest --pyargs statuspool_mock.conformance.active --statuspool-url URL."""

from collections.abc import Iterator

import pytest

from statuspool_mock.conformance.active.clause import Clause
from statuspool_mock.conformance.active.errors import ServerUnusable
from statuspool_mock.conformance.active.run import VerificationRun
from statuspool_mock.conformance.active.suite import RUN, check, fail_for_clean_up


@pytest.fixture(scope="session")
def statuspool_run(pytestconfig: pytest.Config) -> Iterator[VerificationRun]:
    """Open the run for the session, and leave the server clean after it."""
    run = pytestconfig.stash.get(RUN, None)
    if run is None:
        pytest.skip("no server is given: --statuspool-url URL")
    try:
        run.open()
    except ServerUnusable as error:
        run.unusable = str(error)
    try:
        yield run
    finally:
        run.close()
        fail_for_clean_up(run)


def test_clause(statuspool_clause: Clause, statuspool_run: VerificationRun) -> None:
    """The server keeps the promise of the clause."""
    check(statuspool_run, statuspool_clause)
