"""`ctl faults`: faults are added, listed and removed."""

import pytest


def test_faults_are_added_listed_and_removed(ctl):
    added = ctl(
        "faults", "add", "--operation", "listMonitors", "--status", "500", "--probability", "0.1",
        "--latency", "300~0.6", "--times", "3", "--json",
    )  # fmt: skip
    (fault,) = added.data
    assert fault["latency"] == {"median_ms": 300, "sigma": 0.6}
    listed = ctl("faults", "list").out
    assert "fault-1" in listed
    assert "0 of 3 (0 matched)" in listed
    ctl("faults", "remove", fault["id"])
    assert ctl("faults", "list").out == "No faults.\n"


@pytest.mark.parametrize(
    ("text", "latency"),
    [("800", {"fixed_ms": 800}), ("200-900", {"least_ms": 200, "most_ms": 900})],
)
def test_latency_has_a_short_notation(ctl, text, latency):
    (fault,) = ctl("faults", "add", "--latency", text, "--json").data
    assert fault["latency"] == latency
    assert ctl("faults", "clear").out == "Done.\n"


def test_a_fault_of_one_monitor_names_it_by_its_id(ctl):
    checkout = ctl("monitor", "show", "checkout", "--json").data["id"]
    (fault,) = ctl("faults", "add", "--status", "404", "--monitor", "checkout", "--json").data
    assert (fault["monitor_id"], fault["status"]) == (checkout, 404)
