"""The code in README and docs runs, against a real server, and prints what the pages show."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from statuspool_mock import scenarios
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings
from tests.conformance.passive.conftest import proxied
from tests.examples.flask_receiver import receiving
from tests.mock_process import serving

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
TUTORIALS = tuple(f"docs/tutorials/{name}.md" for name in ("front-end", "contract", "sandbox"))
PAGES = (
    "README.md",
    "docs/quick-tour.md",
    "docs/scenarios.md",
    "docs/sandbox.md",
    "docs/webhooks.md",
    "docs/testing.md",
    "docs/unmodified-clients.md",
    "docs/certify.md",
    "docs/proxy.md",
    "docs/drift.md",
    "docs/mutants.md",
    "docs/verify.md",
    "docs/pipelines.md",
    "docs/container.md",
    "docs/index.md",
    *TUTORIALS,
)
OTHERS_YAML = ("docs/pipelines.md", "docs/container.md")  # tests/pipelines looks into it
INSTALLS = re.compile(r" install ")  # tests/clone does that
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
WRITTEN_URL = "http://127.0.0.1:4747"
WRITTEN_RECEIVER = "http://127.0.0.1:8000/hooks/statuspool"


class Block(NamedTuple):
    """A fenced block: where it starts, its language and text, and the JSON shown after it."""

    page: str
    line: int
    language: str
    code: str
    shown: str | None

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks_of(page: str) -> Iterator[Block]:
    text = (ROOT / page).read_text("utf-8")
    found = list(FENCE.finditer(text))
    for fence, following in zip(found, [*found[1:], None], strict=True):
        shown = None
        if (
            following
            and following[1] == "json"
            and not text[fence.end() : following.start()].strip()
        ):
            shown = following[2]
        line = text.count("\n", 0, fence.start()) + 1
        yield Block(page, line, fence[1], fence[2], shown)


BLOCKS = [block for page in PAGES for block in blocks_of(page)]


def written_in(language: str) -> list[Block]:
    return [block for block in BLOCKS if block.language == language]


@pytest.fixture(scope="module")
def default() -> Iterator[RunningServer]:
    settings = Settings(port=0, strict=True, rate_limit=None)  # judges would wait for minutes
    with RunningServer(settings) as served:
        yield served


@pytest.fixture(scope="module")
def docs() -> Iterator[RunningServer]:
    with RunningServer(Settings(port=0, strict=True, scenario="docs")) as served:
        yield served


@pytest.fixture(scope="module")
def receiver() -> Iterator[str]:
    with receiving() as example:
        yield example.url


@pytest.fixture
def run(default, docs, receiver, tmp_path):
    """Run a block's text with the servers where the page says they are, in an empty folder."""
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    commands = {
        "statuspool-mock": "-m statuspool_mock ",
        "pytest": "-m pytest ",
        **dict.fromkeys(("python", "python3"), ""),
    }
    for name, options in commands.items():
        script = scripts / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" {options}"$@"\n')
        script.chmod(0o755)

    def run_code(code: str, *command: str) -> str:
        served = docs if "YOUR_API_KEY" in code else default
        return subprocess.run(
            command,
            input=code.replace(WRITTEN_URL, served.control_url).replace(WRITTEN_RECEIVER, receiver),
            capture_output=True,
            encoding="utf-8",
            check=True,
            cwd=tmp_path,
            env={
                **os.environ,
                "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
                "STATUSPOOL_URL": served.control_url,
            },
        ).stdout

    return run_code


def look_through(line: str, served: RunningServer, folder: Path) -> None:
    """Start a proxy as it is written, ask it something, and end it as a reader would."""
    upstream, *others = line.partition("--upstream ")[2].split()
    assert upstream.startswith(WRITTEN_URL)
    with proxied(served.url, *others, cwd=folder) as proxy:
        key = {"Authorization": "Bearer sp_test_proxy"}
        assert httpx.get(f"{proxy.url}/monitors?limit=1", headers=key).status_code == 200
        assert proxy.stop().code == 0


@pytest.mark.long
@pytest.mark.parametrize("page", TUTORIALS)
def test_a_tutorial_runs_from_its_first_line_to_its_last(page, run):
    """In one shell, as its reader has one: what a block sets, the next one uses."""
    code = "\n".join(block.code for block in blocks_of(page) if block.language == "sh")
    code = code.replace("statuspool-mock serve\n", "")  # is running, in the other terminal
    assert run(code, "bash", "-euo", "pipefail").strip()


@pytest.mark.parametrize(
    "block",
    [b for b in written_in("sh") if b.page not in TUTORIALS and not INSTALLS.search(b.code)],
    ids=str,
)
def test_shell_lines_run_and_print_what_is_shown(block, run, default, tmp_path):
    lines = re.sub(r"\\\n\s*", "", block.code).replace(".venv/bin/", "").splitlines()
    makes = [line for line in lines if line.startswith("make ")]
    serves = [line for line in lines if re.match(r"statuspool-mock serve[^&]*$", line)]
    proxies = [line for line in lines if line.startswith("statuspool-mock proxy")]
    others = [line for line in lines if line not in {*makes, *serves, *proxies}]
    for line in proxies:
        look_through(line, default, tmp_path)
    printed = run("\n".join(others), "bash", "-euo", "pipefail")
    if block.shown is not None:
        assert json.loads(printed) == json.loads(block.shown)
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {line.split()[1] for line in makes} <= targets
    for line in serves:
        files = {path.name: str(path) for path in tmp_path.iterdir()}
        options = [files.get(text.removeprefix("./"), text) for text in line.split()[2:]]
        with serving(*options) as served:
            assert served.keys


@pytest.mark.parametrize("block", written_in("python"), ids=str)
def test_python_runs(block, run):
    assert run(block.code, sys.executable, "-").strip()


@pytest.mark.node
@pytest.mark.parametrize("block", written_in("js"), ids=str)
def test_javascript_runs_in_node(block, run):
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed, so the page's fetch example was not run")
    assert "Page 1 of" in run(block.code, node, "--input-type=module", "-")


@pytest.mark.parametrize("block", written_in("console"), ids=str)
def test_options_given_to_the_image_are_those_of_serve(block):
    """No container engine is at hand here: tests/packaging tries what the image runs."""
    lines = block.code.splitlines()
    assert all(re.match(r"(\w+=\S+ )?docker (build|run|compose) ", line) for line in lines)
    for line in lines:
        options = line.partition(" statuspool-mock ")[2].split()
        if "docker run" in line:
            with serving(*options) as served:
                assert served.keys


@pytest.mark.parametrize(
    "block", [b for b in written_in("yaml") if b.page not in OTHERS_YAML], ids=str
)
def test_scenarios_shown_are_valid_and_make_a_world(block):
    scenario = scenarios.parse(block.code, source=str(block))
    scenarios.build_world(scenario, seed=1, now=1_764_072_000)


def test_every_block_is_in_a_language_that_is_run_or_is_plain_text():
    run_or_compared = {"sh", "python", "js", "ts", "json", "yaml", "console"}
    assert {block.language for block in BLOCKS} == {*run_or_compared, "text"}


def test_every_link_to_a_file_leads_somewhere():
    for page in PAGES:
        text = (ROOT / page).read_text("utf-8")
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
            assert (ROOT / page).parent.joinpath(target).exists(), f"{page}: {target}"
