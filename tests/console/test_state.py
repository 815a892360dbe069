"""State from the page: worlds, reset, checkpoints, snapshots, cases."""

import json
import re

import pytest

from statuspool_mock import scenarios
from statuspool_mock.client import Control
from statuspool_mock.web.console import ASSETS
from tests.console.expecting import expect

pytestmark = pytest.mark.usefixtures("browser")


@pytest.fixture
def page(visitor, world, key):  # noqa: ARG001 - the world is to be frozen before it is shown
    return visitor.open(key, "state")


def test_a_world_is_reset_to_another_scenario(page, world):
    page.get_by_label("Scenario").select_option("empty")
    page.get_by_role("button", name="Reset", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Reset", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("begins anew")
    assert world.monitors.all() == []


def test_a_checkpoint_is_kept_gone_back_to_and_forgotten(page, world):
    before = world.clock.read()["now"]
    page.get_by_label("Name of the checkpoint").fill("before lunch")
    page.get_by_role("button", name="Save").click()
    row = page.get_by_role("group", name="Checkpoints").get_by_role("row").nth(1)
    expect(row).to_contain_text("before lunch")
    world.clock.advance("2h")
    page.get_by_role("button", name="Rewind to before lunch").click()
    expect(page.get_by_role("dialog")).to_contain_text("The present state is lost")
    page.get_by_role("dialog").get_by_role("button", name="Rewind").click()
    expect(page.locator(".toast")).to_contain_text("Rewound to")
    assert world.clock.read()["now"] == before
    page.get_by_role("button", name="Delete before lunch").click()
    expect(page.get_by_role("dialog")).to_contain_text("cannot be rewound to any more")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No checkpoints.")).to_be_visible()


def test_a_snapshot_leaves_and_comes_back(page, world, api):
    with page.expect_download() as download:
        page.get_by_role("button", name="Download snapshot").click()
    kept = [one["id"] for one in world.monitors.all()]
    api.delete(f"/monitors/{kept[0]}")
    page.get_by_label("Upload snapshot").set_input_files(download.value.path())
    expect(page.get_by_role("dialog")).to_contain_text("The present state is lost")
    page.get_by_role("dialog").get_by_role("button", name="Restore").click()
    expect(page.locator(".toast")).to_contain_text("snapshot is restored")
    assert [one["id"] for one in world.monitors.all()] == kept


def test_a_case_is_downloaded(page, api):
    api.get("/monitors")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download case file").click()
    assert json.loads(download.value.path().read_text())["exchanges"]


def test_other_worlds_are_listed_opened_and_deleted(page, server, key):
    other = f"{key}-other"
    with Control(server.control_url, api_key=other) as control:
        control.clock.freeze()
        page.reload()
        name = other.removeprefix("sp_test_")
        page.get_by_role("button", name=f"Delete {name}").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
        expect(page.get_by_role("button", name=f"Delete {name}")).to_have_count(0)
        control.clock.freeze()
        page.reload()
        page.get_by_role("button", name=f"Open {name}").click()
        expect(page).to_have_url(re.compile(f"key={other}#/state"))


def test_the_scenarios_offered_are_those_that_are_shipped():
    text = (ASSETS / "views" / "state.js").read_text("utf-8")
    offered = re.search(r"const SCENARIOS = (\[.*\]);", text)
    assert json.loads(offered[1]) == [entry.name for entry in scenarios.shipped()]


def test_a_seed_that_is_no_number_resets_nothing(page, world):
    world.monitors.create("Stays")
    page.get_by_label("Seed").fill("seven")
    page.get_by_role("button", name="Reset", exact=True).click()
    assert page.get_by_label("Seed").evaluate("field => field.validationMessage")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_label("Seed").fill("7")
    page.get_by_role("button", name="Reset", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("Checkpoints stay")
    page.get_by_role("dialog").get_by_role("button", name="Reset", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("begins anew")
    assert "Stays" not in [one["name"] for one in world.monitors.all()]
