"""Programs with the vendor's address in their code print what the reference prints."""

import json
import sys

import pytest

from tests.interception.running import PROGRAMS, found, run

pytestmark = pytest.mark.process

PRINTED = """\
up 2025-01-15T09:42:11Z 143 99.972
Production API — api.example.com: up
Checkout Service — checkout.example.com: up
CDN Edge — cdn.example.com: up
Page 1 of 3
2025-01-14T18:31:00Z | ap-northeast-1 | 502 | 8412ms
2025-01-14T18:32:00Z | ap-northeast-1 | 502 | 7991ms
Active: True
"""


@pytest.mark.parametrize("program", ["with_requests.py", "with_httpx.py"])
def test_python_programs_print_what_the_reference_prints(program):
    done = run("--scenario", "docs", "--", sys.executable, str(PROGRAMS / program))
    assert (done.returncode, done.stdout, done.stderr) == (0, PRINTED, "")


@pytest.mark.node
def test_node_s_own_fetch_prints_what_the_reference_prints():
    done = run("--scenario", "docs", "--", found("node"), str(PROGRAMS / "with_fetch.mjs"))
    assert (done.returncode, done.stdout) == (0, PRINTED)


@pytest.mark.node
def test_node_s_https_module_reaches_the_mock_with_an_agent_of_its_own():
    done = run("--scenario", "docs", "--", found("node"), str(PROGRAMS / "with_https.cjs"))
    assert (done.returncode, done.stdout) == (0, "Page 1 of 3\n")


def test_curl_prints_what_the_reference_prints():
    found("curl")
    script = ["sh", str(PROGRAMS / "with_curl.sh")]
    done = run("--scenario", "docs", "--clock", "2025-01-15T10:05:33Z", "--", *script)
    assert (done.returncode, done.stderr) == (0, "")
    status, updated = map(json.loads, done.stdout.splitlines())
    assert list(status) == ["status", "last_check_at", "response_time_ms", "uptime_30d"]
    assert status["uptime_30d"] == 99.972
    sample = {
        "id": "4f2a8c1e-9b3d-47e1-aa5f-0d6c8e21b907",
        "name": "Production API — api.example.com",
        "interval_seconds": 30,
        "tags": ["production", "api-gateway", "critical"],
        "updated_at": "2025-01-15T10:05:33Z",
    }
    assert {name: updated[name] for name in sample} == sample


def test_many_requests_at_once_are_all_answered():
    code = (
        "import asyncio, httpx\n"
        "async def main():\n"
        "    async with httpx.AsyncClient() as client:\n"
        "        url = 'https://api.statuspool.io/v1/monitors'\n"
        "        headers = {'Authorization': 'Bearer sp_test_many'}\n"
        "        asked = [client.get(url, headers=headers) for _ in range(100)]\n"
        "        print({answer.status_code for answer in await asyncio.gather(*asked)})\n"
        "asyncio.run(main())"
    )
    done = run("--", sys.executable, "-c", code)
    assert (done.stdout, done.stderr) == ("{200}\n", "")
