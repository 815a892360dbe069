"""All monitors of a world under the hand: seen, found, broken and mended, closely."""

import json
import re
import shlex
import subprocess

import pytest

from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings
from tests.console.expecting import expect

pytestmark = pytest.mark.usefixtures("browser")

HOSTILE = '<img src=x onerror="document.title=`owned`">'


@pytest.fixture
def shop(world):
    return world.monitors.create(
        "My shop", "https://perfect.test/", tags=["mine"], regions=["us-east-1", "eu-central-1"]
    )


def row_of(page, name):
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))


def test_a_row_shows_what_the_api_says(page, api, shop, world):
    world.clock.advance("2h")
    row = row_of(page, "My shop")
    told = api.get(f"/monitors/{shop['id']}/status").json()
    expect(row.locator("status-pill")).to_contain_text(told["status"])
    expect(row.locator(".uptime")).to_have_text(f"{told['uptime_30d']:.3f} %")
    expect(row.locator(".tag")).to_have_text("mine")
    bars = row.locator("uptime-bar path").evaluate_all(
        "(paths) => paths.map((path) => path.getAttribute('d')).join('')"
    )
    assert bars.count("M") == 30
    row.locator("uptime-bar svg").hover(position={"x": 100, "y": 10})
    expect(row.locator("uptime-bar title")).to_have_text(re.compile(r"days ago: no checks"))
    expect(row.locator("spark-line path.line")).to_have_attribute("d", re.compile(r"M.*L.*L"))
    expect(row.locator(".checked")).to_have_text("0s ago")


def test_buttons_break_and_mend_a_monitor(page, api, shop):
    row, path = row_of(page, "My shop"), f"/monitors/{shop['id']}"
    pill = row.locator("status-pill")
    for press, status in [
        ("Down", "down"),
        ("Restore", "up"),
        ("Degrade", "degraded"),
        ("Restore", "up"),
        ("Pause", "paused"),
        ("Resume", "up"),
    ]:
        row.get_by_role("button", name=f"{press}: My shop").click()
        expect(pill).to_have_attribute("status", status)
        assert api.get(path).json()["status"] == status


def test_trouble_is_made_for_a_duration_in_chosen_regions(page, world, shop):
    row_of(page, "My shop").get_by_role("button", name="More: My shop").click()
    dialog = page.get_by_role("dialog", name="My shop")
    dialog.get_by_label("Duration").fill("ten minutes")
    dialog.get_by_role("button", name="Apply").click()
    expect(dialog).to_be_visible()  # that is no duration
    dialog.get_by_label("Duration").fill("10m")
    dialog.get_by_label("eu-central-1").uncheck()
    dialog.get_by_role("button", name="Apply").click()
    expect(dialog).to_have_count(0)
    (overlay,) = world.monitors.find(shop["id"])["overlays"]
    assert (overlay["forced"], overlay["regions"]) == (True, ["us-east-1"])
    expect(row_of(page, "My shop").locator("status-pill")).to_have_attribute("status", "degraded")
    world.clock.advance("11m")
    expect(row_of(page, "My shop").locator("status-pill")).to_have_attribute("status", "up")


def test_the_list_is_searched_filtered_and_sorted_and_the_address_says_how(page, world, shop):
    world.monitors.force_down(shop)
    page.get_by_role("searchbox").fill("my sh")
    expect(page.get_by_role("row")).to_have_count(1)
    assert "search=my+sh" in page.url
    page.get_by_role("searchbox").fill("")
    page.get_by_label("Tag").select_option("mine")
    expect(page.get_by_role("row")).to_have_count(1)
    page.get_by_label("Tag").select_option("")
    page.get_by_label("Order").select_option("status")
    expect(page.locator("status-pill").first).to_have_attribute("status", "down")
    page.get_by_role("group", name="Status").get_by_role("button", name="Down").click()
    expect(page.locator("status-pill[status=down]").first).to_be_visible()
    expect(page.locator("status-pill:not([status=down])")).to_have_count(0)
    page.reload()
    expect(page.locator("[data-status=down]")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("searchbox").fill("nothing is called so")
    expect(page.get_by_text("No monitors match.")).to_be_visible()


def test_what_others_change_is_seen_without_reloading(page, api, shop):
    expect(row_of(page, "My shop")).to_be_visible()
    api.put(f"/monitors/{shop['id']}", json={"name": "Renamed shop"})
    expect(row_of(page, "Renamed shop")).to_be_visible()
    api.delete(f"/monitors/{shop['id']}")
    expect(row_of(page, "Renamed shop")).to_have_count(0)


def test_hostile_names_are_text_wherever_they_are_shown(visitor, world, key):
    made = world.monitors.create(HOSTILE, "https://down.test/", tags=["<b>x</b>"])
    page = visitor.open(key)
    page.get_by_role("link", name=HOSTILE).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    expect(page.locator("json-view")).to_contain_text("<img src=x onerror=")
    page.get_by_role("button", name="More").click()
    expect(page.get_by_role("dialog").get_by_role("heading")).to_have_text(HOSTILE)
    page.keyboard.press("Escape")
    page.goto(visitor.url(key, "time"))
    expect(page.locator("time-line")).to_contain_text("<img")
    world.clock.advance("1m")
    page.get_by_role("button", name="Next event").first.click()
    expect(page.locator(".toast").first).to_be_visible()
    assert page.locator("#stage img, #stage b, .toasts img").count() == 0
    assert "owned" not in page.title()
    assert made["name"] == HOSTILE


def test_the_detail_shows_chart_log_incidents_schedule_and_answers(page, world, api, shop):
    api.put(f"/monitors/{shop['id']}", json={"interval_seconds": 300})
    world.clock.advance("1h")
    world.monitors.force_down(shop, regions=["us-east-1"])
    world.clock.advance("1h")
    world.monitors.force_down(shop)
    row_of(page, "My shop").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My shop")
    chart = page.locator("response-chart")
    expect(chart.locator("path")).to_have_count(2)
    expect(chart.locator(".trouble").first).to_be_attached()
    chart.focus()
    page.keyboard.press("ArrowLeft")
    expect(chart.locator(".cross")).to_have_attribute("visibility", "visible")
    page.get_by_role("button", name="24 h").click()
    expect(page.get_by_role("button", name="24 h")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("Incidents").get_by_role("row")).to_contain_text(["Began", "open"])
    expect(page.get_by_label("Schedule").first).to_contain_text("every 5m")
    response = page.locator("json-view pre")
    expect(response).to_contain_text('"My shop"')
    page.get_by_label("Operation").select_option("getMonitorStatus")
    expect(response).not_to_contain_text('"My shop"')
    assert json.loads(response.text_content()) == api.get(f"/monitors/{shop['id']}/status").json()


def test_the_log_is_filtered_and_paged(page, world, api, shop):
    world.clock.advance("3h")
    world.monitors.force_down(shop, regions=["us-east-1"])
    world.clock.advance("15m")
    row_of(page, "My shop").get_by_role("link").click()
    log = page.get_by_role("region", name="Log").first
    expect(log).to_contain_text("page 1 of ")
    first = log.get_by_role("row").nth(1).text_content()
    log.get_by_role("button", name="Older").click()
    expect(log).to_contain_text("page 2 of ")
    assert log.get_by_role("row").nth(1).text_content() != first
    log.get_by_label("Region").select_option("us-east-1")
    expect(log).to_contain_text("page 1 of ")
    expect(log.locator("tbody")).not_to_contain_text("eu-central-1")
    log.get_by_label("Failures only").check()
    rows = api.get(f"/monitors/{shop['id']}/logs", params={"limit": 1, "page": 10**6}).json()
    assert rows["results"] == []
    expect(log.locator("tbody tr")).to_have_count(16)
    log.get_by_label("Region").select_option("eu-central-1")
    expect(log).to_contain_text("No rows match.")


def test_requests_are_copied_as_curl_and_fetch(visitor, world, key, server):  # noqa: ARG001
    page = visitor.open(key, permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("row").nth(0).get_by_role("link").click()
    page.get_by_role("button", name="Copy curl").click()
    expect(page.locator(".toast")).to_have_text(re.compile("Copied"))
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"curl -s '{server.url}/monitors/")
    assert f"Bearer {key}" in copied
    page.get_by_role("button", name="Copy fetch").click()
    page.evaluate(
        """async () => {
          while (!(await navigator.clipboard.readText()).startsWith("const"))
            await new Promise((resolve) => setTimeout(resolve, 20));
        }"""
    )
    assert "await fetch(" in page.evaluate("navigator.clipboard.readText()")


def test_nothing_can_be_copied_before_there_is_something(visitor, world, key):  # noqa: ARG001
    page = visitor.open(key)
    with page.expect_request("**/answers*"):
        page.route("**/answers*", lambda _: None)  # an answer that does not come
        page.get_by_role("row").nth(0).get_by_role("link").click()
    expect(page.get_by_role("button", name="Copy curl")).to_be_disabled()
    expect(page.get_by_role("button", name="Copy fetch")).to_be_disabled()


def test_a_monitor_that_is_not_there_is_said_to_be_gone(visitor, key):
    page = visitor.open(key, "world/00000000-0000-4000-8000-000000000000")
    expect(page.get_by_text("This monitor does not exist")).to_be_visible()
    page.get_by_role("link", name="All monitors").click()
    expect(page.get_by_role("row").first).to_be_visible()


def test_two_thousand_monitors_take_no_longer_to_look_at(visitor):
    with RunningServer(Settings(port=0, scenario="large", rate_limit=None)) as large:
        page = visitor.open("sp_test_large", server=large)
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        expect(page.get_by_role("button", name="All")).to_contain_text("2000")
        assert page.locator("virtual-list .row").count() < 40
        page.locator("virtual-list").evaluate("(list) => list.scrollTo(0, list.scrollHeight / 2)")
        middle = page.locator('virtual-list [aria-rowindex="1001"] a')
        expect(middle).to_be_visible()
        page.locator("virtual-list").evaluate("(list) => list.scrollTo(0, list.scrollHeight)")
        expect(page.locator('virtual-list [aria-rowindex="2000"] a')).to_be_visible()
        boards = [url for url in asked if "/board" in url]
        assert len(boards) <= 8
        assert page.locator("virtual-list .row").count() < 40


def test_the_lines_between_rows_reach_both_edges(page):
    row = page.locator("virtual-list .row").first
    expect(row).to_be_visible()
    edges = """list => {
        const row = list.querySelector(".row").getBoundingClientRect();
        const left = list.getBoundingClientRect().left + list.clientLeft;
        return [row.left - left, left + list.clientWidth - row.right];
    }"""
    assert page.locator("virtual-list").evaluate(edges) == [0, 0]


def test_a_monitor_is_broken_with_the_keyboard_alone(page, api, shop):
    expect(page.get_by_role("row").first).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("my shop")
    expect(page.get_by_role("row")).to_have_count(1)
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('virtual-list a')"):
            break
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("status-pill")).to_have_attribute("status", "down")
    assert api.get(f"/monitors/{shop['id']}").json()["status"] == "down"
    focused = page.evaluate("document.activeElement.ariaLabel")
    assert focused == "Restore: My shop"  # the focus stays where it was
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("My shop")


def test_arrow_keys_move_from_row_to_row(page):
    page.locator('[aria-rowindex="1"] a').focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    place = "document.activeElement.closest('[aria-rowindex]').ariaRowIndex"
    assert page.evaluate(place) == "3"
    page.keyboard.press("ArrowUp")
    assert page.evaluate(place) == "2"


def test_leaving_a_monitor_leads_back_to_the_list_as_it_was(page, shop, world):  # noqa: ARG001
    page.get_by_role("searchbox").fill("my shop")
    expect(page.get_by_role("row")).to_have_count(1)
    page.get_by_role("link", name="My shop").click()
    expect(page).to_have_title(re.compile("^My shop"))
    expect(page.locator("#stage")).to_be_focused()
    page.get_by_role("link", name="Back to all monitors").click()
    expect(page.get_by_role("searchbox")).to_have_value("my shop")
    expect(page.get_by_role("row")).to_have_count(1)
    expect(page).to_have_title(re.compile("^World"))


def test_a_monitor_that_goes_while_it_is_looked_at_is_said_to_be_gone(page, api, shop):
    row_of(page, "My shop").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My shop")
    api.delete(f"/monitors/{shop['id']}")
    expect(page.get_by_text("This monitor does not exist")).to_be_visible()


def test_a_press_is_not_lost_when_its_row_is_shown_anew(page, world, shop):
    more = row_of(page, "My shop").get_by_role("button", name="More: My shop")
    more.hover()
    page.mouse.down()
    with page.expect_response("**/board?*"):
        world.monitors.force_degraded(shop)
    page.mouse.up()
    expect(page.get_by_role("dialog", name="My shop")).to_be_visible()
    expect(row_of(page, "My shop").locator("status-pill")).to_have_attribute("status", "degraded")


def test_the_focus_stays_on_a_button_while_time_runs(visitor, world, key):
    page = visitor.open(key, "time")
    page.get_by_role("group", name="Upcoming outages").get_by_role("button").nth(2).focus()
    with page.expect_response("**/timeline?*"):
        world.clock.advance("10s")
    page.wait_for_timeout(100)
    assert page.evaluate("document.activeElement.textContent") == "Go to"


def test_a_monitor_is_created_edited_and_deleted(page, world, api):
    page.get_by_role("button", name="New monitor").click()
    dialog = page.get_by_role("dialog", name="New monitor")
    dialog.get_by_label("Name").fill("Checkout")
    dialog.get_by_label("URL").fill("nope")
    dialog.get_by_role("button", name="Create").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Must be a valid HTTP or HTTPS URL")
    dialog.get_by_label("URL").fill("https://perfect.test/checkout")
    dialog.get_by_label("Tags, separated by commas").fill("shop, web")
    dialog.get_by_role("button", name="Create").click()
    row_of(page, "Checkout").get_by_role("link").click()
    page.get_by_role("button", name="Edit", exact=True).click()
    dialog = page.get_by_role("dialog", name="Edit Checkout")
    expect(dialog.get_by_label("Tags, separated by commas")).to_have_value("shop, web")
    dialog.get_by_label("Name").fill("Checkout v2")
    dialog.get_by_label("Interval").select_option("30 seconds")
    dialog.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Checkout v2")
    made = world.monitors.find("Checkout v2")
    assert (made["interval_seconds"], made["tags"]) == (30, ["shop", "web"])
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("World")
    expect(row_of(page, "Checkout v2")).to_have_count(0)
    assert api.get(f"/monitors/{made['id']}").status_code == 404


def test_a_long_name_is_shortened_before_what_tells_it_from_its_neighbours(visitor, world, key):
    names = [f"Production API of the shop in the region europe, number {one}" for one in (1, 2)]
    for name in names:
        world.monitors.create(name, "https://perfect.test/")
    page = visitor.open(key, viewport={"width": 390, "height": 844})
    page.get_by_role("searchbox").fill("region europe")
    for name in names:
        link = page.get_by_role("link", name=name, exact=True)
        end = link.locator("span").last
        expect(end).to_be_visible()
        box, frame = end.bounding_box(), link.bounding_box()
        assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 1
        assert end.text_content() == name[-6:]
    page.get_by_role("searchbox").fill("number 1")
    expect(page.get_by_role("row")).to_have_count(1)
    expect(page.get_by_role("link", name=names[0], exact=True).locator("span")).to_have_count(1)


def test_an_empty_world_says_how_to_begin_and_shows_it_as_code(page, world, api, key):
    world.reset(scenario="empty")
    expect(page.get_by_text("This world has no monitors yet.")).to_be_visible()
    for title in ("Create a monitor", "Load a scenario", "Receive webhooks"):
        step = page.get_by_role("region", name=title)
        step.get_by_text("Show as code").click()
        curl = step.get_by_role("group", name=f"{title}: curl")
        expect(curl).to_contain_text(f"Bearer {key}")
        name = key.removeprefix("sp_test_")
        code = step.get_by_role("group", name=f"{title}: TypeScript")
        expect(code).to_contain_text(f'mock.sandbox("{name}")')
        command = curl.text_content()
        done = subprocess.run(shlex.split(command), capture_output=True, check=True, text=True)
        assert "error" not in json.loads(done.stdout), done.stdout
        world.reset(scenario="empty")
        expect(page.get_by_text("This world has no monitors yet.")).to_be_visible()
    page.get_by_role("button", name="Load the scenario default").click()
    expect(page.get_by_role("row").first).to_be_visible()
    assert len(api.get("/monitors").json()["results"]) > 3


def test_many_monitors_are_selected_and_acted_on(page, world, api):
    made = [world.monitors.create(f"Batch {one}", "https://perfect.test/") for one in range(3)]
    for monitor in made[:2]:
        page.get_by_label(f"Select {monitor['name']}", exact=True).check()
    bar = page.get_by_role("group", name="Selected monitors")
    expect(bar).to_contain_text("2 monitors selected")
    bar.get_by_role("button", name="Down").click()
    for monitor, status in zip(made, ("down", "down", "up"), strict=True):
        pill = row_of(page, monitor["name"]).locator("status-pill")
        expect(pill).to_have_attribute("status", status)
    expect(page.get_by_label("Select Batch 0", exact=True)).to_be_checked()
    bar.get_by_role("button", name="Release").click()
    expect(row_of(page, "Batch 0").locator("status-pill")).to_have_attribute("status", "up")
    bar.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(bar).to_be_hidden()
    expect(row_of(page, "Batch 1")).to_have_count(0)
    assert [api.get(f"/monitors/{one['id']}").status_code for one in made] == [404, 404, 200]
