"""`ctl clock`: time is moved, and what happened meanwhile is listed."""


def test_time_is_moved_and_what_happened_is_listed(ctl):
    before = ctl("clock", "show", "--json").data["now"]
    moved = ctl("clock", "advance", "2h").out
    assert "frozen" in moved
    assert "status changed" in moved
    assert "gould-foster.example" in moved
    assert ctl("clock", "next", "--json").data["facts"]
    assert ctl("clock", "show", "--json").data["now"] > before


def test_the_clock_runs_at_another_rate_or_in_real_time(ctl):
    assert "scaled ×60" in ctl("clock", "scale", "60").out
    assert "live" in ctl("clock", "live").out


def test_of_many_events_the_last_are_listed_and_all_of_them_counted(ctl):
    moved = ctl("clock", "advance", "60d").out
    count = int(moved.splitlines()[1].split()[0])
    assert f"{count} events; the last 40 (all of them with --json):" in moved
    assert moved.count(" incident ") + moved.count("status changed") + moved.count("sla ") <= 40
