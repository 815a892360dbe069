"""Whatever makes Node's connections, they reach the mock, and no other machine."""

import subprocess
from pathlib import Path

import pytest

from tests.interception.running import PROGRAMS, found, run

pytestmark = [pytest.mark.process, pytest.mark.node]

PACKAGES = Path(__file__).parents[2] / "node_modules"
REFUSED = "statuspool-mock run refuses example.com:443: other hosts need --allow-network"
NAMES = ("axios", "got", "node-fetch", "superagent", "undici")


@pytest.fixture(params=["node", "node22", "node24"])
def node(request):
    """The Node on the path, and newer ones where they are installed as packages."""
    program = PACKAGES / request.param / "bin" / "node"
    return str(program) if program.exists() else found(request.param)


def test_every_kind_of_connection_reaches_the_mock(node):
    done = run("--scenario", "docs", "--", node, str(PROGRAMS / "node_connections.cjs"))
    results = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    assert results.pop("http2, which the mock does not speak") == "ERR_HTTP2_ERROR"
    assert results.pop("another host") == REFUSED
    assert set(results.values()) == {"200"}
    assert done.stderr.endswith("refused example.com:443: hosts other than api.statuspool.io need "
                                "--allow-network\n")  # fmt: skip


def test_clients_from_npm_reach_the_mock(node):
    missing = [name for name in NAMES if not (PACKAGES / name).exists()]
    if missing:
        pytest.skip(f"{', '.join(missing)}: not in node_modules, so not tried")
    program = str(PROGRAMS / "node_packages.mjs")
    done = run("--scenario", "docs", "--", node, program, PACKAGES=str(PACKAGES))
    assert (done.stdout, done.stderr) == (" ".join(["200"] * 15) + "\n", "")


def test_without_the_variables_of_run_the_preload_changes_nothing():
    preload = PROGRAMS.parents[2] / "src" / "statuspool_mock" / "interception" / "preload.cjs"
    code = "require('net').connect(9, '127.0.0.1').on('error', (e) => console.log(e.code))"
    done = subprocess.run(
        [found("node"), "--require", str(preload), "-e", code],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout == "ECONNREFUSED\n"
