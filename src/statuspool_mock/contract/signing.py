"""What a webhook delivery is made of: its payload, and the signature over exactly those bytes."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

EVENTS = ("status_change", "incident_created", "sla_breach")
SIGNATURE_HEADER = "X-Statuspool-Signature"


def sign(body: bytes, secret: str) -> str:
    """Return the lower-case hex HMAC-SHA256 of the raw bytes: the secret is text, used as it is."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def payload(*, delivery_id: str, event: str, created_at: str, data: Mapping[str, Any]) -> bytes:
    """Return a delivery's body; `created_at` is ISO 8601 and stays the same over all attempts.

    The reference promises a signature and shows no payload: this shape is inferred.
    """
    document = {"id": delivery_id, "event": event, "created_at": created_at, "data": dict(data)}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
