"""The tutorials run from their first line to their last, with what they install themselves."""

import shutil

import pytest

from tests.docs.test_written_code import TUTORIALS, blocks_of

SERVED = ("docs/tutorials/front-end.md", "docs/pipelines.md")
"""Pages whose reader has `statuspool-mock serve` running in another terminal."""


@pytest.fixture
def shell(machine, installed):
    machine.find_first(installed)
    return machine


def code_of(page):
    code = "\n".join(block.code for block in blocks_of(page) if block.language == "sh")
    return code.replace("statuspool-mock serve\n", "")


@pytest.mark.parametrize("page", [page for page in TUTORIALS if page not in SERVED])
def test_a_tutorial_needs_nothing_but_the_installation_and_leaves_nothing_running(page, shell):
    done = shell.run(code_of(page))
    assert done.returncode == 0, done.stdout + done.stderr
    assert shell.leftovers() == []


@pytest.mark.parametrize("page", [page for page in TUTORIALS if page not in SERVED])
def test_a_tutorial_that_is_left_halfway_leaves_nothing_running(page, shell):
    first = next(block.code for block in blocks_of(page) if "server=$!" in block.code)
    assert shell.run(f"{first}\nexit 7").returncode == 7
    assert shell.leftovers() == []


@pytest.mark.parametrize("page", SERVED)
@pytest.mark.usefixtures("port_4747")
def test_a_page_whose_server_runs_in_another_terminal(page, shell):
    if "node " in code_of(page) and shutil.which("node") is None:
        pytest.skip("node is not installed, so the tutorial was not tried")
    with shell.terminal("statuspool-mock serve", port=4747):
        done = shell.run(code_of(page))
    assert done.returncode == 0, done.stdout + done.stderr
    assert shell.leftovers() == []
