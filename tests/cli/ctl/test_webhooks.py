"""`ctl webhooks` and its neighbours: endpoints and deliveries."""

import pytest

from statuspool_mock.client import Control


@pytest.fixture
def webhook(server, key):
    with Control(server.control_url, api_key=key) as control:
        return control.webhooks.register("http://192.0.2.1/hook", secret="whsec_hush-hush-hush")


def test_without_webhooks_there_is_nothing_to_list(ctl):
    assert ctl("webhooks").out == "No webhooks.\n"
    assert ctl("deliveries").out == "No deliveries.\n"
    assert ctl("redeliver").out == "0\n"


def test_an_event_is_triggered_and_its_delivery_shown(ctl, webhook):
    assert webhook["url"] in ctl("webhooks").out
    triggered = ctl("trigger", "status_change", "--monitor", "checkout", "--json").data
    assert [row["event"] for row in triggered] == ["status_change"]
    number = str(triggered[0]["number"])
    assert "withheld" in ctl("deliveries", "--outcome", "withheld").out
    assert "Checkout Service" in ctl("delivery", number).out


def test_a_webhook_is_disabled_enabled_and_deleted(ctl, webhook):
    assert " no " in ctl("webhook", "disable", webhook["id"]).out
    assert " yes " in ctl("webhook", "enable", webhook["id"]).out
    assert ctl("webhook", "delete", webhook["id"]).out == "Done.\n"
    assert ctl("webhooks").out == "No webhooks.\n"
    assert "not found" in ctl("webhook", "delete", webhook["id"], code=2).err
