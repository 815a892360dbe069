"""What is public is written down, sorted, and there."""

import importlib

import pytest

PACKAGES = (
    "statuspool_mock",
    "statuspool_mock.conformance.receivers",
    "statuspool_mock.client",
    "statuspool_mock.contract",
    "statuspool_mock.simulation",
    "statuspool_mock.interception",
    "statuspool_mock.exchanges",
    "statuspool_mock.mutants",
    "statuspool_mock.webhooks",
    "statuspool_mock.sandbox",
    "statuspool_mock.simulation.outage_scripts",
    "statuspool_mock.scenarios",
    "statuspool_mock.testing",
)


@pytest.mark.parametrize("name", PACKAGES)
def test_all_is_sorted_and_complete(name):
    package = importlib.import_module(name)
    constants = [item for item in package.__all__ if item.isupper()]
    others = [item for item in package.__all__ if not item.isupper()]
    classes = [item for item in others if item[0].isupper()]
    functions = [item for item in others if not item[0].isupper()]
    assert package.__all__ == sorted(constants) + sorted(classes) + sorted(functions)
    assert all(hasattr(package, item) for item in package.__all__)
