"""How a provider sends its responses: late, compressed. Werkzeug closes each connection."""

import gzip
import time

from flask import Flask, Response, request

from tests.providers.dialects import Dialect


def apply(app: Flask, dialect: Dialect) -> None:
    """Send an application's responses as the dialect does."""

    def late() -> None:
        time.sleep(dialect.latency_seconds)

    def compressed(response: Response) -> Response:
        accepted = [name for name, quality in request.accept_encodings if quality > 0]
        if response.data and "gzip" in accepted:
            response.data = gzip.compress(response.data)
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
        return response

    if dialect.latency_seconds:
        app.before_request(late)
    if dialect.compresses:
        app.after_request(compressed)
