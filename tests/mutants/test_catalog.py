"""Every mutant changes what a client can see, and nothing but a mutant does."""

from contextlib import ExitStack

import httpx
import pytest

from statuspool_mock.mutants.catalog import CATALOG
from statuspool_mock.sandbox import RateLimit
from statuspool_mock.scenarios.world_factory import ClockChoice
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings
from tests.mutants.bench import PROBES, Bench
from tests.mutants.probes import limits, minutes

NAMES = [mutant.name for mutant in CATALOG]
LIMITS = {module.__name__: module.PER_MINUTE for module in (limits, minutes)}
"""The limits of the servers that probes of these modules need."""
NOTICED = (AssertionError, LookupError, TypeError, ValueError)
"""What a probe ends in when an answer is not what it should be, or not there."""


def settings(name, *, mutated):
    """Return a server at a fixed instant, with a limit only where a probe is about it."""
    per_minute = LIMITS.get(PROBES[name].__module__)
    return Settings(
        port=0,
        clock=ClockChoice(at=1_764_072_000, rate=0),
        rate_limit=RateLimit(per_minute, even_frozen=True) if per_minute else None,
        mutants=(name,) if mutated else (),
    )


@pytest.fixture(scope="module")
def clean():
    """Run one server without mutants for each kind of settings that probes need."""
    with ExitStack() as stack:
        running = {}

        def url_for(name):
            wanted = settings(name, mutated=False)
            if wanted not in running:
                running[wanted] = stack.enter_context(RunningServer(wanted)).url
            return running[wanted]

        yield url_for


@pytest.fixture(scope="module")
def passing(clean):
    """The probes that pass on a clean server, each tried once."""
    tried = set()

    def passes(name):
        probe = PROBES[name]
        if probe not in tried:
            with ExitStack() as stack:
                probe(Bench(clean(name), stack))
            tried.add(probe)
        return True

    return passes


def test_each_mutant_has_its_probe():
    assert set(PROBES) == set(NAMES)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_probe_passes_on_a_clean_server_and_fails_on_its_mutant(name, passing):
    assert passing(name)
    with ExitStack() as stack:
        url = stack.enter_context(RunningServer(settings(name, mutated=True))).url
        bench = stack.enter_context(ExitStack())
        with pytest.raises(NOTICED):
            PROBES[name](Bench(url, bench))


@pytest.mark.slow
@pytest.mark.parametrize("name", [one.name for one in CATALOG if one.group == "rate limiter"])
def test_a_mutant_of_the_limiter_hangs_nothing_where_there_is_no_limit(name):
    with (
        RunningServer(Settings(port=0, rate_limit=None, mutants=(name,))) as server,
        httpx.Client(headers={"Authorization": "Bearer sp_test_unlimited"}) as client,
    ):
        statuses = {client.get(f"{server.url}/webhooks").status_code for _ in range(125)}
    assert statuses <= {200, 429, 503}
