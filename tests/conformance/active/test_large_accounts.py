"""What can be checked on an account with thousands of monitors and incidents."""

import pytest
from tests.conformance.active.test_hollow_servers import responding

from statuspool_mock.conformance.active.options import Options
from statuspool_mock.conformance.active.results import Verdict
from statuspool_mock.conformance.active.run import verify
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings

pytestmark = pytest.mark.process

ABOUT_LISTS = (
    *("create.is-listed", "create.makes-one", "create.listed-as-it-is"),
    *("update.told-alike-everywhere", "delete.gone-from-the-list"),
    *("validation.refused-post-creates-nothing", "teams.list-holds-no-others"),
)


def test_a_new_monitor_is_looked_for_at_both_ends_of_a_long_list():
    with RunningServer(Settings(port=0, scenario="large", rate_limit=None)) as server:
        key = "sp_test_large"
        run = verify(
            Options(
                url=server.url,
                api_key=key,
                other_team_key=f"{key}.rival",
                only=ABOUT_LISTS,
                timeout_seconds=60.0,
            )
        )
    assert {r.clause.id: r.verdict for r in run.results} == dict.fromkeys(
        (r.clause.id for r in run.results), Verdict.PASSED
    ), [r.reason for r in run.results]
    assert len(run.results) == len(ABOUT_LISTS)
    assert run.session.requests < 60


def test_a_list_without_pages_may_be_long():
    incident = {"id": "i", "title": "x" * 100}
    with responding(lambda: {"results": [incident] * 20_000}) as url:
        run = verify(Options(url=url, api_key="k", only=("envelope.incidents",)))
    assert run.results[0].verdict is not Verdict.FINDING, run.results[0].got
