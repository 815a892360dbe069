"""Telling a registered endpoint, signed as the reference's sample verifies it."""

import contextlib
import hashlib
import hmac
import json
from threading import Thread
from typing import Any

import requests


def send(url: str, payload: dict[str, Any], *, secret: str, indent: int | None) -> None:
    """POST the payload on a thread of its own; an endpoint that is not there is not told."""
    body = json.dumps(payload, indent=indent, ensure_ascii=False).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Statuspool-Signature": signature}

    def deliver() -> None:
        with contextlib.suppress(requests.RequestException):
            requests.post(url, data=body, headers=headers, timeout=5, allow_redirects=False)

    Thread(target=deliver, daemon=True).start()
