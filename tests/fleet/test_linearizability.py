"""The checker accepts what one order explains, and nothing else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fleet import monitor_model
from tests.fleet.history import NEVER, Call
from tests.fleet.linearizability import check
from tests.fleet.monitor_model import MISSING, OK


def calls(*rows):
    """Return calls from rows: name, key, value, result, began, ended."""
    return [
        Call(name=name, key=key, value=value, result=result, began=began, ended=ended)
        for name, key, value, result, began, ended in rows
    ]


CREATED = ("create", "a", 1, OK, 0, 1)
LEGAL = {
    "nothing": [],
    "one after another": [CREATED, ("get", "a", None, 1, 2, 3), ("delete", "a", None, OK, 4, 5)],
    "a read beside a write sees the old value": [
        CREATED,
        ("edit", "a", 2, OK, 2, 5),
        ("get", "a", None, 1, 3, 4),
    ],
    "a read beside a write sees the new value": [
        CREATED,
        ("edit", "a", 2, OK, 2, 5),
        ("get", "a", None, 2, 3, 4),
    ],
    "a lost response whose write took effect late": [
        CREATED,
        ("edit", "a", 2, None, 2, NEVER),
        ("get", "a", None, 1, 3, 4),
        ("get", "a", None, 2, 5, 6),
    ],
    "a lost response whose write never took effect": [
        CREATED,
        ("delete", "a", None, None, 2, NEVER),
        ("list", None, None, (("a", 1),), 9, 10),
    ],
    "lost responses that took effect in the other order": [
        CREATED,
        ("edit", "a", 2, None, 2, NEVER),
        ("edit", "a", 3, None, 3, NEVER),
        ("get", "a", None, 3, 4, 5),
        ("get", "a", None, 2, 6, 7),
    ],
    "a lost creation that a list shows": [
        ("create", "a", 1, None, 0, NEVER),
        ("list", None, None, (), 1, 2),
        ("list", None, None, (("a", 1),), 3, 4),
    ],
}
ILLEGAL = {
    "lost write": [CREATED, ("get", "a", None, MISSING, 2, 3)],
    "lost write in a list": [CREATED, ("list", None, None, (), 2, 3)],
    "stale read": [CREATED, ("edit", "a", 2, OK, 2, 3), ("get", "a", None, 1, 4, 5)],
    "stale list": [CREATED, ("edit", "a", 2, OK, 2, 3), ("list", None, None, (("a", 1),), 4, 5)],
    "writes in another order": [
        CREATED,
        ("edit", "a", 2, OK, 2, 3),
        ("edit", "a", 3, OK, 4, 5),
        ("get", "a", None, 2, 6, 7),
    ],
    "readers that disagree on the order": [
        CREATED,
        ("edit", "a", 2, OK, 2, 9),
        ("get", "a", None, 2, 3, 4),
        ("get", "a", None, 1, 5, 6),
    ],
    "duplicate": [CREATED, ("list", None, None, (("a", 1), ("a", 1)), 2, 3)],
    "duplicate after a lost response": [
        ("create", "a", 1, None, 0, NEVER),
        ("list", None, None, (("a", 1), ("a", 1)), 2, 3),
    ],
    "a deleted monitor comes back": [
        CREATED,
        ("delete", "a", None, OK, 2, 3),
        ("get", "a", None, 1, 4, 5),
    ],
    "a lost write that takes effect before it is sent": [
        CREATED,
        ("get", "a", None, 2, 2, 3),
        ("edit", "a", 2, None, 4, NEVER),
    ],
    "a lost write that is undone": [
        CREATED,
        ("edit", "a", 2, None, 2, NEVER),
        ("get", "a", None, 2, 3, 4),
        ("get", "a", None, 1, 5, 6),
    ],
    "a value that nobody wrote": [CREATED, ("get", "a", None, 7, 2, 3)],
}


@pytest.mark.parametrize("rows", LEGAL.values(), ids=LEGAL)
def test_legal_histories_pass(rows):
    assert check(calls(*rows), monitor_model).is_linearizable


@pytest.mark.parametrize("rows", ILLEGAL.values(), ids=ILLEGAL)
def test_illegal_histories_fail_and_say_where(rows):
    verdict = check(calls(*rows), monitor_model)
    assert verdict.is_linearizable is False
    assert "none of these could come next" in verdict.explanation


def test_a_search_that_takes_too_long_is_undecided():
    rows = [("create", f"k{number}", 1, OK, 0, 9) for number in range(9)]
    history = calls(*rows, ("get", "k0", None, MISSING, 10, 11))
    assert check(history, monitor_model, most_steps=50).is_linearizable is None


def test_many_calls_and_lost_responses_take_few_steps():
    rows = [CREATED]
    for number in range(2, 2_000):
        at = 2 * number
        result, ended = (None, NEVER) if number % 5 == 0 else (OK, at + 2)
        rows += [
            ("edit", "a", number, result, at, ended),
            ("get", "a", None, number, at + 0.5, at + 1),
        ]
    verdict = check(calls(*rows), monitor_model)
    assert verdict.is_linearizable
    assert verdict.steps < 3 * len(rows)


class Register:
    """Monitors that carry out each call at one instant between its beginning and its end."""

    def __init__(self):
        self._state = monitor_model.EMPTY
        self._now = 0
        self._open = {}
        self._keys = set()
        self._values = 0
        self.calls = []

    def act(self, client, name, key, *, lose):
        """Begin the client's call; else carry out the begun one; else return, or lose, it."""
        self._now += 1
        if client not in self._open:
            self._values += 1
            shown = {"key": None} if name == "list" else {"key": key}
            value = self._values if name in {"create", "edit"} else None
            if name == "create":
                shown = {"key": key if key not in self._keys else f"{key}{self._values}"}
                self._keys.add(shown["key"])
            self._open[client] = (Call(name=name, value=value, began=self._now, **shown), False)
            return
        call, is_done = self._open.pop(client)
        if lose:
            self.calls.append(call)
        elif is_done:
            self.calls.append(replace(call, ended=self._now))
        else:
            self._state, result = monitor_model.CALLS[call.name](self._state, call)
            self._open[client] = (replace(call, result=result), True)

    def finish(self):
        """Lose the responses that are still to come."""
        self.calls += [call for call, _ in self._open.values()]
        return self.calls


actions = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["create", "edit", "edit", "delete", "get", "get", "list"]),
        st.sampled_from("ab"),
        st.integers(0, 7),
    ),
    max_size=24,
)


def simulated(chosen):
    register = Register()
    for client, name, key, luck in chosen:
        register.act(client, name, key, lose=luck == 0)
    return register.finish()


def explained(left, state):
    """Try every order, without any shortcut."""
    known = [call for call in left if not call.is_unknown]
    if not known:
        return True
    earliest_end = min(call.ended for call in known)
    return any(
        explained([other for other in left if other is not call], after)
        for call in left
        if call.began <= earliest_end
        and (after := monitor_model.step(state, call)) is not None
    )  # fmt: skip


@given(actions)
def test_histories_of_a_linearizable_register_pass(chosen):
    assert check(simulated(chosen), monitor_model).is_linearizable


@given(actions, st.data())
def test_a_result_that_nothing_explains_fails(chosen, data):
    history = [call for call in simulated(chosen) if not call.is_unknown]
    if not history:
        return
    number = data.draw(st.integers(0, len(history) - 1))
    history[number] = replace(history[number], result="nobody wrote this")
    if history[number].name == "list":
        history[number] = replace(history[number], result=(("z", 1),))
    assert check(history, monitor_model).is_linearizable is False


@given(actions.map(lambda chosen: chosen[:15]), st.data())
def test_changed_histories_are_judged_like_by_a_search_of_all_orders(chosen, data):
    history = simulated(chosen)
    reads = [n for n, call in enumerate(history) if call.name == "get" and not call.is_unknown]
    if reads:
        number = data.draw(st.sampled_from(reads))
        values = [call.value for call in history if call.value]
        result = data.draw(st.sampled_from([MISSING, *values]))
        history[number] = replace(history[number], result=result)
    if history and data.draw(st.booleans()):
        del history[data.draw(st.integers(0, len(history) - 1))]
    expected = explained(history, monitor_model.EMPTY)
    assert check(history, monitor_model).is_linearizable is expected
