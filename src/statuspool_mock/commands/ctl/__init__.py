"""`statuspool-mock ctl`: drive a running mock from a shell."""

import argparse
import json
import os
import sys

from statuspool_mock.client import DEFAULT_KEY, DEFAULT_URL, ClientError, Control
from statuspool_mock.commands.ctl.tables import show
from statuspool_mock.commands.ctl.verbs import VERBS, Outcome


def run(arguments: argparse.Namespace) -> int:
    """Carry out a verb. Returns 0, 1 where a check does not hold, 2 where it cannot be done."""
    verb = VERBS[arguments.verb, getattr(arguments, "action", None)]
    try:
        with _control(arguments) as control:
            outcome = verb(control, arguments)
            if isinstance(outcome, Outcome):
                _print(outcome, as_json=arguments.json)
                return outcome.code
            for part in outcome:
                _print(part, as_json=arguments.json)
    except (ClientError, LookupError, OSError, ValueError) as error:
        sys.stderr.write(f"statuspool-mock ctl: {error}\n")
        return 2
    return 0


def _control(arguments: argparse.Namespace) -> Control:
    environment = os.environ
    return Control(
        arguments.url or environment.get("STATUSPOOL_URL") or DEFAULT_URL,
        api_key=arguments.api_key or environment.get("STATUSPOOL_API_KEY") or DEFAULT_KEY,
        token=arguments.control_token or environment.get("STATUSPOOL_CONTROL_TOKEN"),
    )


def _print(outcome: Outcome, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(outcome.data, ensure_ascii=False) + "\n")
    else:
        show(outcome)
    sys.stdout.flush()
