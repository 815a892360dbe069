"""The monitors of a team as one sequential object: what each request returns in which state.

A monitor's key is its name, which is used once only, and its value is its URL. The state is a
sorted tuple of pairs, so that equal states are equal values.
"""

EMPTY = ()
OK = "ok"
MISSING = "missing"


def step(state, call):
    """Return the state after a call, or None if its result cannot come from this state."""
    after, result = CALLS[call.name](state, call)
    return after if call.is_unknown or call.result == result else None


def suspects(state, call):
    """Return the keys that a call with a result found other than this state has them."""
    if call.name != "list":
        return {call.key}
    return {key for key, _ in set(state) ^ set(call.result)} | _repeated(call.result)


def _repeated(pairs):
    keys = [key for key, _ in pairs]
    return {key for key in keys if keys.count(key) > 1}


def _create(state, call):
    return tuple(sorted((*state, (call.key, call.value)))), OK


def _edit(state, call):
    if call.key not in dict(state):
        return state, MISSING
    return tuple((key, call.value if key == call.key else value) for key, value in state), OK


def _delete(state, call):
    if call.key not in dict(state):
        return state, MISSING
    return tuple(pair for pair in state if pair[0] != call.key), OK


def _get(state, call):
    return state, dict(state).get(call.key, MISSING)


def _list(state, _call):
    return state, state


CALLS = {"create": _create, "edit": _edit, "delete": _delete, "get": _get, "list": _list}
