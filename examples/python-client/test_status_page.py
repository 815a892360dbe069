"""Test the client against the mock: no network, no waiting, no randomness."""

import pytest
import requests
from status_page import StatusPage


@pytest.fixture
def naps():
    return []


@pytest.fixture
def page(statuspool, naps):
    return StatusPage(statuspool.url, statuspool.api_key, sleep=naps.append)


def test_the_worst_status_is_up_until_a_monitor_is_down(statuspool, page):
    shop = statuspool.monitors.create("Shop", "https://perfect.test/")
    assert page.worst() == "up"
    statuspool.monitors.force_down(shop, lasting="10m")
    assert page.worst() == "down"
    statuspool.clock.advance("11m")
    assert page.worst() == "up"


def test_a_failing_region_is_degraded(statuspool, page):
    shop = statuspool.monitors.create("Shop", "https://perfect.test/")
    statuspool.monitors.force_down(shop, regions=["us-east-1"])
    assert page.worst() == "degraded"


def test_every_page_is_read(statuspool, page):
    for number in range(101):
        statuspool.monitors.create(f"Monitor {number}")
    assert len(page.monitors()) == 101
    statuspool.journal.verify(operation="listMonitors", times=2)


def test_it_waits_as_long_as_retry_after_says(statuspool, page, naps):
    statuspool.faults.add(operation="listMonitors", status=429, retry_after=17, times=2)
    assert page.monitors() == []
    assert naps == [17, 17]


def test_an_error_is_raised(statuspool, page):
    statuspool.faults.add(operation="listMonitors", status=500)
    with pytest.raises(requests.HTTPError):
        page.worst()


@pytest.mark.statuspool(scenario="outage")
def test_the_outage_scenario_has_an_outage(page):
    assert page.worst() == "down"


def test_webhooks_arrive_signed_and_in_order(statuspool, receiver):
    shop = statuspool.monitors.create("Shop", "https://perfect.test/")
    receiver.register(statuspool, events=("status_change", "incident_created"))
    statuspool.monitors.force_down(shop, lasting="10m")
    statuspool.clock.advance("1h")
    assert receiver.events == ["status_change", "incident_created", "status_change"]
