"""Checks whether a history is linearizable: whether one order explains all responses.

The order must keep what is known of time: a call that ended before another one began comes first.
This is the search of Wing and Gong with the memory of Lowe: calls are taken one by one, and no
configuration (calls taken, state) is visited twice. A call without a response may have taken
effect at any later time or never. It is tried only where a response shows an object other than
the state has it. That is enough if an effect that no response shows changes nothing later: each
value is written once, and a write replaces the whole value.
"""

import math
from collections import defaultdict
from dataclasses import dataclass

MOST_STEPS = 2_000_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a history is linearizable; None if the search was given up."""

    is_linearizable: bool | None
    explanation: str = ""
    steps: int = 0


@dataclass(frozen=True, slots=True)
class _Configuration:
    """The calls taken so far: all below `base`, those in `ahead`, and some unknown ones."""

    base: int
    ahead: frozenset
    unknown: frozenset
    state: object


def check(calls, model, *, most_steps=MOST_STEPS):
    """Check the calls of one world. `model` has EMPTY, `step` and `suspects`."""
    return _Search(calls, model).run(most_steps)


class _Search:
    """A depth-first search over configurations."""

    def __init__(self, calls, model):
        ordered = sorted(calls, key=lambda call: call.began)
        self._known = [call for call in ordered if not call.is_unknown]
        self._unknown = defaultdict(list)
        for call in ordered:
            if call.is_unknown:
                self._unknown[call.key].append(call)
        self._model = model
        self._furthest = _Configuration(0, frozenset(), frozenset(), model.EMPTY)

    def run(self, most_steps):
        """Search until an order is found, none is left, or there were too many steps."""
        seen, steps = {self._furthest}, 0
        stack = [self._next(self._furthest)]
        while stack:
            reached = next(stack[-1], None)
            if reached is None:
                stack.pop()
            elif reached not in seen:
                if reached.base == len(self._known):
                    return Verdict(True, steps=steps)  # noqa: FBT003 - it is named
                steps += 1
                if steps == most_steps:
                    return Verdict(None, self._explained(), steps)
                seen.add(reached)
                self._furthest = max(self._furthest, reached, key=_taken)
                stack.append(self._next(reached))
        if not self._known:
            return Verdict(True)  # noqa: FBT003 - it is named
        return Verdict(False, self._explained(), steps)  # noqa: FBT003 - it is named

    def _next(self, at):
        """Yield the configurations one call further."""
        suspects = set()
        earliest_end = math.inf
        for number in self._candidates(at):
            call = self._known[number]
            earliest_end = min(earliest_end, call.ended)
            state = self._model.step(at.state, call)
            if state is None:
                suspects |= self._model.suspects(at.state, call)
            else:
                yield self._with_known(at, number, state)
        for key in sorted(suspects):
            for call in self._unknown[key]:
                if call.began <= earliest_end and call not in at.unknown:
                    state = self._model.step(at.state, call)
                    if state != at.state:
                        yield _Configuration(at.base, at.ahead, at.unknown | {call}, state)

    def _candidates(self, at):
        """Yield the known calls that may come next: none that is left ended before they began."""
        earliest_end = math.inf
        for number in range(at.base, len(self._known)):
            call = self._known[number]
            if call.began > earliest_end:
                return
            if number not in at.ahead:
                earliest_end = min(earliest_end, call.ended)
                yield number

    def _with_known(self, at, number, state):
        base, ahead = at.base, at.ahead | {number}
        while base in ahead:
            ahead -= {base}
            base += 1
        return _Configuration(base, ahead, at.unknown, state)

    def _explained(self):
        at = self._furthest
        waiting = "\n".join(f"  {self._known[number]}" for number in self._candidates(at))
        return (
            f"{_taken(at)} of {len(self._known)} calls were ordered. After them the state was\n"
            f"  {at.state}\nand none of these could come next:\n{waiting}"
        )


def _taken(at):
    return at.base + len(at.ahead)
