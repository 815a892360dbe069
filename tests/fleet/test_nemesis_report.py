"""What the nemesis counts as wrong, and what not."""

import pytest

from tests.fleet.history import NEVER, Call
from tests.fleet.monitor_model import OK
from tests.fleet.nemesis.deliveries import disorder
from tests.fleet.nemesis.report import lost_writes


def history(*rows):
    return [
        Call(name=name, key=key, value=value, result=result, began=began, ended=ended)
        for name, key, value, result, began, ended in rows
    ]


CREATED = ("create", "a", 1, OK, 0, 1)


@pytest.mark.parametrize(
    ("rows", "shown", "lost"),
    [
        (
            [CREATED, ("list", None, None, (), 2, 3), ("edit", "a", 2, OK, 4, 5)],
            (("a", 2),),
            1,
        ),
        ([CREATED], (("a", 1),), 0),
        ([CREATED], (), 1),
        ([CREATED, ("edit", "a", 2, OK, 2, 3)], (("a", 1),), 1),
        ([CREATED, ("edit", "a", 2, OK, 2, 3)], (), 1),
        ([CREATED, ("edit", "a", 2, None, 2, NEVER)], (("a", 1),), 0),
        ([CREATED, ("edit", "a", 2, OK, 2, 5), ("edit", "a", 3, OK, 3, 4)], (("a", 2),), 0),
        ([CREATED, ("delete", "a", None, OK, 2, 3)], (("a", 1),), 1),
        ([CREATED, ("delete", "a", None, None, 2, NEVER)], (), 0),
    ],
)
def test_writes_that_no_later_list_shows_are_lost(rows, shown, lost):
    calls = history(*rows, ("list", None, None, shown, 8, 9))
    assert len(lost_writes(calls)) == lost


@pytest.mark.parametrize(
    ("got", "unknown", "wrong"),
    [
        ([("a", 1), ("b", 2), ("c", 4)], set(), 0),
        ([("a", 1), ("b", 2), ("b", 2), ("c", 3)], set(), 0),
        ([("a", 1), ("x", 1)], set(), 1),
        ([("b", 2), ("a", 1)], set(), 1),
        ([("a", 1), ("b", 2), ("a", 1)], set(), 1),
        ([("b", 2), ("a", 1)], {1}, 0),
        ([("b", 2), ("a", 1), ("c", 3), ("a", 1)], {1}, 1),
    ],
    ids=["gap", "in flight", "another id", "order", "again later", "unknown", "unknown again"],
)
def test_only_the_message_in_flight_may_come_again(got, unknown, wrong):
    assert len(disorder(got, unknown=unknown)) == wrong
