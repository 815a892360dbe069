"""The receiver of the examples, told of an outage by a real mock."""

import pytest

from statuspool_mock.client import Control
from tests.examples.flask_receiver import SECRET, receiving
from tests.mock_process import serving

pytestmark = pytest.mark.process


def deliver_an_outage(url, *, secret):
    """Take a shop down in a world of its own; return what became of each delivery."""
    with (
        serving("--scenario", "empty") as served,
        Control(served.control_url, api_key="sp_test_receiver") as control,
    ):
        control.clock.freeze()
        control.webhooks.register(url, secret=secret)
        shop = control.monitors.create("Shop", "https://perfect.test/")
        control.monitors.force_down(shop["id"])
        control.clock.advance("1s")  # answers when all that is due has been delivered
        return {row["event"]: row["status"] for row in control.webhooks.deliveries()}


def test_it_takes_what_the_mock_delivers_and_says_so():
    with receiving() as receiver:
        statuses = deliver_an_outage(receiver.url, secret=SECRET)
        said = {next(receiver.said).split()[1] for _ in statuses}
    assert set(statuses.values()) == {200}
    assert said == set(statuses) >= {"status_change", "incident_created"}


def test_it_refuses_a_sender_with_another_secret():
    with receiving() as receiver:
        statuses = deliver_an_outage(receiver.url, secret="whsec_another")
    assert set(statuses.values()) == {401}
