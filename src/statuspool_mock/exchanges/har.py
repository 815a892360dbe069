"""The journal as an HTTP archive (HAR 1.2) for browsers' tools; keys and secrets are masked."""

import base64
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from statuspool_mock.exchanges.exchange import Exchange
from statuspool_mock.exchanges.masking import masked_body, masked_headers, masked_query


def archive(
    exchanges: Iterable[Exchange], *, version: str, base: str | None = None
) -> dict[str, Any]:
    """Return the archive of exchanges, oldest first; `base` as in `entry`."""
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "statuspool-mock", "version": version},
            "entries": [entry(exchange, base=base) for exchange in exchanges],
        }
    }


def entry(exchange: Exchange, *, base: str | None = None) -> dict[str, Any]:
    """Return the entry of one exchange. Its URL starts with `base`, or the host requested."""
    took = round(exchange.milliseconds, 3)
    return {
        "startedDateTime": datetime.fromtimestamp(exchange.began, UTC).isoformat(),
        "time": took,
        "request": _request(exchange, base),
        "response": _response(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": took, "receive": 0},
        "_requestId": exchange.request_id,
        "_operation": exchange.operation,
        "_faults": list(exchange.faults),
    }


def _request(exchange: Exchange, base: str | None) -> dict[str, Any]:
    headers = dict(exchange.headers)
    if base is None:
        base = f"http://{headers.get(b'host', b'127.0.0.1').decode('latin-1')}"
    query = masked_query(exchange.query)
    request = {
        "method": exchange.method,
        "url": f"{base}{exchange.path}{f'?{query}' if query else ''}",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(masked_headers(exchange.headers)),
        "queryString": _pairs(parse_qsl(query, keep_blank_values=True)),
        "headersSize": -1,
        "bodySize": len(exchange.body),
    }
    if exchange.body:
        media_type = headers.get(b"content-type", b"").decode("latin-1")
        text = masked_body(exchange.body).decode("utf-8", "replace")
        request["postData"] = {"mimeType": media_type, "text": text}
    return request


def _response(exchange: Exchange) -> dict[str, Any]:
    headers = dict(exchange.response_headers)
    return {
        "status": exchange.status,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(_response_headers(exchange)),
        "content": {
            "size": len(exchange.content),
            "mimeType": headers.get(b"content-type", b"").decode("latin-1"),
            **_text(masked_body(exchange.content)),
        },
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": len(exchange.content),
    }


def _response_headers(exchange: Exchange) -> list[tuple[str, str]]:
    headers = masked_headers(exchange.response_headers)
    if exchange.request_id:  # added by the outer middleware, after the journal
        headers.append(("x-request-id", exchange.request_id))
    return headers


def _text(content: bytes) -> dict[str, str]:
    try:
        return {"text": content.decode()}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(content).decode(), "encoding": "base64"}


def _pairs(pairs: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]
