"""Generated scenario files: valid, believable, the same bytes everywhere."""

import hashlib
import subprocess
import sys

import pytest

from statuspool_mock import scenarios


def test_the_same_seed_gives_the_same_bytes_on_every_machine():
    """Pinned: a change here changes everybody's generated worlds, so it must be meant."""
    text = scenarios.scenario_text(count=30, seed=7)
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert digest == "e6a4c5bc20238ebf59ca7c45b1561c982469f24b8cf4fdde9d4ecdabcb0b0ca2"


@pytest.mark.process
def test_bytes_do_not_depend_on_hash_seed_or_locale():
    command = [
        sys.executable,
        "-m",
        "statuspool_mock",
        "fixtures",
        "--monitors",
        "9",
        "--seed",
        "3",
    ]
    outputs = {
        subprocess.run(
            command,
            check=True,
            capture_output=True,
            env={"PYTHONHASHSEED": hashed, "LC_ALL": locale, "TZ": zone},
        ).stdout
        for hashed, locale, zone in [("1", "C", "UTC"), ("2", "de_DE.UTF-8", "Asia/Tokyo")]
    }
    assert outputs == {scenarios.scenario_text(count=9, seed=3).encode()}


@pytest.mark.parametrize("count", [1, 2, 16, 17, 200])
def test_generated_files_are_valid_scenarios_with_that_many_monitors(count):
    scenario = scenarios.parse(scenarios.scenario_text(count=count, seed=count), source="generated")
    assert len(scenario.monitors) == count
    names = [planned.creation.name for planned in scenario.monitors]
    assert len(set(names)) == count


def test_another_seed_gives_other_names():
    assert scenarios.scenario_text(count=5, seed=1) != scenarios.scenario_text(count=5, seed=2)


def test_hosts_can_never_exist():
    scenario = scenarios.parse(scenarios.scenario_text(count=50, seed=4), source="generated")
    for planned in scenario.monitors:
        assert planned.creation.url.split("/")[2].endswith(".example")


@pytest.mark.process
def test_a_world_without_generated_monitors_never_imports_faker():
    """Faker costs 0.4 s, which starting a server should not."""
    code = (
        "import sys; from statuspool_mock import scenarios;"
        "scenarios.build_world(scenarios.load('default'), seed=1, now=1764072000);"
        "sys.exit('faker' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
