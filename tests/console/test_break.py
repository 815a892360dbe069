"""Breaking it from the page: switches, what is in force, scripts."""

import httpx
import pytest

from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings
from tests.console.expecting import expect
from tests.targets import IS_FLEET

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
    row.get_by_role("button", name="Remove").click()
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


def test_mutants_are_browsed_by_what_they_break(visitor, key):
    with RunningServer(Settings(port=0, switch_mutants=True)) as server:
        page = visitor.open(key, "break", server=server)
        group = page.locator("details").filter(has_text="mutants)").first
        group.locator("summary").click()
        expect(group.get_by_role("row").nth(1).get_by_role("switch")).to_be_visible()
        page.get_by_label("Search").fill("no such mutant")
        expect(page.get_by_text("None matches.")).to_be_visible()
        page.get_by_label("Search").fill("")
        expect(group.get_by_role("row").nth(1)).to_be_visible()
        group.locator("summary").click()
        expect(group.get_by_role("row")).to_have_count(0)


def test_a_server_whose_mutants_stay_says_how_to_start_it(page):
    told = "end all servers, and start them" if IS_FLEET else "start it with --switch-mutants"
    expect(page.get_by_text(told)).to_be_visible()
    expect(page.get_by_label("Search")).to_be_hidden()


def test_the_usual_faults_take_an_operation_and_figures(page, world):
    page.get_by_label("Operation", exact=True).select_option("listMonitors")
    page.get_by_label("Delay in ms").fill("350")
    page.get_by_label("Retry-After in s").fill("9")
    for name in ("Slow", "429"):  # one after the other, as requests may overtake each other
        page.get_by_role("switch", name=name).click()
        expect(page.get_by_role("switch", name=name)).to_have_attribute("aria-checked", "true")
    slow, limited = world.faults.all()
    assert (slow["operation"], slow["latency"]) == ("listMonitors", {"fixed_ms": 350})
    assert (limited["operation"], limited["retry_after"]) == ("listMonitors", 9)
    page.get_by_label("Operation", exact=True).select_option("every operation")
    expect(page.get_by_role("switch", name="429")).to_have_attribute("aria-checked", "false")


def test_a_switch_takes_what_the_fields_say_when_it_is_pressed(page):
    expect(page.get_by_role("switch", name="Slow")).to_be_visible()
    page.route("**/_mock/faults", lambda _: None)  # no answer, so the switches stay
    page.get_by_label("Delay in ms").fill("350")
    page.get_by_label("Operation", exact=True).select_option("listMonitors")
    with page.expect_request(lambda one: one.method == "POST") as posted:
        page.get_by_role("switch", name="Slow").click()
    assert posted.value.post_data_json == {
        "latency": {"fixed_ms": 350},
        "operation": "listMonitors",
        "probability": 1,
    }


def test_a_fault_is_edited(page, world):
    world.faults.add(operation="listMonitors", method="GET", status=500, probability=0.25, ttl="1h")
    page.get_by_role("button", name="Edit: status 500").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Operation")).to_have_value("listMonitors")
    expect(dialog.get_by_label("Probability, in percent")).to_have_value("25")
    expect(dialog.get_by_label("Duration")).to_have_value("3600s")
    dialog.get_by_label("Status").select_option("Unchanged")
    dialog.get_by_role("button", name="Apply").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Choose a status, a delay or a breakage.")
    dialog.get_by_label("Delay, in milliseconds").fill("120")
    dialog.get_by_label("Duration").fill("2h")
    dialog.get_by_role("button", name="Apply").click()
    expect(dialog).to_have_count(0)
    (fault,) = world.faults.all()
    assert "status" not in fault
    assert (fault["latency"], fault["probability"]) == ({"fixed_ms": 120}, 0.25)
    assert (fault["operation"], fault["method"]) == ("listMonitors", "GET")


def test_webhook_faults_are_added_with_the_form(page, world):
    page.get_by_role("button", name="Add another fault").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Operation").select_option("deliverWebhook (webhooks)")
    dialog.get_by_label("Deliveries are").select_option("twice")
    dialog.get_by_label("Times at most").fill("3")
    dialog.get_by_role("button", name="Add").click()
    expect(dialog).to_have_count(0)
    (fault,) = world.faults.all()
    assert (fault["mishap"], fault["times"]) == ("twice", 3)


def test_a_play_says_when_the_next_check_is_and_offers_to_check_now(page, world):
    page.get_by_role("textbox", name="Region").fill("us-east-1")
    page.get_by_role("switch", name="Region down").click()
    expect(page.get_by_text("The status of a monitor changes at its next check.")).to_contain_text(
        "is checked next at"
    )
    with page.expect_response("**/_mock/clock"):
        page.get_by_role("button", name="Check now").click()
    assert any(one["status"] == "degraded" for one in world.monitors.all())


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


def test_nothing_is_asked_for_that_is_not_there(page, world):
    responses, said = [], []
    page.on("response", lambda one: responses.append((one.status, one.url)))
    page.on("console", lambda one: said.append(one.text))
    with page.expect_response("**/_mock/events"):
        page.reload()
    expect(page.get_by_text("No outage script is playing.")).to_be_visible()
    with page.expect_response("**/_mock/outage-scripts"):
        world.monitors.force_down(world.monitors.all()[0])
    assert [one for one in responses if one[0] >= 400] == []
    assert said == []


def test_switching_one_mutant_after_another_loses_none(visitor, key):
    with RunningServer(Settings(port=0, switch_mutants=True)) as server:
        page = visitor.open(key, "break", server=server)
        page.get_by_label("Search").fill("ids-")
        switches = page.get_by_role("group", name="Mutants").get_by_role("switch", checked=False)
        expect(switches.nth(1)).to_be_visible()
        page.route("**/_mock/mutants", lambda route: route.abort())  # the list stays as it was
        sent = []
        for index in range(2):
            with page.expect_request(lambda one: one.method == "PUT") as asked:
                switches.nth(index).click()
            sent.append(asked.value.post_data_json["names"])
    assert [len(names) for names in sent] == [1, 2]
