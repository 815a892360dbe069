"""`ctl monitor`: monitors are found by a part of their name and controlled."""


def test_a_monitor_is_forced_down_for_a_while(ctl):
    assert "forced" in ctl("monitor", "down", "checkout", "--for", "10m").out
    assert ctl("monitor", "show", "checkout", "--json").data["status"] == "down"
    ctl("clock", "advance", "11m")
    assert ctl("monitor", "show", "checkout", "--json").data["status"] == "up"


def test_what_is_forced_in_a_region_is_released(ctl):
    ctl("monitor", "degrade", "checkout", "--region", "us-east-1")
    assert ctl("monitor", "show", "checkout", "--json").data["status"] == "degraded"
    assert ctl("monitor", "release", "checkout", "--json").data["status"] == "up"


def test_a_monitor_is_paused_and_resumed(ctl):
    assert "paused" in ctl("monitor", "pause", "checkout").out
    assert "paused" not in ctl("monitor", "resume", "checkout").out


def test_an_outage_is_scripted_and_cancelled(ctl):
    ctl("monitor", "outage", "checkout", "--for", "1h", "--error-message", "Maintenance")
    assert "Maintenance" in ctl("monitor", "show", "checkout").out
    assert "Maintenance" not in ctl("monitor", "heal", "checkout").out
    assert "Checkout Service" in ctl("monitor", "list").out
