"""A webhook endpoint that accepts everything and counts it."""

import sys

import uvicorn

taken = 0


async def app(scope, receive, send):
    global taken  # noqa: PLW0603 - one process, one count
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    if scope["method"] == "POST":
        taken += 1
    body = str(taken).encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


uvicorn.run(app, port=int(sys.argv[1]), log_level="critical", lifespan="off")
