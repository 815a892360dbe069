"""ARCHITECTURE.md lists the import rules that are enforced, and the packages that exist."""

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


def listed_layers():
    lines = re.findall(r"^\d+\. (.+)$", section(), re.MULTILINE)
    return [re.findall(r"`(\w+)`", line) for line in lines]


def test_the_page_lists_the_enforced_rules_and_no_others():
    listed = re.findall(r"^- (.+)$", section(), re.MULTILINE)
    assert listed == [rule["name"] for rule in contracts()]


def test_the_layers_on_the_page_are_the_enforced_ones():
    (layers,) = (rule["layers"] for rule in contracts() if rule["type"] == "layers")
    enforced = [[name.strip() for name in layer.split("|")] for layer in layers]
    assert listed_layers() == enforced


def test_every_package_and_module_is_in_a_layer():
    source = ROOT / "src" / "statuspool_mock"
    found = {
        path.stem
        for path in source.iterdir()
        if (path.is_dir() and (path / "__init__.py").exists()) or path.suffix == ".py"
    }
    listed = {name for layer in listed_layers() for name in layer}
    assert found - {"__init__", "__main__"} == listed


def test_every_package_on_the_page_exists():
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    tree = text.split("src/statuspool_mock/\n")[1].split("```")[0]
    names = re.findall(r"^ {2}(?: {2})?([a-z_/]+(?:, [a-z_]+)*)(?: {2}|$)", tree, re.MULTILINE)
    source = ROOT / "src" / "statuspool_mock"
    packages = {path.name for path in source.rglob("*") if (path / "__init__.py").exists()}
    modules = {path.stem for path in source.glob("*.py")}
    for name in [one.strip("/") for line in names for one in line.split(", ")]:
        assert name in packages | modules, name
