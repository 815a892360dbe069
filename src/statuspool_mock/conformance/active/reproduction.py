"""Programs that repeat a finding: they need nothing but Python, and the keys."""

import json
import re
from collections.abc import Iterator, Sequence
from importlib.resources import files

from statuspool_mock.conformance.active.evidence import created_id
from statuspool_mock.conformance.active.exchange import ServerResponse

_TEMPLATE = "script_template.py.txt"
_NAMES = {"createMonitor": "monitor", "createIncident": "incident", "createWebhook": "webhook"}
_VARIABLE = re.compile(r"\$[A-Z_]+")
_API_KEY = "$STATUSPOOL_API_KEY"


def script(about: str, chain: Sequence[ServerResponse], *, base: str, receiver: str | None) -> str:
    """Return a program that sends the requests of `chain`; `about` describes the finding.

    It creates its own monitors, so the ids of the run are replaced. `receiver` is the base URL at
    which the run received deliveries.
    """
    needs_receiver = receiver is not None and any(
        each.operation == "createWebhook" and receiver.encode() in (each.sent or b"")
        for each in chain
    )
    variables = {name for each in chain for name in _VARIABLE.findall(each.authorization or "")}
    filled = {
        "ABOUT": _comment(about),
        "KEYS": _other_keys(sorted(variables - {_API_KEY})),
        "URL": repr(base),
        "RECEIVER": repr(needs_receiver),
        "STEPS": "".join(_steps(chain, base, receiver if needs_receiver else None)),
    }
    text = files(__package__).joinpath(_TEMPLATE).read_text("utf-8")
    return re.sub(r"@@([A-Z]+)@@", lambda match: filled[match[1]], text)


def _comment(text: str) -> str:
    """Return a text that cannot end the docstring that it is part of."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\\", "\\\\").replace('"', "'")


def _other_keys(variables: Sequence[str]) -> str:
    names = ", ".join(name.removeprefix("$") for name in variables)
    return f"\nOther keys that it uses, as environment variables: {names}." if names else ""


def _steps(chain: Sequence[ServerResponse], base: str, receiver: str | None) -> Iterator[str]:
    names: dict[str, str] = {}
    counts: dict[str, int] = {}
    for each in chain:
        created, name = created_id(each), None
        path, body = _unnamed(each.url.removeprefix(base), names), _body(each, names, receiver)
        if created is not None and created not in names:
            kind = _NAMES[each.operation]
            counts[kind] = counts.get(kind, 0) + 1
            name = names[created] = f"{kind}{counts[kind]}"
        sent = (each.method, path, each.authorization, dict(each.sent_headers), body)
        values = (each.group, *sent, name)
        yield f"    ({', '.join(map(repr, values))}),\n"


def _body(each: ServerResponse, names: dict[str, str], receiver: str | None) -> str | bytes | None:
    if each.sent is None:
        return None
    try:
        text = each.sent.decode()
    except UnicodeDecodeError:
        return each.sent
    if each.operation == "createWebhook":
        text = _without_secret(text)
    if receiver is not None:
        text = text.replace(receiver, "{receiver}")
    return _unnamed(text, names)


def _without_secret(text: str) -> str:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(value, dict) or not isinstance(value.get("secret"), str):
        return text
    secret = "{secret}" if value["secret"] else ""
    return json.dumps({**value, "secret": secret}, ensure_ascii=False)


def _unnamed(text: str, names: dict[str, str]) -> str:
    """Put the names of ids in their place."""
    for created, name in names.items():
        text = text.replace(created, f"{{{name}}}")
    return text
