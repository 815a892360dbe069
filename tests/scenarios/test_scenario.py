"""Scenario files: what they may say, and what a wrong one is told."""

import re
from pathlib import Path

import pytest

from statuspool_mock import scenarios
from statuspool_mock.scenarios import ScenarioRejected, document
from statuspool_mock.simulation import BEHAVIOURS, INTERVALS

HEAD = "name: mine\ntitle: Mine\n"
SHIPPED = ("default", "docs", "empty", "flapping", "large", "outage", "sla-breach")


def with_monitor(more: str, *, head: str = HEAD) -> str:
    return f"{head}monitors:\n  - {{name: Shop, url: 'https://shop.example/', {more}}}\n"


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        ("", "", "expected a mapping with name, title, monitors and other keys, got nothing"),
        ("- a", "", "other keys, got ['a']"),
        ("title: Mine", "", "the required key 'name' is missing"),
        ("name: [", "", "is not valid YAML at line 2, column 1"),
        ("name: a\nname: b\ntitle: c", "", "line 2, column 1: the key 'name' is given twice"),
        (HEAD + "colour: red", "", "generate, got 'colour'"),
        (HEAD + "1: 2", "", "has a value that JSON cannot hold"),
        (HEAD + "description: !!binary aGk=", "", "has a value that JSON cannot hold"),
        (HEAD + "description: !!python/name:os.system x", "", "is not valid YAML"),
        (HEAD + "? [a]\n: b", "", "unhashable key"),
        ("a: &a [*a]", "", "the alias *a refers to nothing before it at line 1"),
        ("\x00", "", "is not valid YAML"),
        ("[" * 100_000, "", "nests more than 50 levels deep at line 1"),
        ("- " * 100_000, "", "nests more than 50 levels deep at line 1"),
        (
            HEAD + "keys: ['a b']",
            "keys[0]",
            "expected an API key of printable ASCII without spaces, got 'a b'",
        ),
        (HEAD + "clock: slow", "clock", "expected one of live, frozen, got 'slow'"),
        (HEAD + "starts_at: 2025-13-01T00:00:00Z", "starts_at", "is not an instant such as"),
        (HEAD + "starts_at: 1969-12-31T23:59:59Z", "starts_at", "outside the years 1970"),
        (HEAD + "history: two weeks", "history", "expected a duration such as 45d"),
        (with_monitor("", head=HEAD + "history: 9999d\n"), "history", "longer than ten years"),
        (HEAD + "generate: {monitors: 0}", "generate.monitors", "an integer from 1 to 100000"),
        (
            with_monitor("interval_seconds: 45"),
            "monitors[0].interval_seconds",
            "expected one of 30, 60, 120, 300, got 45",
        ),
        (with_monitor("interval_seconds: '60'"), "monitors[0].interval_seconds", "got '60'"),
        (with_monitor("behaviour: dizzy"), "monitors[0].behaviour", "stable, perfect, flaky"),
        (with_monitor("sla_target: .nan"), "monitors[0].sla_target", "from 0 to 100"),
        (with_monitor("regions: []"), "monitors[0].regions", "one or more different regions"),
        (
            HEAD + "monitors: [{name: ab, url: 'ftp://x'}]",
            "monitors[0].url",
            "expected an http:// or https:// URL of up to 10000 characters, got 'ftp://x'",
        ),
        (
            with_monitor("outages: [{from: soon, to: +1h}]"),
            "monitors[0].outages[0].from",
            "or 2025-01-15T09:42:11Z, got 'soon'",
        ),
        (
            with_monitor("outages: [{from: 2025-01-01, to: +1h}]"),
            "monitors[0].outages[0].from",
            "a date needs a scenario with starts_at",
        ),
        (
            with_monitor("outages: [{from: -60d, to: +1h}]"),
            "monitors[0].outages[0].from",
            "before the monitor exists",
        ),
        (
            with_monitor("outages: [{from: -1h, to: -1h}]"),
            "monitors[0].outages[0].to",
            "must come after from",
        ),
        (
            with_monitor("outages: [{from: -1h, to: +1h, regions: [moon]}]"),
            "monitors[0].outages[0].regions",
            (
                "expected one of the monitor's regions (eu-central-1, us-east-1, ap-northeast-1), "
                "got 'moon'"
            ),
        ),
        (
            with_monitor("pauses: [{from: -1h}, {from: -30m}]"),
            "monitors[0].pauses[1]",
            "overlaps the pause before it",
        ),
        (
            with_monitor("pauses: [{from: -1h, to: +30m}]"),
            "monitors[0].pauses[0]",
            "before the scenario's start",
        ),
        (
            with_monitor("pauses: [{from: -1h, to: -2h}]"),
            "monitors[0].pauses[0].to",
            "must come after from",
        ),
        (
            with_monitor("age: 1h, pauses: [{from: -2h}]"),
            "monitors[0].pauses[0].from",
            "before the monitor exists",
        ),
        (
            HEAD + "incidents: [{monitor: Shop, title: T}]",
            "incidents[0].monitor",
            "expected the name or id of one monitor, got 'Shop', which fits 0 monitors",
        ),
        (
            with_monitor("age: 1h") + "incidents: [{monitor: Shop, title: T, at: -2h}]",
            "incidents[0].at",
            "between the monitor's creation and the scenario's start",
        ),
    ],
)
def test_a_wrong_file_is_told_where_it_is_wrong_and_what_was_expected(text, path, words):
    with pytest.raises(ScenarioRejected) as caught:
        scenarios.parse(text, source="my.yaml")
    message = str(caught.value)
    assert message.startswith(f"my.yaml: {path}: " if path else "my.yaml: ")
    assert words in message
    assert "\n" not in message


def test_two_monitors_cannot_share_an_id():
    monitor = "{name: ab, url: 'http://x', id: 4f2a8c1e-9b3d-47e1-aa5f-0d6c8e21b907}"
    with pytest.raises(
        ScenarioRejected, match=re.escape("monitors[1].id: expected another id, got 4f2a8c1e")
    ):
        scenarios.parse(f"{HEAD}monitors: [{monitor}, {monitor}]", source="my.yaml")


def test_an_unknown_name_is_told_the_known_ones_and_how_to_name_a_file():
    with pytest.raises(ScenarioRejected, match=r"default, docs, empty.* such as \./nope\.yaml"):
        scenarios.load("nope")


def test_files_that_cannot_be_read_are_rejected_not_crashed_on(tmp_path: Path):
    (tmp_path / "latin.yaml").write_bytes(b"name: caf\xe9")
    with pytest.raises(ScenarioRejected, match="is not UTF-8 text"):
        scenarios.load(str(tmp_path / "latin.yaml"))
    with pytest.raises(ScenarioRejected, match="No such file"):
        scenarios.load(str(tmp_path / "missing.yaml"))
    with pytest.raises(ScenarioRejected, match="directory"):
        scenarios.load(str(tmp_path))


def test_a_file_of_ones_own_is_loaded_by_its_path(tmp_path: Path):
    file = tmp_path / "mine.yaml"
    file.write_text(with_monitor("interval_seconds: 30"), "utf-8")
    (planned,) = scenarios.load(str(file)).monitors
    assert planned.creation.interval_seconds == 30
    assert planned.age_seconds == 45 * 86_400


def test_dates_stay_text_and_become_offsets_from_the_start():
    head = HEAD + "starts_at: 2025-01-15T09:42:11Z\n"
    scenario = scenarios.parse(
        with_monitor("pauses: [{from: 2025-01-15T09:42:01Z}]", head=head), source="x"
    )
    assert scenario.starts_at == 1_736_934_131
    assert scenario.monitors[0].pauses[0].start == -10


def test_the_list_of_shipped_scenarios_starts_with_the_default():
    entries = scenarios.shipped()
    assert tuple(entry.name for entry in entries) == SHIPPED
    assert all(entry.title for entry in entries)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_scenario_is_valid_and_bears_its_files_name(name):
    assert scenarios.load(name).name == name


def test_the_schema_knows_the_engines_behaviours_and_intervals():
    schema, _ = document._schema()
    monitor = schema["$defs"]["monitor"]["properties"]
    assert set(monitor["behaviour"]["enum"]) == set(BEHAVIOURS)
    assert tuple(monitor["interval_seconds"]["enum"]) == INTERVALS
