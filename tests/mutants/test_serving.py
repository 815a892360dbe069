"""Mutants are chosen by name, told about, composed, and absent when not asked for."""

import json
import subprocess
import sys
from contextlib import ExitStack
from random import Random

import httpx
import pytest

from statuspool_mock.composition import compose
from statuspool_mock.mutants.catalog import CATALOG
from statuspool_mock.sandbox import RateLimit
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings
from statuspool_mock.web.middleware import OuterMiddleware
from tests.mock_process import command, serving
from tests.mutants.bench import NEW, Bench

GROUPS = {mutant.group for mutant in CATALOG}


def run(*arguments):
    return subprocess.run(command(*arguments), capture_output=True, text=True, check=False)


def test_names_are_unique_and_each_mutant_says_what_is_wrong_and_what_was_promised():
    assert len({mutant.name for mutant in CATALOG}) == len(CATALOG) >= 80
    for mutant in CATALOG:
        assert mutant.wrong.endswith(".")
        assert "\n" not in mutant.wrong
        assert mutant.promise.endswith(")"), f"{mutant.name} does not say where that stands"


@pytest.mark.process
def test_the_table_lists_every_mutant_under_its_group():
    told = run("mutants").stdout.splitlines()
    headings = {line.lower() for line in told if line and not (line[0] == " " or line[0].isdigit())}
    assert headings == GROUPS
    assert {line.split()[0] for line in told if line.startswith("  ")} == {
        mutant.name for mutant in CATALOG
    }


@pytest.mark.process
def test_scripts_get_json():
    listed = json.loads(run("mutants", "--json").stdout)
    assert listed[0] == {
        "name": "key-not-needed",
        "group": "authentication",
        "wrong": "Requests without an Authorization header are served.",
        "promise": CATALOG[0].promise,
    }
    assert len(listed) == len(CATALOG)


@pytest.mark.process
@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("put-not-sored", "similar: put-not-stored,"),
        ("limit", "similar: no-limit,"),
        ("§", "nothing is similar"),
    ],
)
def test_an_unknown_name_is_one_line_with_what_is_near_it(name, near):
    done = run("serve", "--mutant", name)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert f"--mutant: expected the name of a mutant, got {name!r}" in line
    assert near in line


@pytest.mark.process
def test_a_server_tells_of_its_mutants_on_stderr_and_serves_them_together():
    chosen = ("status-in-capitals", "uptime-as-fraction", "status-in-capitals")
    options = [word for name in chosen for word in ("--mutant", name)]
    with serving(*options, "--scenario", "docs") as served:
        headers = {"Authorization": "Bearer YOUR_API_KEY"}
        path = "/monitors/4f2a8c1e-9b3d-47e1-aa5f-0d6c8e21b907/status"
        body = httpx.get(served.url + path, headers=headers).json()
        served.process.terminate()
        told = served.process.communicate()[1]
    assert (body["status"], body["uptime_30d"]) == ("UP", 0.99972)
    assert told == (
        "Mutants: status-in-capitals, uptime-as-fraction. "
        "This server breaks the contract on purpose.\n"
    )


def test_nothing_stands_before_a_server_without_mutants():
    """Its outermost layer is the API's own, so a request takes no other way than before."""
    assert type(compose(Settings()).app) is OuterMiddleware
    assert type(compose(Settings(mutants=("no-limit",))).app) is not OuterMiddleware


def test_what_a_mutant_asks_on_its_own_account_uses_up_nobodys_minute():
    """Its list asks as the other team too; both teams still have all of their four requests."""
    settings = Settings(
        port=0, rate_limit=RateLimit(4), mutants=("monitors-of-all-teams", "pages-overlap")
    )
    with RunningServer(settings) as server, httpx.Client(base_url=server.url) as client:
        for key in ("sp_test_toll", "sp_test_toll.rival"):
            headers = {"Authorization": f"Bearer {key}"}
            statuses = [client.get("/monitors", headers=headers).status_code for _ in range(5)]
            assert statuses == [200, 200, 200, 200, 429]


@pytest.mark.process
def test_pages_and_the_document_stay_as_they_are():
    names = ("any-interval-accepted", "errors-as-200")
    with serving() as plain, serving("--mutant", names[0], "--mutant", names[1]) as served:
        for path in ("/v1/openapi.yaml", "/docs", "/nowhere"):
            expected = httpx.get(plain.control_url + path)
            response = httpx.get(served.control_url + path)
            assert response.status_code == expected.status_code
            told = response.text.replace(served.control_url, plain.control_url)
            assert told == expected.text


@pytest.mark.process
def test_a_server_without_mutants_does_not_even_read_the_gallery():
    code = (
        "import sys\n"
        "from statuspool_mock.composition import compose\n"
        "from statuspool_mock.settings import Settings\n"
        "compose(Settings())\n"
        "sys.exit('statuspool_mock.mutants.catalog' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("seed", range(4))
def test_any_mutants_live_together(seed):
    """What one cannot change, because of others, it leaves; nobody meets the web server's 500."""
    together = Random(seed).sample(CATALOG, 30)  # noqa: S311 - repeatable, not secret
    names = tuple(mutant.name for mutant in together)
    with ExitStack() as stack:
        server = stack.enter_context(
            RunningServer(Settings(port=0, rate_limit=None, mutants=names))
        )
        bench = Bench(server.url, stack)
        for response in every_kind_of_answer(bench):
            assert response.text != "Internal Server Error", (names, response.request)


def every_kind_of_answer(bench):
    """Ask every operation for success and failure, whatever the answers look like."""
    monitor = "/monitors/4f2a8c1e-9b3d-47e1-aa5f-0d6c8e21b907"
    hook = {"url": "http://127.0.0.1:9/", "events": ["sla_breach", "status_change"], "secret": "s"}
    for client in (bench.own, bench.rival, bench.reader, bench.client()):
        for body in (NEW, {}, [], {**NEW, "name": "x 🛒", "interval_seconds": 31}):
            yield client.post("/monitors", json=body)
            yield client.put(monitor, json=body)
        yield client.post("/incidents", json={"monitor_id": monitor[10:], "title": "Work"})
        yield client.post("/webhooks", json=hook)
        for query in ({}, {"page": "2", "limit": "3"}, {"limit": "0"}, {"status": "up"}):
            yield client.get("/monitors", params=query)
            yield client.get(f"{monitor}/logs", params={**query, "from": "yesterday"})
            yield client.get("/incidents", params={**query, "resolved": "false"})
        for path in (monitor, f"{monitor}/status", f"{monitor}/logs", "/webhooks", "/monitors/x"):
            yield client.get(path)
    for _ in range(2):
        yield bench.own.delete(monitor)
    yield bench.own.get("/monitors")
