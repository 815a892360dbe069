"""Run: pytest --pyargs statuspool_mock.verify --statuspool-url http://127.0.0.1:4747/v1."""

from collections.abc import Iterator

import pytest

from statuspool_mock.verify.clause import Clause
from statuspool_mock.verify.judgement import Judgement
from statuspool_mock.verify.suite import JUDGEMENT, verify
from statuspool_mock.verify.verdicts import Unusable


@pytest.fixture(scope="session")
def statuspool_judgement(pytestconfig: pytest.Config) -> Iterator[Judgement]:
    """Open the judgement for the session and leave the server clean after it."""
    judgement = pytestconfig.stash.get(JUDGEMENT, None)
    if judgement is None:
        pytest.skip("no server is named: --statuspool-url URL")
    try:
        judgement.open()
    except Unusable as error:
        judgement.cannot = str(error)
    try:
        yield judgement
    finally:
        judgement.close()


def test_clause(statuspool_clause: Clause, statuspool_judgement: Judgement) -> None:
    """The server keeps the clause."""
    verify(statuspool_judgement, statuspool_clause)
