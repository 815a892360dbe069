"""The clauses as a whole: their names, their checks, what they run first."""

import re
from collections import Counter

from statuspool_mock.conformance.active.clauses import CLAUSES, all_responses
from statuspool_mock.conformance.active.selection import names, prerequisites


def test_each_clause_has_an_id_and_a_sentence_of_its_own():
    assert len({clause.id for clause in CLAUSES}) == len(CLAUSES) > 380
    for clause in CLAUSES:
        assert clause.says.endswith((".", ".)")), clause.id
        assert clause.section, clause.id


def test_each_check_is_named_for_what_it_checks():
    checks = Counter((clause.check.__module__, clause.check.__name__) for clause in CLAUSES)
    assert [check for check, number in checks.items() if number > 1] == []
    for _, name in checks:
        assert re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9_]{3,}", name), name
        assert name != "check"


def test_prerequisites_are_clauses_that_are_checked_before():
    place = {clause.id: number for number, clause in enumerate(CLAUSES)}
    for clause in CLAUSES:
        for text in clause.prerequisites:
            assert any(names((text,), each) for each in CLAUSES), (clause.id, text)
        assert all(place[each.id] < place[clause.id] for each in prerequisites(CLAUSES, clause))


def test_what_holds_for_all_responses_is_checked_after_all_others():
    own = {clause.id for group in all_responses.groups for clause in group.clauses}
    never_5xx = next(clause for clause in CLAUSES if clause.id == "errors.never-5xx")
    before = {each.id for each in prerequisites(CLAUSES, never_5xx)}
    assert before == {clause.id for clause in CLAUSES} - own
