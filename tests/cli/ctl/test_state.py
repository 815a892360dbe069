"""`ctl reset`, `snapshot`, `checkpoint` and `sandbox`: the state of sandboxes."""


def test_a_sandbox_is_saved_and_loaded(ctl, tmp_path):
    file = tmp_path / "f.json"
    saved = ctl("snapshot", "save", str(file)).out
    assert saved == f"Saved the sandbox, including webhook secrets, to {file}.\n"
    now = ctl("clock", "show", "--json").data["now"]
    ctl("clock", "advance", "1d")
    assert ctl("snapshot", "load", str(file), "--json").data["now"] == now


def test_a_checkpoint_is_gone_back_to_and_dropped(ctl):
    ctl("checkpoint", "keep", "a")
    now = ctl("clock", "show", "--json").data["now"]
    ctl("clock", "advance", "1d")
    assert now in ctl("checkpoint", "rewind", "a").out
    assert ctl("checkpoint", "list", "--json").data == [{"name": "a", "now": now}]
    ctl("checkpoint", "drop", "a")
    assert ctl("checkpoint", "list").out == "No checkpoints.\n"


def test_a_sandbox_is_reset_listed_and_closed(ctl, key):
    ctl("reset", "--scenario", "empty")
    assert ctl("monitor", "list").out == "No monitors.\n"
    name = key.removeprefix("sp_test_")
    assert name in ctl("sandbox", "list").out
    ctl("sandbox", "close", name)
    assert name not in ctl("sandbox", "list", "--api-key", "sp_test_ctl-another").out
