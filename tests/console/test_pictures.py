"""The pictures in README and docs: what the console looks like, and that they are of today.

`CONSOLE_PICTURES=1 python -m pytest tests/console/test_pictures.py` takes them anew.
"""

import os
import struct
from pathlib import Path

import httpx
import pytest

from statuspool_mock.client import Control
from statuspool_mock.scenarios.world_factory import ClockChoice
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings
from tests.console.expecting import expect

pytestmark = pytest.mark.usefixtures("browser")

PICTURES = Path(__file__).parents[2] / "docs" / "images"
SIZE = {"width": 1280, "height": 800}
AT = 1_768_470_131
SHOWN = {
    "console-world": ("world", "light"),
    "console-world-dark": ("world", "dark"),
    "console-monitor": ("monitor", "light"),
    "console-time": ("time", "dark"),
    "console-traffic": ("traffic", "light"),
}


@pytest.fixture(scope="module")
def still():
    """A world that is the same whenever its picture is taken."""
    settings = Settings(port=0, clock=ClockChoice(at=AT, rate=0))
    with (
        RunningServer(settings) as server,
        Control(server.control_url, api_key="sp_test_demo") as world,
    ):
        world.clock.advance("2h")
        world.monitors.force_degraded(world.monitors.find("Search"), lasting="30m")
        world.clock.advance("5m")
        for path in ("monitors?status=down", "monitors?limit=0", "incidents?colour=red", "nope"):
            headers = {"Authorization": "Bearer sp_test_demo"}
            httpx.get(f"{server.url}/{path}", headers=headers)
        yield server, world


@pytest.mark.parametrize("name", SHOWN)
def test_the_pictures_show_the_console_as_it_is(visitor, still, name, tmp_path):
    server, world = still
    place, scheme = SHOWN[name]
    if place == "monitor":
        place = f"world/{world.monitors.find('Search')['id']}"
    page = visitor.open("sp_test_demo", place, server=server, viewport=SIZE, color_scheme=scheme)
    expect(page.locator("uptime-bar:visible, time-line:visible, td:visible").first).to_be_visible()
    page.wait_for_timeout(500)  # charts are drawn when their figures come
    taken = tmp_path / f"{name}.png"
    page.screenshot(path=taken)
    if os.environ.get("CONSOLE_PICTURES"):
        PICTURES.mkdir(parents=True, exist_ok=True)
        (PICTURES / taken.name).write_bytes(taken.read_bytes())
    kept = (PICTURES / taken.name).read_bytes()
    assert struct.unpack(">II", kept[16:24]) == (SIZE["width"], SIZE["height"])
    assert len(kept) < 200_000


def test_every_picture_is_shown_somewhere_and_every_one_shown_is_there():
    root = PICTURES.parents[1]
    text = "".join((root / page).read_text("utf-8") for page in ("README.md", "docs/console.md"))
    assert {path.name for path in PICTURES.glob("console-*.png")} == {f"{one}.png" for one in SHOWN}
    for name in SHOWN:
        assert f"images/{name}.png" in text
