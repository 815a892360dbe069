"""Large JSON in steps: nothing that it does at once takes long."""

from statuspool_mock.sandbox.json_steps import emptying
from statuspool_mock.simulation import finish


def test_a_large_value_is_taken_apart_in_steps():
    value = {"now": 1, "world": {"monitors": [{"name": str(number)} for number in range(100)]}}
    steps = emptying(value)
    for _ in range(100):
        next(steps)
    assert value
    finish(steps)
    assert value == {}
