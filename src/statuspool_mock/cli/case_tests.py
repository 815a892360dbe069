"""A case file as a test: a module for pytest that repeats its requests, to be read and changed."""

import json
import math
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from statuspool_mock.exchanges.masking import MASK
from statuspool_mock.sandbox import CaseFile, RecordedRequest

_LONGEST_SHOWN = 1_500
_WIDTH, _SHORT = 92, 72
_CLOCK_PATHS = ("/_mock/clock", "/_mock/clock/advance")
_HEAD = '''"""{title}

Written by `statuspool-mock replay --to-pytest`. The fixture `statuspool` comes with
statuspool-mock; its sandbox begins with the state of the case file, which stays beside this module.
"""

import json
from pathlib import Path

import httpx
import pytest

CASE = json.loads(Path(__file__).with_name({file}).read_text("utf-8"))
FROZEN = {{**CASE["state"]["clock"], "rate": 0.0, "until": None, "then": 0.0}}


@pytest.fixture
def send(statuspool):
    """Send requests to the sandbox as it was when the case began, with its clock frozen."""
    statuspool.restore({{**CASE["state"], "clock": FROZEN}})
    root = statuspool.url.removesuffix("/v1")

    def send(method, path, *, key="", headers=(), **more):
        authorization = {{"Authorization": f"Bearer {{statuspool.api_key}}{{key}}"}}
        return httpx.request(
            method, root + path, headers={{**dict(headers), **authorization}}, timeout=30, **more
        )

    return send


def recorded(number):
    """Return the body of a recorded response, too long to be shown here."""
    return json.loads(CASE["exchanges"][number]["content"])


def test_{name}(statuspool, send):
'''


def pytest_module(case: CaseFile, instants: Sequence[float], *, file: str) -> str:
    """Return the text of the module. `instants` are those of the requests in their world."""
    name = re.sub(r"\W+", "_", file.rpartition(".")[0] or file).strip("_").lower() or "case"
    count = len(case.steps)
    title = f"What {file} recorded: {count} request{'' if count == 1 else 's'}."
    head = _HEAD.format(title=title.replace('"', "'"), file=_literal(file), name=name)
    steps = list(_steps(case, instants))
    return head + ("\n\n".join(steps) or "    del statuspool, send") + "\n"


def _steps(case: CaseFile, instants: Sequence[float]) -> Iterator[str]:
    shown = math.floor(case.state.clock.shows)
    for number, (step, at) in enumerate(zip(case.steps, instants, strict=True)):
        if step.path in _CLOCK_PATHS:
            continue  # the clock is set before the next request
        lines = []
        if math.floor(at) != shown:
            shown = math.floor(at)
            lines.append(f'statuspool.clock.set("{_iso(shown)}")')
        lines += [_request(step), f"assert response.status_code == {step.status}"]
        lines += _body_check(step, number)
        yield "\n".join("    " + line for text in lines for line in text.split("\n"))


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _request(step: RecordedRequest) -> str:
    path = step.path + (f"?{step.query.decode('latin-1')}" if step.query else "")
    arguments = [_literal(step.method), _literal(path)]
    if suffix := step.key.removeprefix("sp_test_case"):
        arguments.append(f"key={_literal(suffix)}")
    headers = {n.decode("latin-1"): v.decode("latin-1") for n, v in step.headers}
    headers.pop("authorization", None)
    value = _json(step.body)
    if value is not None and headers.get("content-type") == "application/json":
        del headers["content-type"]
        arguments.append(f"json={_literal(value)}")
    elif step.body:
        arguments.append(f"content={step.body!r}")
    if headers:
        arguments.append(f"headers={_literal(headers)}")
    line = f"response = send({', '.join(arguments)})"
    if len(line) <= _WIDTH and "\n" not in line:
        return line
    return f"response = send(\n{''.join(_indented(argument) for argument in arguments)})"


def _body_check(step: RecordedRequest, number: int) -> list[str]:
    """Return what to expect of the body: not of deliveries, which are not repeated."""
    value = _json(step.content)
    if value is None or not step.compared or (step.method, step.path) == ("GET", "/v1/webhooks"):
        return []
    text = _literal(value)
    if MASK in text and isinstance(value, dict):
        known = {name: item for name, item in value.items() if item != MASK}
        return [f"assert response.json().items() >= {_literal(known)}.items()"]
    if len(text) > _LONGEST_SHOWN:
        return [f"assert response.json() == recorded({number})"]
    return [f"assert response.json() == {text}"]


def _literal(value: Any) -> str:
    """Return a JSON value as Python, in several lines where it is long."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list):
        return repr(value)
    if isinstance(value, dict):
        items = [f"{_literal(name)}: {_literal(item)}" for name, item in value.items()]
    else:
        items = [_literal(item) for item in value]
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    line = f"{opening}{', '.join(items)}{closing}"
    if len(line) <= _SHORT and "\n" not in line:
        return line
    return f"{opening}\n{''.join(map(_indented, items))}{closing}"


def _indented(text: str) -> str:
    lines = "".join(f"    {line}\n" for line in text.split("\n"))
    return f"{lines[:-1]},\n"


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
