"""`statuspool-mock check`: recordings of proxies and browsers, good and bad."""

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.mock_process import command

pytestmark = pytest.mark.process

MONITOR = {
    "id": "4f2a8c1e-9b3d-47e1-aa5f-0d6c8e21b907",
    "name": "Production API — api.example.com",
    "url": "https://api.example.com/health",
    "interval_seconds": 60,
    "tags": [],
    "regions": ["eu-central-1"],
    "expected_status": 200,
    "status": "up",
    "last_check_at": "2025-01-15T09:42:11Z",
    "created_at": "2024-12-01T08:00:00Z",
    "updated_at": "2024-12-01T08:00:00Z",
}
PAGE = {"results": [MONITOR], "page": 1, "total_pages": 1}
HERE = "https://api.statuspool.io/v1"


def entry(method="GET", url=f"{HERE}/monitors", status=200, response=PAGE, **more):
    """An entry as a browser exports it: headers in any case, no more than it wants to tell."""
    content = {"size": 1, "mimeType": "application/json"}
    if response is not None:
        content["text"] = response if isinstance(response, str) else json.dumps(response)
    headers = [{"name": "Content-Type", "value": "application/json"}]
    return {
        "startedDateTime": "2025-01-15T09:42:11.123Z",
        "time": 12.5,
        "request": {
            "method": method,
            "url": url,
            "headers": [{"name": "Authorization", "value": "Bearer ***"}],
            **more.pop("request", {}),
        },
        "response": {
            "status": status,
            "headers": headers,
            "content": {**content, **more.pop("content", {})},
        },
    }


def archive(tmp_path, *entries, name="traffic.har"):
    path = tmp_path / name
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}), "utf-8")
    return path


def check(*arguments):
    return subprocess.run(
        command("check", *map(str, arguments)), capture_output=True, text=True, check=False
    )


def violations(*entries, where):
    """Return the rules that the server broke, and how often."""
    found = told(archive(where, *entries))["observations"]
    return {one["rule"]: one["count"] for one in found if one["kind"] == "violation"}


def told(*arguments):
    return json.loads(check("--json", *arguments).stdout)


def test_right_traffic_is_clean(tmp_path):
    result = check(archive(tmp_path, entry()))
    assert result.returncode == 0, result.stdout + result.stderr
    assert "1 exchange, 0 violations by the server" in result.stdout


def test_wrong_traffic_is_told_exchange_by_exchange(tmp_path):
    wrong = {**PAGE, "results": [{**MONITOR, "interval_seconds": "60"}]}
    result = check(archive(tmp_path, entry(), entry(response=wrong)))
    assert result.returncode == 1
    assert "#2 GET /monitors 200" in result.stdout
    assert "results.0.interval_seconds: Must be one of: 30, 60, 120, 300." in result.stdout


def test_several_archives_are_one_session(tmp_path):
    """What the first created and the second misses is a violation."""
    created = entry("POST", status=201, response=MONITOR)
    path = f"{HERE}/monitors/{MONITOR['id']}"
    gone = {"error": "NOT_FOUND", "message": "gone"}
    missing = entry(url=path, status=404, response=gone)
    first = archive(tmp_path, created, name="first.har")
    second = archive(tmp_path, missing, name="second.har")
    rules = {one["rule"] for one in told(first, second)["observations"]}
    assert "vanished" in rules


def test_an_answer_that_was_right_is_wrong_once_the_session_says_so(tmp_path):
    """The same list again, to the byte, after its monitor was deleted."""
    path = f"{HERE}/monitors/{MONITOR['id']}"
    deleted = entry("DELETE", url=path, status=204, response=None)
    entries = (entry(), entry(), deleted, entry(), entry())
    assert violations(*entries, where=tmp_path) == {"deleted": 2}


def test_pages_that_overlap_are_told_each_time_they_come(tmp_path):
    pages = [
        entry(url=f"{HERE}/monitors?page={page}", response={**PAGE, "page": page, "total_pages": 2})
        for page in (1, 2, 2)
    ]
    assert violations(*pages, *pages, where=tmp_path) == {"pages": 4}


def test_base64_is_read_and_what_was_not_recorded_is_counted(tmp_path):
    encoded = base64.b64encode(json.dumps(PAGE).encode()).decode()
    result = told(
        archive(
            tmp_path,
            entry(response=encoded, content={"encoding": "base64"}),
            entry(response="!", content={"encoding": "base64"}),
            entry(response=None),
            entry(status=0, response=None),
            entry(status=304, response=None),
        )
    )
    assert result["totals"]["violation"] == 0
    assert result["coverage"] == [{"operation": "listMonitors", "status": 200, "met": 1}]
    assert result["unchecked"] == {
        "recorded with broken base64": 1,
        "recorded without its body": 1,
        "never answered": 1,
        "answered from a cache": 1,
    }


def test_other_hosts_are_skipped_and_counted(tmp_path):
    result = told(
        archive(
            tmp_path,
            entry(),
            entry(url="https://cdn.example/app.js", response="let x"),
            entry(url="https://cdn.example/app.css", response="a {}"),
            entry(url="data:text/plain,x", response="x"),
        )
    )
    assert result["exchanges"] == 1
    assert result["skipped"]["cdn.example"] == 2


def test_the_api_may_be_anywhere(tmp_path):
    somewhere = archive(tmp_path, entry(url="http://10.0.0.7:8080/status/api/monitors?limit=5"))
    assert check(somewhere).returncode == 2
    assert check("--base-url", "http://10.0.0.7:8080/status/api", somewhere).returncode == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is no JSON"),
        ("GET / HTTP/1.1", "is no JSON"),
        ("{}", "it has no log.entries"),
        ('{"log": {"entries": []}}', "it has no log.entries"),
        ('{"log": {"entries": [{"request": 1}]}}', "entry 1 is not one of an HTTP archive"),
        ('{"log": {"entries": [[]]}}', "entry 1 is not one of an HTTP archive"),
    ],
)
def test_what_is_no_archive_is_one_line_and_exit_code_2(tmp_path, content, message):
    path = tmp_path / "x.har"
    path.write_text(content)
    result = check(path)
    assert result.returncode == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_an_archive_that_was_cut_off_says_where(tmp_path):
    whole = archive(tmp_path, entry(), entry()).read_text()
    path = tmp_path / "cut.har"
    path.write_text(whole[:-40])
    result = check(path)
    assert result.returncode == 2
    assert "after entry 1" in result.stderr


def test_a_missing_file_is_one_line(tmp_path):
    result = check(tmp_path / "none.har")
    assert result.returncode == 2
    assert "expected a file, got " in result.stderr


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is told by /proc")
def test_an_archive_larger_than_memory_is_read_piece_by_piece(tmp_path):
    """200 MB of entries leave the peak of memory where one entry puts it."""
    path = tmp_path / "large.har"
    one = json.dumps(entry(response={**PAGE, "padding": "x" * 100_000}))
    with path.open("w") as file:
        file.write('{"log": {"entries": [')
        for number in range(2_000):
            file.write(f"{',' if number else ''}{one}")
        file.write("]}}")
    code = (
        "import sys; from statuspool_mock.cli import main;"
        f"code = main(['check', {str(path)!r}]);"
        # Not getrusage: its peak is inherited from the process that started this one.
        "peak = next(line for line in open('/proc/self/status') if 'VmHWM' in line);"
        "sys.stderr.write(peak.split()[1]);"
        "sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "2,000 exchanges" in done.stdout
    assert int(done.stderr) < 150_000  # kB
