"""`ctl scripts`, `play`, `step` and `stop`."""


def test_scripts_run_step_by_step_and_stop(ctl):
    assert "recovery-storm" in ctl("scripts").out
    started = ctl("play", "global-outage", "--tag", "production", "--pace", "step").out
    assert "everything becomes slow" in started
    assert "frozen" in ctl("step").out
    assert ctl("stop").out == "Done.\n"


def test_a_play_says_that_a_frozen_clock_lets_nothing_happen(ctl):
    ctl("clock", "freeze")
    assert "The clock is frozen" in ctl("play", "global-outage").out
    ctl("stop")
    ctl("clock", "live")
    assert "frozen" not in ctl("play", "global-outage").out
