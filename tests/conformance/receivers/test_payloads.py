"""What `certify` sends has the shape of what the mock's own webhooks send."""

import json

import httpx
import pytest

from statuspool_mock import scenarios
from statuspool_mock.conformance.receivers.sender import CaseSender
from statuspool_mock.contract.reference import EVENTS
from statuspool_mock.simulation import Team
from statuspool_mock.webhooks.messages import sample


def shape(value):
    if isinstance(value, dict):
        return {name: shape(part) for name, part in value.items()}
    return type(value).__name__


@pytest.mark.parametrize("event", EVENTS)
def test_a_certifying_delivery_has_the_fields_of_a_real_one(event):
    world = scenarios.build_world(scenarios.load("docs"), seed=1, now=1_736_934_131)
    monitor = world.monitor("4f2a8c1e-9b3d-47e1-aa5f-0d6c8e21b907", team=Team.OWN)
    real = json.loads(sample(event, monitor, world, number=1).body)
    sender = CaseSender(httpx.AsyncClient(), "http://127.0.0.1/", secret="s", timeout=1)
    assert shape(json.loads(sender.compose(event))) == shape(real)
