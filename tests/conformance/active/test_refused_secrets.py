"""A server that takes plain secrets only is judged with a plain one."""

from dataclasses import replace

import pytest
from tests.providers.dialects import LIKE_THE_SAMPLES, NEWEST_FIRST
from tests.providers.serving import providing

from statuspool_mock.conformance.active.options import Options
from statuspool_mock.conformance.active.results import Verdict
from statuspool_mock.conformance.active.run import verify


@pytest.mark.parametrize("dialect", [LIKE_THE_SAMPLES, NEWEST_FIRST], ids=lambda one: one.name)
def test_deliveries_are_verified_with_a_plain_secret(dialect):
    with providing(replace(dialect, plain_secrets=True), limit=None) as served:
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
