"""A server that takes plain secrets only is judged with a plain one."""

from tests.providers.dialects import STERN
from tests.providers.serving import providing

from statuspool_mock.conformance.active.options import Options
from statuspool_mock.conformance.active.results import Verdict
from statuspool_mock.conformance.active.run import verify


def test_deliveries_are_verified_with_a_plain_secret():
    with providing(STERN, limit=None) as served:
        run = verify(
            Options(
                url=served.url,
                api_key=served.keys.full,
                other_team_key=served.keys.other_team,
                allow_permanent=True,
                webhook_listen="127.0.0.1:0",
                timeout_seconds=60.0,
                only=("deliveries",),
            )
        )
    verdicts = {result.clause.id: result.verdict for result in run.results}
    assert verdicts.pop("deliveries.own-whole-secret") is Verdict.NOT_VERIFIED
    assert set(verdicts.values()) <= {Verdict.PASSED, Verdict.NOTE}
    notes = [note for result in run.results for note in result.notes]
    assert any("refuses the secret" in note for note in notes)
