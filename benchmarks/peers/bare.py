"""The lower bound: uvicorn and an ASGI function that sends prepared bytes and checks nothing.

Arguments: document (unused), responses (JSON), port.
"""

import json
import sys
from pathlib import Path
from typing import Any

import uvicorn

ANSWERS = {
    name: json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    for name, value in json.loads(Path(sys.argv[2]).read_bytes()).items()
}
HEADERS = {
    name: [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    for name, body in ANSWERS.items()
}


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    path = scope["path"]
    name = "status" if path.endswith("/status") else "logs" if path.endswith("/logs") else "list"
    method, status = scope["method"], 200
    if method == "DELETE":
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})
        return
    if method != "GET":
        name, status = "create", 201 if method == "POST" else 200
        while (await receive()).get("more_body"):
            pass
    await send({"type": "http.response.start", "status": status, "headers": HEADERS[name]})
    await send({"type": "http.response.body", "body": ANSWERS[name]})


uvicorn.run(app, port=int(sys.argv[3]), access_log=False, log_level="warning", lifespan="off")
