"""The compared servers: how they are installed and started, and what they respond."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from processes import ServerProcess

HERE = Path(__file__).parent
CACHE = HERE / ".cache"
PEERS = HERE / "peers"
PROGRAM = str(Path(sys.executable).with_name("statuspool-mock"))
LIMIT = ("--rate-limit", "99999999")
"""A limit so high that requests are counted but never rejected."""
_DOCUMENT, _WITH_EXAMPLES, _ANSWERS = (
    str(CACHE / name) for name in ("document.json", "with-examples.json", "answers.json")
)
OURS = "statuspool-mock"
PRISM = "Prism"
PRISM_AS_MUCH = "Prism, responses as long as ours"
BACKEND = "openapi-backend"
WIREMOCK = "WireMock"
CONNEXION = "stock Connexion"
BARE = "bare uvicorn"


@dataclass(frozen=True, slots=True)
class Contender:
    """A server to compare, and the path prefix of its API."""

    name: str
    command: tuple[str, ...]
    prefix: str = "/v1"
    warm_up_seconds: int = 1
    """How long each case is requested before the first round."""

    def start(self, **options: Any) -> ServerProcess:
        """Return its process, a context manager."""
        return ServerProcess(self.command, probe=f"{self.prefix}/monitors?limit=20", **options)


def ours(scenario: str) -> Contender:
    """Return statuspool-mock with validation, authentication and rate limit."""
    return Contender(OURS, (PROGRAM, "serve", "--port", "{port}", "--scenario", scenario, *LIMIT))


def install_peers() -> None:
    """Install the packages from npm, once, into a folder that git ignores."""
    for program in ("wrk", "taskset", "node", "npm"):
        if shutil.which(program) is None:
            sys.exit(f"{program} is missing: apt-get install wrk util-linux nodejs npm")
    CACHE.mkdir(exist_ok=True)
    wanted = (PEERS / "package.json").read_text("utf-8")
    installed = CACHE / "installed.json"
    if installed.exists() and installed.read_text("utf-8") == wanted:
        return
    shutil.rmtree(CACHE)
    CACHE.mkdir()
    shutil.copy(PEERS / "package.json", CACHE)
    subprocess.run(
        ["npm", "install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=CACHE,
        check=True,
        stdout=sys.stderr,
    )
    installed.write_text(wanted, "utf-8")


def write_for_peers(responses: dict[str, Any]) -> None:
    """Write the document and our `responses`, so that all servers send the same amount."""
    document = json.loads(subprocess.check_output([PROGRAM, "spec", "--json"]))
    for name, value in (
        (_DOCUMENT, document),
        (_WITH_EXAMPLES, _with_examples(document, responses)),
        (_ANSWERS, responses),
    ):
        Path(name).write_text(json.dumps(value), "utf-8")


def peers() -> list[Contender]:
    """Return the other servers; `write_for_peers` has written the files that they read."""
    # Node looks for required packages in the folder of the script.
    backend = str(shutil.copy(PEERS / "openapi_backend.cjs", CACHE))
    prism = ("node", str(CACHE / "node_modules/@stoplight/prism-cli/dist/index.js"), "mock")
    quiet = ("-p", "{port}", "-v", "silent")
    files = (_DOCUMENT, _ANSWERS, "{port}")
    wiremock = () if no_wiremock() else (_wiremock(),)
    connexion, bare = (str(PEERS / name) for name in ("stock_connexion.py", "bare.py"))
    return [
        Contender(PRISM, (*prism, *quiet, _DOCUMENT), prefix=""),
        Contender(PRISM_AS_MUCH, (*prism, *quiet, _WITH_EXAMPLES), prefix=""),
        Contender(BACKEND, ("node", backend, *files)),
        *wiremock,
        Contender(CONNEXION, (sys.executable, connexion, *files)),
        Contender(BARE, (sys.executable, bare, *files)),
    ]


def no_wiremock() -> str:
    """Return why WireMock cannot be measured, or an empty string."""
    if shutil.which("java") is None:
        return (
            "WireMock is left out, since there is no java (apt-get install default-jre-headless)."
        )
    return ""


def _wiremock() -> Contender:
    """Return WireMock as its manual tunes it for load, with our responses for keys like ours."""
    folder = CACHE / "wiremock"
    (folder / "mappings").mkdir(parents=True, exist_ok=True)
    responses = json.loads(Path(_ANSWERS).read_text("utf-8"))
    mappings = [
        {
            "request": {
                "method": method,
                "urlPathPattern": f"/v1/monitors{path}",
                "headers": {"Authorization": {"matches": r"Bearer sp_test_[\w-]+"}},
            },
            "response": {
                "status": status,
                "headers": {"Content-Type": "application/json"},
                "body": json.dumps(responses[name], separators=(",", ":"), ensure_ascii=False),
            },
        }
        for name, method, path, status in (
            ("list", "GET", "", 200),
            ("create", "POST", "", 201),
            ("status", "GET", "/[^/]+/status", 200),
            ("logs", "GET", "/[^/]+/logs", 200),
        )
    ]
    (folder / "mappings" / "all.json").write_text(json.dumps({"mappings": mappings}), "utf-8")
    (jar,) = (CACHE / "node_modules/wiremock/build").glob("*.jar")
    tuned = ("--no-request-journal", "--async-response-enabled", "true", "--disable-gzip")
    command = ("java", "-jar", str(jar), "--port", "{port}", "--root-dir", str(folder))
    return Contender(
        WIREMOCK,
        (*command, *tuned, "--disable-request-logging", "--disable-banner"),
        warm_up_seconds=8,
    )


def versions() -> dict[str, str]:
    """Return the versions of everything compared, by name."""
    found = {"Python": sys.version.split()[0], "Node": _said("node", "--version").removeprefix("v")}
    packages = [(PRISM, "@stoplight/prism-cli"), (BACKEND, "openapi-backend")]
    if not no_wiremock():
        packages.append((WIREMOCK, "wiremock"))
    for name, package in packages:
        path = CACHE / "node_modules" / package / "package.json"
        found[name] = json.loads(path.read_text("utf-8"))["version"]
    for name in ("connexion", "uvicorn"):
        code = f"from importlib.metadata import version; print(version({name!r}))"
        found[name.capitalize()] = _said(sys.executable, "-c", code)
    found["wrk"] = subprocess.run(
        ["wrk", "--version"], capture_output=True, text=True, check=False
    ).stdout.split()[1]
    found["cores"] = str(os.cpu_count())
    return found


def _with_examples(document: dict[str, Any], responses: dict[str, Any]) -> dict[str, Any]:
    """Return the document with our responses as the only examples of the measured operations."""
    copy: dict[str, Any] = json.loads(json.dumps(document))
    for path, method, status, name in (
        ("/monitors", "get", "200", "list"),
        ("/monitors", "post", "201", "create"),
        ("/monitors/{id}/status", "get", "200", "status"),
        ("/monitors/{id}/logs", "get", "200", "logs"),
    ):
        content = copy["paths"][path][method]["responses"][status]["content"]["application/json"]
        content["examples"] = {"ours": {"value": responses[name]}}
    return copy


def _said(*command: str) -> str:
    return subprocess.check_output(command, text=True).strip()
