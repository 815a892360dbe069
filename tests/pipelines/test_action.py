"""action.yml, step by step, against a server that keeps the contract and one that does not."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
ACTION = ROOT / "action.yml"
UPLOAD = "actions/upload-artifact@v6"


@pytest.fixture(scope="module")
def clean():
    with RunningServer(Settings(port=0, rate_limit=None)) as served:
        yield served


@pytest.fixture(scope="module")
def broken():
    with RunningServer(Settings(port=0, rate_limit=None, mutants=("put-not-stored",))) as served:
        yield served


def annotations(run):
    return re.findall(r"^::(\w+) title=(.*?)::(.*)$", run.log, re.MULTILINE)


def test_a_server_that_conforms_passes_with_a_summary_and_reports(runner, clean):
    run = runner.run(
        ACTION,
        url=clean.url,
        api_key="sp_test_action",
        readonly_key="sp_test_action.ro",
        profile="quick",
        source="none",
    )
    assert run.code == 0, run.log
    assert run.outputs == {"exit-code": "0", "findings": "0", "report-dir": "statuspool-report"}
    assert "no findings in what was verified" in run.summary
    assert annotations(run) == []
    reports = runner.folder / "statuspool-report"
    assert {path.name for path in reports.iterdir()} == {
        *("junit.xml", "report.html", "report.json", "report.md")
    }
    assert ET.parse(reports / "junit.xml").find("testsuite").get("failures") == "0"  # noqa: S314  (our own file)
    assert run.used[UPLOAD]["path"] == "statuspool-report"


def test_a_server_that_does_not_fails_with_an_annotation_for_each_finding(runner, broken):
    run = runner.run(
        ACTION, url=broken.url, api_key="sp_test_action", args="--only update", source="none"
    )
    assert run.code == 1
    assert run.outputs["exit-code"] == "1"
    assert "`update.stores-changes`" in run.summary
    shown = annotations(run)
    assert {kind for kind, _, _ in shown} == {"error"}
    assert int(run.outputs["findings"]) >= len(shown) - 1 > 0
    (told,) = (text for _, title, text in shown if title.startswith("update.stores-changes "))
    assert "%0Agot:      " in told
    assert "%0Aexpected: " in told
    assert run.used[UPLOAD]["name"] == "statuspool-report"


def test_findings_of_a_baseline_are_warnings_and_do_not_fail(runner, broken):
    given = {"url": broken.url, "api_key": "sp_test_action", "source": "none"}
    first = runner.run(ACTION, **given, args="--only update")
    second = runner.run(
        ACTION,
        **given,
        args="--only update",
        baseline="statuspool-report/report.json",
        report_dir="again",
    )
    assert (first.code, second.code) == (1, 0)
    assert {kind for kind, _, _ in annotations(second)} == {"warning"}
    assert second.outputs["findings"] == "0"


def test_a_server_that_is_not_there_fails_with_2_and_says_so(runner):
    run = runner.run(ACTION, url="http://127.0.0.1:9/v1", api_key="sp_test_action", source="none")
    assert (run.code, run.outputs["exit-code"]) == (2, "2")
    ((kind, _, told),) = annotations(run)
    assert kind == "error"
    assert "could not be tested" in told


def test_an_option_that_verify_refuses_fails_with_2_and_an_annotation(runner, clean):
    run = runner.run(
        ACTION, url=clean.url, api_key="sp_test_action", args="--no-such", source="none"
    )
    assert (run.code, run.outputs["exit-code"]) == (2, "2")
    assert "no such option '--no-such'" in run.log
    ((_, _, told),) = annotations(run)
    assert "See the log of this step" in told


def test_keys_are_masked_line_by_line_and_shown_nowhere_else(runner, broken):
    run = runner.run(
        ACTION,
        url=broken.url,
        api_key="sp_test_secret",
        readonly_key="sp_test_secret.ro\n",
        args="--only update --only roles",
        source="none",
    )
    masks = [line for line in run.log.splitlines() if line.startswith("::add-mask::")]
    assert masks == ["::add-mask::sp_test_secret", "::add-mask::sp_test_secret.ro"]
    reports = [path.read_text("utf-8") for path in (runner.folder).glob("statuspool-report/*")]
    others = [line for line in run.log.splitlines() if line not in masks]
    assert "sp_test_secret" not in "\n".join([*others, *reports, run.summary])


def test_what_is_given_is_data_and_never_run(runner, clean):
    trap = runner.folder / "trapped"
    bait = "$(touch trapped) `touch trapped` ; touch trapped"
    run = runner.run(
        ACTION,
        url=clean.url,
        api_key="sp_test_action",
        args=f"--only 'update {bait}'",
        report_dir=f"out {bait}",
        source="none",
    )
    assert run.code == 2
    assert "expected a clause or a group, got 'update $(touch" in run.log
    assert not trap.exists()


def test_no_script_holds_an_expression():
    """An expression in a script is pasted in before bash reads it: a door for injections."""
    steps = yaml.safe_load(ACTION.read_text("utf-8"))["runs"]["steps"]
    assert not [step["name"] for step in steps if "${{" in step.get("run", "")]


def test_without_an_artifact_nothing_is_uploaded(runner, clean):
    run = runner.run(
        ACTION,
        url=clean.url,
        api_key="sp_test_action",
        args="--only roles --read-only",
        artifact="",
        source="none",
    )
    assert UPLOAD not in run.used


def test_a_folder_of_two_lines_adds_no_output(runner, clean):
    run = runner.run(
        ACTION,
        url=clean.url,
        api_key="sp_test_action",
        args="--only roles --read-only",
        report_dir="out\nfindings=0",
        source="none",
    )
    assert run.code == 2
    assert "report-dir must be a single line" in run.log
    assert run.outputs["findings"] == ""
