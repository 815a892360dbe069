"""The tests of the API, the control plane, hostile input and the console hold for workers.

All of them run against two workers, on threads, so that what they change in the code is changed.
"""

import os
import subprocess
import sys

import pytest

from tests.packaging.conftest import ROOT

pytestmark = pytest.mark.long
SUITES = {
    "api": ("tests/vendor", "tests/control", "tests/webhooks", "tests/mutants/test_switching.py"),
    "hostile": ("tests/hostile",),
    "console": ("tests/console",),
}
OF_ONE_PROCESS = (
    "connections_beyond_the_bound_are_refused",  # each worker has its bounds
    "what_is_beyond_the_bound_is_closed_at_once",
    "listeners_of_a_sandbox_and_a_server_are_bounded",
    "the_streams_of_a_deleted_sandbox_end",  # these look into the one server
    "a_listener_that_leaves_is_noticed_at_once",
    "the_end_of_a_connection_ends_what_others_are_queued_behind",
)


@pytest.mark.parametrize("suite", SUITES)
def test_a_connection_to_either_of_two_workers_does(suite):
    if not os.environ.get("WORKERS_SUITES"):
        pytest.skip("it takes minutes: `make workers` runs it")
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-n", "2", *SUITES[suite]),
            *("-k", f"not ({' or '.join(OF_ONE_PROCESS)})"),
        ],
        cwd=ROOT,
        env={**os.environ, "STATUSPOOL_TEST_WORKERS": "2"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-8_000:]
