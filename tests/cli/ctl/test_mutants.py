"""`ctl mutants`: what is switched, and where."""

import pytest

from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings


def test_mutants_are_switched_only_where_the_server_allows_it(ctl):
    assert ctl("mutants").out == "No mutant is active.\n"
    assert "--switch-mutants" in ctl("mutants", "limit-ignored", code=2).err


@pytest.fixture
def switchable():
    with RunningServer(Settings(port=0, switch_mutants=True)) as server:
        yield server.control_url


def test_mutants_are_switched_on_and_all_off(ctl, switchable):
    switched = ctl("mutants", "limit-ignored", "put-not-stored", "--url", switchable)
    assert "limit-ignored" in switched.out
    assert "put-not-stored" in switched.out
    assert ctl("mutants", "--none", "--url", switchable).out == "No mutant is active.\n"


def test_names_and_none_contradict_each_other(ctl):
    refused = ctl("mutants", "limit-ignored", "--none", code=2)
    assert refused.err.count("\n") == 1
    assert "statuspool-mock ctl mutants: expected names or --none, got both" in refused.err
