"""Traffic from the page: live exchanges, their detail, sending again, export, coverage."""

import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.console.expecting import expect

pytestmark = pytest.mark.usefixtures("browser")


@pytest.fixture
def page(visitor, world, key):  # noqa: ARG001 - the world is to be frozen before it is shown
    return visitor.open(key, "traffic")


def rows(page):
    return page.get_by_role("group", name="Exchanges, newest first").get_by_role("row")


def test_exchanges_show_as_they_happen_and_are_filtered(page, api):
    expect(page.get_by_text("No requests yet")).to_be_visible()
    api.get("/monitors?limit=1")
    api.get("/monitors?limit=0")
    expect(rows(page)).to_have_count(3)
    expect(rows(page).nth(1)).to_contain_text("/v1/monitors?limit=0")
    expect(rows(page).nth(1)).to_contain_text("400")
    page.get_by_label("Status", exact=True).fill("200")
    expect(rows(page)).to_have_count(2)
    page.get_by_label("Operation").select_option("listWebhooks")
    expect(page.get_by_text("0 of 0")).to_be_visible()


def test_an_exchange_is_looked_at_and_sent_again(page, api, world):
    api.post("/monitors?colour=red", json={"name": "Shop", "url": "x", "interval_seconds": 60})
    page.get_by_role("button", name="Details of exchange").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("createMonitor")
    expect(dialog.get_by_role("list", name="Warnings")).to_contain_text("colour")
    expect(dialog).to_contain_text("Must be a valid HTTP or HTTPS URL")
    expect(dialog).to_contain_text("Bearer ***")
    dialog.get_by_role("button", name="Send again").click()
    expect(page.locator(".toast")).to_contain_text("again: 400")
    assert world.journal.count(operation="createMonitor") == 2


def test_a_request_is_copied_as_curl_that_runs(page, api, key):
    api.get("/monitors?limit=2")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Details of exchange").first.click()
    page.get_by_role("button", name="Copy curl").click()
    expect(page.locator(".toast")).to_contain_text("Copied")
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert f"Bearer {key}" in copied
    assert "/v1/monitors?limit=2" in copied


def test_the_journal_is_exported_and_cleared(page, api, world):
    api.get("/monitors?limit=1")
    expect(rows(page)).to_have_count(2)
    with page.expect_download() as download:
        page.get_by_role("button", name="Export HAR").click()
    assert json.loads(download.value.path().read_text())["log"]["entries"]
    page.get_by_role("button", name="Clear", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Clear", exact=True).click()
    expect(page.get_by_text("No requests yet")).to_be_visible()
    assert world.journal.count() == 0


def test_coverage_has_what_was_never_met_in_sight(page, api):
    api.get("/monitors?limit=1")
    table = page.get_by_role("group", name="Covered responses")
    row = table.get_by_role("row").filter(has_text="listMonitors")
    expect(row.get_by_title("listMonitors, 200: 1")).to_be_visible()
    expect(row.get_by_title("listMonitors, 401: never")).to_be_visible()
    states = page.get_by_role("region", name="Coverage").get_by_role("definition").first
    expect(states).to_contain_text("never: degraded")
    expect(states.get_by_text("✓ more pages")).to_be_visible()


def test_coverage_is_beside_the_exchanges_and_whole_on_a_phone(page, visitor, key, api):
    api.get("/monitors?limit=1")
    table = page.get_by_role("group", name="Covered responses")
    exchanges = page.get_by_role("group", name="Exchanges, newest first")
    expect(table).to_be_visible()
    expect(exchanges).to_be_visible()
    assert (
        exchanges.bounding_box()["x"] + exchanges.bounding_box()["width"]
        < (table.bounding_box()["x"])
    )
    phone = visitor.open(key, "traffic", viewport={"width": 390, "height": 844})
    table = phone.get_by_role("group", name="Covered responses")
    expect(table).to_be_visible()
    assert table.evaluate("frame => frame.scrollWidth <= frame.clientWidth")


def test_hostile_paths_are_text(page, api):
    api.get("/monitors?status=<img src=x onerror=alert(1)>")
    expect(rows(page).nth(1)).to_contain_text("img")
    assert page.locator("#stage img").count() == 0


def test_exchanges_are_found_by_text_and_time(page, api, world):
    api.get("/monitors?tag=payments")
    world.clock.advance("2h")
    api.get("/incidents")
    expect(rows(page)).to_have_count(3)
    page.get_by_label("Search method, path and query").fill("TAG=pay")
    expect(rows(page)).to_have_count(2)
    expect(rows(page).nth(1)).to_contain_text("/v1/monitors?tag=payments")
    page.get_by_label("Time", exact=True).select_option("Last hour")
    expect(page.get_by_text("No requests match.")).to_be_visible()
    page.get_by_label("Search method, path and query").fill("")
    expect(rows(page)).to_have_count(2)
    expect(rows(page).nth(1)).to_contain_text("/v1/incidents")


def test_a_request_is_copied_as_code_that_repeats_it(page, api, key, world):
    body = {
        "name": 'Shop\'s "best" — Zürich',
        "url": "https://perfect.test/",
        "interval_seconds": 60,
    }
    api.post("/monitors", json=body)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Details of exchange").first.click()
    copied = {}
    for kind in ("fetch", "Python", "Playwright"):
        page.get_by_role("button", name=f"Copy {kind}").click()
        expect(page.locator(".toast").last).to_contain_text("Copied")
        copied[kind] = page.evaluate("() => navigator.clipboard.readText()")
        assert f"Bearer {key}" in copied[kind]
    exec(compile(copied["Python"], "copied", "exec"), {})  # noqa: S102 - the page made it
    assert [one["name"] for one in world.monitors.all()].count(body["name"]) == 2
    assert "expect(response.status()).toBe(201);" in copied["Playwright"]
    assert 'import { expect, test } from "@playwright/test";' in copied["Playwright"]


def test_a_fault_is_made_of_a_request(page, api, world):
    api.get("/monitors?limit=1")
    page.get_by_role("button", name="Details of exchange").first.click()
    page.get_by_role("button", name="Make a fault of this").click()
    dialog = page.get_by_role("dialog", name="Add a fault")
    expect(dialog.get_by_label("Operation")).to_have_value("listMonitors")
    dialog.get_by_label("Status").select_option("429")
    dialog.get_by_label("Retry-After, in seconds").fill("7")
    dialog.get_by_role("button", name="Add").click()
    expect(dialog).to_have_count(0)
    response = api.get("/monitors")
    assert (response.status_code, response.headers["retry-after"]) == (429, "7")
    assert api.get("/incidents").status_code == 200
    assert [one["status"] for one in world.faults.all()] == [429]


def test_on_a_phone_status_and_details_are_in_sight(visitor, api, world, key):  # noqa: ARG001
    api.get("/monitors?limit=0")
    page = visitor.open(key, "traffic", viewport={"width": 390, "height": 844})
    row = rows(page).nth(1)
    for shown in (row.get_by_text("400"), row.get_by_role("button", name="Details of exchange")):
        expect(shown).to_be_visible()
        box = shown.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390


@pytest.fixture
def ask(server, key):
    """Send a request on a thread; its result is the response."""
    headers = {"Authorization": f"Bearer {key}"}
    with ThreadPoolExecutor(4) as pool:
        yield lambda path: pool.submit(httpx.get, server.url + path, headers=headers, timeout=120)


def hold(page, count="1"):
    page.get_by_role("button", name="Hold requests").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Operation").select_option("listMonitors")
    dialog.get_by_label("How many").fill(count)
    dialog.get_by_label("Each for at most").fill("10m")
    dialog.get_by_role("button", name="Hold", exact=True).click()
    expect(page.get_by_role("group", name="Breakpoints")).to_contain_text("listMonitors")


def test_a_request_is_held_edited_and_released(page, ask):
    hold(page)
    asked = ask("/monitors?limit=1")
    held = page.get_by_role("group", name="Held requests")
    expect(held).to_contain_text("/v1/monitors?limit=1")
    page.get_by_role("button", name="Edit the response").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Status").fill("503")
    dialog.get_by_label("Headers").fill("content-type: text/plain\nx-odd: yes")
    dialog.get_by_label("Body").fill("not today")
    dialog.get_by_role("button", name="Send edited").click()
    expect(dialog).to_have_count(0)
    response = asked.result(120)
    assert (response.status_code, response.text) == (503, "not today")
    assert response.headers["x-odd"] == "yes"
    expect(page.get_by_role("region", name="Held requests")).to_be_hidden()
    expect(rows(page).nth(1)).to_contain_text("edited")


def test_held_requests_are_released_as_they_are(page, ask, world):
    hold(page, "3")
    first, second = ask("/monitors?limit=1"), ask("/monitors?limit=2")
    expect(page.get_by_role("button", name="Release held-")).to_have_count(2)
    page.get_by_role("button", name="Edit the response").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Send edited").click()  # nothing edited
    expect(page.get_by_role("button", name="Release held-")).to_have_count(1)
    page.get_by_role("button", name="Release held-").click()
    assert {one.result(120).status_code for one in (first, second)} == {200}
    assert not any(one["edited"] for one in world.journal.all())
    third = ask("/monitors?limit=3")
    expect(page.get_by_role("button", name="Release held-")).to_have_count(1)
    page.get_by_role("button", name="Release all").click()
    expect(page.get_by_role("region", name="Held requests")).to_be_hidden()
    assert third.result(120).status_code == 200
    assert world.breakpoints.all() == []


def test_other_views_say_that_a_request_is_held(visitor, world, key, ask):
    page = visitor.open(key)
    expect(page.locator("virtual-list .row").first).to_be_visible()
    world.breakpoints.add(hold_for="10m")
    asked = ask("/incidents")
    expect(page.locator(".toast")).to_contain_text("/v1/incidents is held")
    world.breakpoints.clear()
    assert asked.result(120).status_code == 200


def test_a_late_response_replaces_no_newer_one(page, api):
    api.get("/monitors?limit=1")
    api.get("/monitors?limit=0")
    expect(rows(page)).to_have_count(3)
    late = []

    def hold(route):
        late.append(route)

    page.route("**/_mock/journal?*status=400*", hold)
    status = page.get_by_label("Status", exact=True)
    with page.expect_request("**/_mock/journal?*status=400*"):
        status.fill("400")
    status.fill("200")
    expect(rows(page)).to_have_count(2)
    expect(rows(page).nth(1)).to_contain_text("limit=1")
    for route in late:
        with page.expect_response("**/_mock/journal?*status=400*"):
            route.continue_()
    page.wait_for_timeout(300)
    expect(rows(page).nth(1)).to_contain_text("limit=1")
