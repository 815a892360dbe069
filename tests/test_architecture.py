"""The map equals the territory: ARCHITECTURE.md lists the import rules that are enforced."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def section():
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    return text.split("## Who may import whom")[1].split("\n## ")[0]


def contracts():
    data = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return data["tool"]["importlinter"]["contracts"]


def test_every_enforced_rule_is_in_the_map_and_no_other():
    drawn = re.findall(r"^- (.+)$", section(), re.MULTILINE)
    assert drawn == [rule["name"] for rule in contracts()]


def test_the_layers_in_the_map_are_the_enforced_ones():
    lines = re.findall(r"^\d+\. (.+)$", section(), re.MULTILINE)
    drawn = [re.findall(r"`(\w+)`", line) for line in lines]
    (layers,) = (rule["layers"] for rule in contracts() if rule["type"] == "layers")
    enforced = [
        [name.strip().removeprefix("statuspool_mock.") for name in layer.split("|")]
        for layer in layers
    ]
    assert drawn == enforced


def test_every_room_is_in_the_layers():
    source = ROOT / "src" / "statuspool_mock"
    rooms = {
        path.stem
        for path in source.iterdir()
        if (path.is_dir() and (path / "__init__.py").exists()) or path.suffix == ".py"
    }
    drawn = set(re.findall(r"^\d+\. .*$", section(), re.MULTILINE))
    named = {name for line in drawn for name in re.findall(r"`(\w+)`", line)}
    assert rooms - {"__init__", "__main__"} == named
