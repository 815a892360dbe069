"""No finding on any right server, whatever the seed of the generated requests.

By default five seeds are run, in the tests that take minutes; `make seeds` runs fifty and `deep`.
"""

import os
from contextlib import contextmanager
from uuid import uuid4

import pytest
from tests.providers.dialects import BUSY, DIALECTS
from tests.providers.serving import Keys, providing

from statuspool_mock.conformance.active.options import Options, Profile
from statuspool_mock.conformance.active.results import Verdict
from statuspool_mock.conformance.active.run import verify
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings

SEEDS = int(os.environ.get("STATUSPOOL_SEEDS", "5"))
IS_WHOLE = SEEDS > 10
PROFILES = ("quick", "standard", "deep") if IS_WHOLE else ("quick", "standard")
SERVERS = {"mock": None, **{dialect.name: dialect for dialect in DIALECTS}}


@contextmanager
def serving(name):
    dialect = SERVERS[name]
    if dialect is not None:
        with providing(dialect, limit=None) as served:
            yield served.url, served.keys
    else:
        key = f"sp_test_{uuid4().hex}"
        keys = Keys(key, f"{key}.ro", f"{key}.rival", f"{key}.revoked")
        with RunningServer(Settings(port=0, rate_limit=None)) as server:
            yield server.url, keys


def verified(name, seed, profile, *only):
    with serving(name) as (url, keys):
        return verify(
            Options(
                url=url,
                api_key=keys.full,
                readonly_key=keys.read_only,
                other_team_key=keys.other_team,
                revoked_key=keys.revoked,
                allow_permanent=True,
                webhook_listen="127.0.0.1:0",
                seed=seed,
                timeout_seconds=60.0,  # the machine may be busy
                profile=Profile(profile),
                only=only,
            )
        )


def assert_clean(run):
    findings = {
        result.clause.id: (result.got, result.expected, result.curl)
        for result in run.results
        if result.verdict is Verdict.FINDING
    }
    assert findings == {}
    assert run.own_errors == {}
    assert run.exit_code() == 0


@pytest.mark.parametrize("name", [name for name in SERVERS if name != BUSY.name])
@pytest.mark.parametrize("seed", [3])
def test_generated_requests_find_nothing(name, seed):
    assert_clean(verified(name, seed, "standard", "schema", "robust"))


@pytest.mark.long
@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_right_server_has_no_finding_with_any_seed(name, seed, profile):
    if name == BUSY.name and seed and not IS_WHOLE:
        pytest.skip("it takes a minute")
    assert_clean(verified(name, seed, profile))
