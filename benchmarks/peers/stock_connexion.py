"""A stock Connexion AsyncApp on our document, as in its manual, with responses from a table.

Arguments: document (JSON), responses (JSON), port.
"""

import json
import sys
from pathlib import Path
from typing import Any

import connexion
import uvicorn
from connexion.resolver import Resolver

CANNED: dict[str, Any] = {}


def check_key(token: str) -> dict[str, str] | None:
    return {"sub": token} if token.startswith("sp_test_") else None


async def listMonitors(**_: Any) -> Any:  # noqa: N802  (the document's names)
    return CANNED["list"], 200


async def createMonitor(**_: Any) -> Any:  # noqa: N802
    return CANNED["create"], 201


async def getMonitorStatus(**_: Any) -> Any:  # noqa: N802
    return CANNED["status"], 200


async def listMonitorLogs(**_: Any) -> Any:  # noqa: N802
    return CANNED["logs"], 200


async def _not_there(**_: Any) -> Any:
    return {"error": "NOT_IMPLEMENTED", "message": "Not in this comparison"}, 501


def main() -> None:
    document, responses, port = sys.argv[1:]
    CANNED.update(json.loads(Path(responses).read_bytes()))
    raw = json.loads(Path(document).read_bytes())
    raw["components"]["securitySchemes"]["bearer"]["x-bearerInfoFunc"] = "__main__.check_key"
    app = connexion.AsyncApp(__name__)
    functions = globals()
    resolver = Resolver(function_resolver=lambda name: functions.get(name, _not_there))
    app.add_api(raw, base_path="/v1", resolver=resolver, pythonic_params=True)
    uvicorn.run(app, port=int(port), access_log=False, log_level="warning", lifespan="off")


main()
