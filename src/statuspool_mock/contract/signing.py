"""The payload of a webhook delivery, and the signature over exactly those bytes."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

SIGNATURE_HEADER = "X-Statuspool-Signature"


def sign(body: bytes, secret: str) -> str:
    """Return the lower-case hex HMAC-SHA256 of the raw bytes, keyed with the secret's text."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def payload(*, delivery_id: str, event: str, created_at: str, data: Mapping[str, Any]) -> bytes:
    """Return a delivery's body; `created_at` is ISO 8601 and the same for all attempts.

    The reference promises a signature but shows no payload: this shape is inferred.
    """
    document = {"id": delivery_id, "event": event, "created_at": created_at, "data": dict(data)}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
