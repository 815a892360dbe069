"""`verify --explain`: every clause can be explained."""

from click.testing import CliRunner

from statuspool_mock.cli.verify import verify
from statuspool_mock.cli.verify.explaining import MEANINGS, kills
from statuspool_mock.conformance.active.clauses import CLAUSES
from statuspool_mock.conformance.active.clean_up import CLEAN_UP


def explained(text):
    done = CliRunner().invoke(verify, ["--explain", text])
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


def test_a_clause_is_explained():
    text = explained("update.stores-changes")
    assert "documented: Monitors, PUT" in text
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


def test_the_kills_name_clauses():
    assert set(kills()) <= {clause.id for clause in CLAUSES}
