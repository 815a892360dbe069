"""The control plane's document is valid, complete and served like the API's."""

import httpx
import pytest
from openapi_spec_validator import validate

from statuspool_mock import contract, resources
from statuspool_mock.web.control.operations import OPERATIONS

DOCUMENT = contract.load(resources.path("openapi/control.yaml"))
OPEN = {"takeDelivery"}  # couriers have no token


def test_it_is_valid_openapi():
    validate(DOCUMENT.raw)
    assert DOCUMENT.raw["openapi"] == "3.0.3"


def test_every_operation_is_carried_out_and_no_function_is_left_over():
    assert set(DOCUMENT.operations) == set(OPERATIONS)


@pytest.mark.parametrize("operation_id", [one for one in DOCUMENT.operations if one not in OPEN])
def test_every_operation_says_that_the_door_may_be_closed(operation_id):
    operation = DOCUMENT.operations[operation_id]
    assert 403 in operation.statuses
    assert (401 in operation.statuses) == operation.is_secured


def test_it_is_served_with_swagger_ui_and_files_of_our_own(server):
    page = httpx.get(f"{server.control_url}/_mock/docs").text
    assert "docs/start.js" in page
    assert "http" not in page.replace("http-equiv", "")
    start = httpx.get(f"{server.control_url}/_mock/docs/start.js").text
    assert '"openapi.json"' in start
    assets = f"{server.control_url}/_mock/docs/assets/swagger-ui-bundle.js"
    assert httpx.get(assets).status_code == 200
    served = httpx.get(f"{server.control_url}/_mock/openapi.json").json()
    assert served["paths"].keys() == DOCUMENT.raw["paths"].keys()
    assert served["servers"][0]["url"] == f"{server.control_url}/_mock"
