"""Breaking it from the page: switches, what is in force, scripts."""

import httpx
import pytest

from statuspool_mock.server import RunningServer, Settings
from tests.console.expecting import expect

pytestmark = pytest.mark.usefixtures("browser")


@pytest.fixture
def page(visitor, world, key):  # noqa: ARG001 - the world is to be frozen before it is shown
    return visitor.open(key, "break")


def test_a_switch_makes_the_api_fail_and_lets_it_be_well_again(page, api):
    switch = page.get_by_role("switch", name="500")
    expect(switch).to_have_attribute("aria-checked", "false")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    assert api.get("/monitors").status_code == 500
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")
    assert api.get("/monitors").status_code == 200


def test_how_often_and_for_how_long_are_obeyed(page, world):
    page.get_by_label("How often").select_option(label="one in ten")
    page.get_by_label("Duration").fill("10m")
    page.get_by_role("switch", name="Slow").click()
    row = page.get_by_role("group", name="Active faults").get_by_role("row").nth(1)
    expect(row).to_contain_text("slower by 2000 ms")
    expect(row).to_contain_text("10 %")
    (fault,) = world.faults.all()
    assert fault["probability"] == 0.1
    assert fault["ends_at"] is not None
    world.clock.advance("11m")
    expect(page.get_by_text("No faults are active.")).to_be_visible()


def test_faults_of_others_are_shown_and_removed(page, world, api):
    world.faults.add(operation="listMonitors", status=429)
    row = page.get_by_role("group", name="Active faults").get_by_role("row").nth(1)
    expect(row).to_contain_text("listMonitors")
    assert api.get("/monitors").status_code == 429
    row.get_by_role("button").click()
    expect(page.get_by_text("No faults are active.")).to_be_visible()
    for name in ("401", "Reset"):
        page.get_by_role("switch", name=name).click()
    expect(page.get_by_role("group", name="Active faults").get_by_role("row")).to_have_count(3)
    page.get_by_role("button", name="Remove all").click()
    expect(page.get_by_text("No faults are active.")).to_be_visible()


def test_a_script_is_played_step_by_step(page, world):
    page.get_by_label("Pace").select_option(label="step by step")
    page.get_by_role("button", name="Play global-outage").click()
    steps = page.get_by_role("group", name="Steps")
    expect(steps.get_by_role("row").nth(1)).to_be_visible()
    page.get_by_role("button", name="Next step").click()
    expect(steps.get_by_text("done").first).to_be_visible()
    assert any(one["status"] == "down" for one in world.monitors.all())
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("No outage script is playing.")).to_be_visible()


def test_one_region_goes_down_and_is_let_go(page, world):
    page.get_by_label("Region", exact=True).fill("us-east-1")
    switch = page.get_by_role("switch", name="Region down")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    world.clock.advance("10m")
    assert any(one["status"] == "degraded" for one in world.monitors.all())
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")


def test_mutants_are_searched_and_switched(visitor, key):
    with RunningServer(Settings(port=0, switch_mutants=True)) as server:
        page = visitor.open(key, "break", server=server)
        page.get_by_label("Search").fill("limit-ignored")
        switch = page.get_by_role("switch", name="limit-ignored", exact=True)
        switch.click()
        expect(switch).to_have_attribute("aria-checked", "true")
        listed = f"{server.url}/monitors?limit=1"
        auth = {"Authorization": f"Bearer {key}"}
        assert len(httpx.get(listed, headers=auth).json()["results"]) > 1
        page.get_by_label("Search").fill("")
        expect(switch).to_be_visible()
        switch.click()
        expect(page.get_by_text("No mutant is active.")).to_be_visible()
        assert len(httpx.get(listed, headers=auth).json()["results"]) == 1


def test_a_server_whose_mutants_stay_says_how_to_start_it(page):
    expect(page.get_by_text("--switch-mutants")).to_be_visible()
    expect(page.get_by_label("Search")).to_be_hidden()


def test_a_play_on_a_frozen_clock_says_so_and_offers_the_next_step(page, world):
    page.get_by_role("textbox", name="Region").fill("us-east-1")
    page.get_by_role("button", name="Play single-region").click()
    expect(page.locator(".toast")).to_contain_text("single-region is playing.")
    expect(page.locator(".toast")).to_contain_text("us-east-1")
    expect(page.get_by_text("The clock is frozen: nothing happens until")).to_be_visible()
    before = world.clock.read()["now"]
    page.get_by_role("button", name="Next step").click()
    expect(page.get_by_role("group", name="Steps")).to_contain_text("done")
    assert world.clock.read()["now"] > before
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Live", exact=True).click()
    expect(page.locator("world-clock .state")).to_have_text("live")
    page.get_by_role("button", name="Play single-region").click()
    expect(page.get_by_role("button", name="Next step")).to_have_count(0)
