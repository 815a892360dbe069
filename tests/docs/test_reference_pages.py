"""The reference tells every command and option, operation, parameter, answer and field."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]


def made(script, *arguments):
    command = [sys.executable, ROOT / "scripts" / script, *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout


def help_of(*command):
    done = subprocess.run(
        [sys.executable, "-m", "statuspool_mock", *command, "--help"],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout


@pytest.fixture(scope="module")
def commands():
    """Return the text of each command's section, by its name."""
    sections = re.split(r"^#{2,4} ", made("commands_page.py"), flags=re.MULTILINE)[1:]
    return {section.partition("\n")[0]: section for section in sections}


def test_every_command_that_help_lists_has_a_section(commands):
    listed = re.findall(r"^  ([a-z][a-z-]*)  ", help_of(), re.MULTILINE)
    assert len(listed) > 8
    assert set(listed) <= commands.keys()
    assert {"ctl clock advance", "ctl monitor down", "ctl snapshot save"} <= commands.keys()


@pytest.mark.parametrize("command", ["serve", "verify", "certify", "ctl faults add"])
def test_every_option_that_help_lists_is_told(commands, command):
    options = set(re.findall(r"^  (--[a-z-]+)", help_of(*command.split()), re.MULTILINE))
    assert options
    assert {option for option in options if f"<code>{option}" not in commands[command]} == set()


@pytest.mark.parametrize("name", ["statuspool", "control"])
def test_every_operation_parameter_answer_and_field_is_told(name):
    page = made("endpoints_page.py", str(ROOT / "openapi" / f"{name}.yaml"))
    document = yaml.safe_load((ROOT / "openapi" / f"{name}.yaml").read_text("utf-8"))
    operations = [
        operation
        for item in document["paths"].values()
        for method, operation in item.items()
        if method != "parameters"
    ]
    for operation in operations:
        (section,) = re.findall(
            rf"^### .*?#{operation['operationId']} }}$(.*?)(?=^##)", page, re.MULTILINE | re.DOTALL
        )
        for parameter in operation.get("parameters", ()):
            if "name" in parameter:
                assert f"| `{parameter['name']}` |" in section
        for status in operation["responses"]:
            assert f"| {status} |" in section
        if "x-source" in operation:
            assert f"*{operation['x-source']}*" in section
    for schema in document["components"]["schemas"].values():
        for field in schema.get("properties", {}):
            assert f"| `{field}` |" in page
