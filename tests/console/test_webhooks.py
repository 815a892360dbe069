"""Webhooks from the page: endpoints, the built-in receiver, deliveries, redelivery."""

import pytest

from statuspool_mock.contract import signing
from tests.console.expecting import expect

pytestmark = pytest.mark.usefixtures("browser")


@pytest.fixture
def page(visitor, world, key):  # noqa: ARG001 - the world is to be frozen before it is shown
    return visitor.open(key, "webhooks")


def deliveries(page):
    return page.get_by_role("group", name="Deliveries, newest first").get_by_role("row")


def test_payloads_are_watched_without_a_receiver_of_ones_own(page, world):
    page.get_by_role("button", name="Use the built-in receiver").click()
    expect(page.get_by_role("group", name="Endpoints")).to_contain_text("/_mock/receiver")
    page.get_by_label("Event", exact=True).select_option("incident_created")
    page.get_by_role("button", name="Trigger").click()
    expect(deliveries(page).nth(1)).to_contain_text("delivered")
    page.get_by_role("button", name="Details of delivery").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("group", name="Payload")).to_contain_text('"incident_created"')
    (sent,) = world.webhooks.deliveries()
    body = world.webhooks.delivery(sent["number"])["body"]
    signature = signing.sign(body.encode(), "whsec_console")
    expect(dialog.get_by_role("group", name="Signature")).to_have_text(signature)
    expect(dialog.get_by_role("group", name="Attempt 1")).to_contain_text("204")
    dialog.get_by_role("button", name="Redeliver").click()
    expect(deliveries(page)).to_have_count(3)


def test_what_befalls_monitors_leaves_as_it_happens(page, world):
    page.get_by_role("button", name="Use the built-in receiver").click()
    expect(page.get_by_role("group", name="Endpoints")).to_be_visible()
    world.monitors.force_down(world.monitors.all()[0])
    world.clock.advance("5m")
    expect(deliveries(page).filter(has_text="status_change").first).to_contain_text("delivered")


def test_an_endpoint_that_does_not_answer_is_told_so_and_redelivered(page, world, free_port):
    page.get_by_label("URL").fill(f"http://127.0.0.1:{free_port}/hook")
    page.get_by_role("button", name="Register").click()
    page.get_by_role("button", name="Trigger").click()
    triggered = deliveries(page).last  # other monitors change within the 12 hours
    expect(triggered).to_contain_text("pending")
    world.clock.advance("12h")
    expect(triggered).to_contain_text("failed")
    page.get_by_role("button", name="Redeliver failed").click()
    expect(page.locator(".toast").last).to_contain_text("1 sent again")


def test_a_url_that_is_none_is_refused_in_the_apis_words(page):
    page.get_by_label("URL").fill("nope")
    page.get_by_role("button", name="Register").click()
    expect(page.locator(".toast.trouble")).to_contain_text("Must be a valid HTTP or HTTPS URL")


def test_the_events_of_an_endpoint_are_chosen(page, world):
    page.get_by_label("incident_created").uncheck()
    page.get_by_label("sla_breach").uncheck()
    page.get_by_role("button", name="Use the built-in receiver").click()
    expect(page.get_by_role("group", name="Endpoints")).to_contain_text("status_change")
    assert [one["events"] for one in world.webhooks.all()] == [["status_change"]]


def test_deliveries_name_their_monitor_and_are_filtered(page, world, free_port):
    page.get_by_role("button", name="Use the built-in receiver").click()
    expect(page.get_by_role("group", name="Endpoints")).to_be_visible()
    world.webhooks.register(f"http://127.0.0.1:{free_port}/hook", secret="s")
    world.webhooks.trigger("sla_breach")
    expect(deliveries(page)).to_have_count(3)
    first = world.monitors.all()[0]
    expect(deliveries(page).nth(1).get_by_role("link", name=first["name"])).to_be_visible()
    page.get_by_label("Outcome").select_option("delivered")
    expect(deliveries(page)).to_have_count(2)
    expect(deliveries(page).nth(1)).to_contain_text("/_mock/receiver")
    page.get_by_label("Event of the delivery").select_option("status_change")
    expect(page.get_by_text("No deliveries match.")).to_be_visible()
    page.get_by_label("Event of the delivery").select_option("sla_breach")
    expect(deliveries(page)).to_have_count(2)
    world.clock.advance("2h")
    page.get_by_label("Time", exact=True).select_option("Last hour")
    expect(deliveries(page).filter(has_text="sla_breach")).to_have_count(0)


def test_on_a_phone_urls_are_lines_of_their_own(visitor, world, key):
    url = "http://127.0.0.1:9/hooks/statuspool/production"
    world.webhooks.register(url, secret="s")
    world.webhooks.trigger("sla_breach")
    page = visitor.open(key, "webhooks", viewport={"width": 390, "height": 844})
    for name in ("Endpoints", "Deliveries, newest first"):
        shown = page.get_by_role("group", name=name).get_by_text(url)
        expect(shown).to_be_visible()
        assert shown.bounding_box()["height"] < 60
        assert shown.bounding_box()["width"] > 200


def test_an_endpoint_is_disabled_enabled_and_deleted(page, world):
    page.get_by_role("button", name="Use the built-in receiver").click()
    endpoints = page.get_by_role("group", name="Endpoints")
    page.get_by_role("button", name="Disable: ").click()
    expect(endpoints).to_contain_text("disabled")
    assert [one["active"] for one in world.webhooks.all()] == [False]
    page.get_by_role("button", name="Enable: ").click()
    expect(endpoints).to_contain_text("active")
    assert [one["active"] for one in world.webhooks.all()] == [True]
    page.get_by_role("button", name="Delete: ").click()
    expect(page.get_by_role("dialog")).to_contain_text("stay in the log")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No endpoints are registered.")).to_be_visible()
    assert world.webhooks.all() == []


def test_before_an_endpoint_is_deleted_it_is_said_what_is_lost(page, world, free_port):
    hook = world.webhooks.register(f"http://127.0.0.1:{free_port}/hook", secret="s")
    expect(page.get_by_role("group", name="Endpoints")).to_contain_text("/hook")
    world.webhooks.trigger("sla_breach")  # after the page was drawn
    page.get_by_role("button", name=f"Delete: {hook['url']}").click()
    expect(page.get_by_role("dialog")).to_contain_text("Not sent: 1 event")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(deliveries(page).nth(1)).to_contain_text("the webhook was deleted")


def test_deliveries_are_filtered_by_monitor(page, world):
    page.get_by_role("button", name="Use the built-in receiver").click()
    expect(page.get_by_role("group", name="Endpoints")).to_be_visible()
    first, second = world.monitors.all()[:2]
    for monitor in (first, second):
        world.webhooks.trigger("sla_breach", monitor_id=monitor["id"])
    expect(deliveries(page)).to_have_count(3)
    page.get_by_label("Monitor", exact=True).fill(first["name"])
    expect(deliveries(page)).to_have_count(2)
    expect(deliveries(page).nth(1)).to_contain_text(first["name"])
    page.get_by_label("Monitor", exact=True).fill("")
    expect(deliveries(page)).to_have_count(3)
