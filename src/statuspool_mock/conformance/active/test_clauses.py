"""Run: pytest --pyargs statuspool_mock.conformance.active --statuspool-url http://127.0.0.1:4747/v1."""

from collections.abc import Iterator

import pytest

from statuspool_mock.conformance.active.clause import Clause
from statuspool_mock.conformance.active.errors import ServerUnusable
from statuspool_mock.conformance.active.run import VerificationRun
from statuspool_mock.conformance.active.suite import JUDGEMENT, verify


@pytest.fixture(scope="session")
def statuspool_judgement(pytestconfig: pytest.Config) -> Iterator[VerificationRun]:
    """Open the judgement for the session and leave the server clean after it."""
    judgement = pytestconfig.stash.get(JUDGEMENT, None)
    if judgement is None:
        pytest.skip("no server is named: --statuspool-url URL")
    try:
        judgement.open()
    except ServerUnusable as error:
        judgement.cannot = str(error)
    try:
        yield judgement
    finally:
        judgement.close()


def test_clause(statuspool_clause: Clause, statuspool_judgement: VerificationRun) -> None:
    """The server keeps the clause."""
    verify(statuspool_judgement, statuspool_clause)
