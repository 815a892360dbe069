"""`verify --explain`: every clause can be explained."""

from click.testing import CliRunner

from statuspool_mock.cli.verify import verify
from statuspool_mock.cli.verify.explaining import MEANINGS, kills, sent
from statuspool_mock.conformance.active.clauses import CLAUSES
from statuspool_mock.conformance.active.clean_up import CLEAN_UP


def explained(text):
    done = CliRunner().invoke(verify, ["--explain", text])
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


def test_a_clause_is_explained():
    text = explained("update.stores-changes")
    assert "documented: the reference says it under Monitors, PUT" in text
    assert "put-not-stored (" in text
    assert "usually means that" in text
    assert "about 2" in text or "request" in text


def test_every_clause_can_be_explained():
    for group in {clause.group for clause in CLAUSES}:
        assert MEANINGS[group]
        text = explained(group)
        for clause in CLAUSES:
            if clause.group == group:
                assert clause.id in text


def test_cleaning_up_is_explained_and_others_are_refused():
    assert CLEAN_UP.says in explained("delete.clean-up")
    done = CliRunner().invoke(verify, ["--explain", "no-such-clause"])
    assert done.exit_code == 2


def test_an_explanation_shows_requests_and_their_responses():
    assert "GET /monitors/{id}/logs with Bearer verify-0-never-issued-0 → 401" in explained(
        "auth.unknown-key.list-logs"
    )


def test_requests_are_recorded_of_every_clause_that_sends_some():
    missing = [c.id for c in CLAUSES if c.requests and c.id not in sent()]
    assert [each for each in missing if not each.startswith("rate-limit.")] == []
    assert set(sent()) <= {clause.id for clause in CLAUSES}


def test_the_kills_name_clauses():
    assert set(kills()) <= {clause.id for clause in CLAUSES}
