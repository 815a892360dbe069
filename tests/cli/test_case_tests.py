"""`replay --to-pytest` writes a module that pytest can run, and that fails if the mock differs."""

import json
import re
import subprocess
import sys
from datetime import datetime, timedelta

import httpx
import pytest

from tests.command_line import run as run_command
from tests.mock_process import command, serving

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Record a case, and write the test into another folder."""
    folder = tmp_path_factory.mktemp("cases")
    case, module = folder / "late night.json", folder / "suite" / "test_late_night.py"
    module.parent.mkdir()
    with serving() as served:
        record(served)
        exported = httpx.get(f"{served.control_url}/_mock/case", headers=headers())
        case.write_bytes(exported.content)
    done = subprocess.run(
        command("replay", str(case), "--to-pytest", str(module)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return module


def headers(suffix=""):
    return {"Authorization": f"Bearer sp_test_recorded{suffix}"}


def record(served):
    """Use the API as a test would: every method, an error, two keys, a secret, a later time."""
    with httpx.Client(base_url=served.url, headers=headers()) as api:
        new = {"name": 'Shop — "ü" 🛒', "url": "https://shop.example/", "interval_seconds": 60}
        path = f"/monitors/{api.post('/monitors', json=new).json()['id']}"
        api.put(path, json={"tags": ["a", "\\n"]})
        api.get("/monitors?limit=2&status=up")
        api.post("/monitors", content=b"\xff{", headers={"Content-Type": "application/json"})
        api.get("/monitors", headers=headers(".ro"))
        api.delete(path, headers=headers(".ro"))
        hook = {"url": "http://127.0.0.1:9/", "events": ["sla_breach"], "secret": "whsec_secret"}
        api.post("/webhooks", json=hook)
        api.get("/webhooks")
        control = {"headers": headers(), "timeout": 60}
        advance = f"{served.control_url}/_mock/clock/advance"
        httpx.post(advance, json={"by": "2h"}, **control).raise_for_status()
        monitor = path.rpartition("/")[2]
        forced = f"{served.control_url}/_mock/monitors/{monitor}/status"
        httpx.put(forced, json={"status": "down"}, **control).raise_for_status()
        httpx.post(advance, json={"by": "10m"}, **control).raise_for_status()
        api.get(f"{path}/status")
        api.get(f"{path}/logs?limit=3")
        api.get("/incidents")
        api.delete(path)


def run(module):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(module)],
        capture_output=True,
        text=True,
        check=False,
        cwd=module.parent,
    )


def test_the_module_passes(written):
    done = run(written)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_the_module_is_readable_python(written):
    text = written.read_text("utf-8")
    assert 'response = send(\n        "POST",\n        "/v1/monitors",\n' in text
    assert "def test_late_night(statuspool, send):" in text
    assert "statuspool.clock.set(" in text
    assert "/_mock/monitors/" in text
    assert "whsec_secret" not in text
    assert max(map(len, text.splitlines())) < 200
    formatted = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "-", "--select", "E9,F"],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert formatted.returncode == 0, formatted.stdout


def test_a_world_behind_its_clock_is_repeated_as_far_as_it_was(written, tmp_path):
    case = json.loads((written.parent / "late night.json").read_text("utf-8"))
    last = case["exchanges"][-1]
    began = datetime.fromisoformat(
        re.findall(r'clock.set\("(.+?)"\)', written.read_text("utf-8"))[-1]
    )
    behind = began - timedelta(seconds=90)
    last["reached"] = int(behind.timestamp())
    changed, module = tmp_path / "behind.json", tmp_path / "test_behind.py"
    changed.write_text(json.dumps(case), "utf-8")
    done = run_command("replay", str(changed), "--to-pytest", str(module))
    assert done.returncode == 0, done.stderr
    assert f'clock.set("{behind:%Y-%m-%dT%H:%M:%SZ}")' in module.read_text("utf-8")


def test_another_response_fails_the_module(written, tmp_path):
    module = tmp_path / written.name
    text = written.read_text("utf-8")
    assert text.count("status_code == 204") == 1
    module.write_text(text.replace("status_code == 204", "status_code == 200"), "utf-8")
    (tmp_path / "late night.json").write_bytes(written.with_name("late night.json").read_bytes())
    assert run(module).returncode == 1
