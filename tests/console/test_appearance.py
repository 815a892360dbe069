"""Ten main pictures of the console look as they did, within a tolerance.

The kept pictures are small, and those of one Chromium with one set of fonts: others draw text in
another way, so there the test is skipped. `CONSOLE_APPEARANCE=1 python -m pytest
tests/console/test_appearance.py` takes them anew; look at them before you commit them.
"""

import base64
import json
import os
import time
from pathlib import Path

import httpx
import pytest

from statuspool_mock.client import Control
from statuspool_mock.scenarios.world_factory import ClockChoice
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings
from tests.console.expecting import expect

pytestmark = pytest.mark.usefixtures("browser")

KEPT = Path(__file__).parent / "appearance"
ENVIRONMENT = KEPT / "environment.json"
AT = 1_768_470_131
PATIENCE_SECONDS = 60
MOST_DIFFERENT = 0.01
"""The share of blocks that may differ."""
SHOWN = {
    "world": ("world", 1280, "light"),
    "world-phone": ("world", 390, "dark"),
    "monitor": ("monitor", 1280, "light"),
    "monitor-wide": ("monitor", 2560, "dark"),
    "time": ("time", 1280, "light"),
    "webhooks": ("webhooks", 1280, "dark"),
    "traffic": ("traffic", 1280, "light"),
    "traffic-phone": ("traffic", 390, "light"),
    "break": ("break", 1280, "dark"),
    "state": ("state", 1280, "light"),
}
CHANGING = "main td[data-title=Duration], main td[data-title='Unused for']"
"""What differs each time: real durations."""

SHRINK = """async ([picture, width]) => {
    const image = await createImageBitmap(await (await fetch(picture)).blob());
    const height = Math.round((image.height / image.width) * width);
    const canvas = new OffscreenCanvas(width, height);
    const pen = canvas.getContext("2d");
    pen.imageSmoothingQuality = "high";
    pen.drawImage(image, 0, 0, width, height);
    const blob = await canvas.convertToBlob({ type: "image/webp", quality: 0.8 });
    const bytes = new Uint8Array(await blob.arrayBuffer());
    return btoa(String.fromCharCode(...bytes));
}"""
COMPARE = """async ([one, other]) => {
    const SIDE = 8, NOTICEABLE = 14;
    const read = async (picture) => {
        const image = await createImageBitmap(await (await fetch(picture)).blob());
        const pen = new OffscreenCanvas(image.width, image.height).getContext("2d");
        pen.drawImage(image, 0, 0);
        return pen.getImageData(0, 0, image.width, image.height);
    };
    const [a, b] = [await read(one), await read(other)];
    if (a.width !== b.width || a.height !== b.height) return 1;
    let blocks = 0, different = 0;
    for (let top = 0; top < a.height; top += SIDE) {
        for (let left = 0; left < a.width; left += SIDE) {
            let sum = 0, count = 0;
            for (let y = top; y < Math.min(top + SIDE, a.height); y++) {
                for (let x = left; x < Math.min(left + SIDE, a.width); x++) {
                    const at = 4 * (y * a.width + x);
                    for (let colour = 0; colour < 3; colour++, count++)
                        sum += Math.abs(a.data[at + colour] - b.data[at + colour]);
                }
            }
            blocks += 1;
            different += sum / count > NOTICEABLE;
        }
    }
    return different / blocks;
}"""
FONTS = """() => {
    const pen = new OffscreenCanvas(1, 1).getContext("2d");
    return ["system-ui", "ui-monospace, monospace"].map((font) => {
        pen.font = `14px ${font}`;
        return Math.round(10 * pen.measureText("Statuspool mock 0123456789").width) / 10;
    });
}"""


@pytest.fixture(scope="module")
def laboratory(browser):
    """A page that shrinks and compares pictures."""
    page = browser.new_page()
    page.goto("data:text/html,<title>pictures</title>")
    yield page
    page.close()


@pytest.fixture(scope="module")
def environment(browser, laboratory):
    """What the look of text depends on."""
    return {
        "chromium": browser.version.partition(".")[0],
        "widths": laboratory.evaluate(FONTS),
    }


@pytest.fixture(scope="module")
def still():
    """A world that is the same whenever its picture is taken."""
    settings = Settings(port=0, clock=ClockChoice(at=AT, rate=0), switch_mutants=True)
    with (
        RunningServer(settings) as server,
        Control(server.control_url, api_key="sp_test_demo") as world,
    ):
        world.clock.advance("2h")
        world.monitors.force_degraded(world.monitors.find("Search"), lasting="30m")
        world.monitors.pause(world.monitors.find("Login"))
        world.webhooks.register("http://192.0.2.1/hook", secret="s")
        world.webhooks.trigger("sla_breach")
        world.clock.advance("5m")
        world.faults.add(operation="createMonitor", status=500, probability=0.5)
        world.keep("before")
        for path in ("monitors?status=down", "monitors?limit=0", "incidents?colour=red", "nope"):
            headers = {"Authorization": "Bearer sp_test_demo"}
            httpx.get(f"{server.url}/{path}", headers=headers)
        yield server, world


@pytest.fixture
def shown(visitor, still):
    """Open a picture's page, and return a function that takes the picture."""

    def show(name):
        server, world = still
        place, width, scheme = SHOWN[name]
        if place == "monitor":
            place = f"world/{world.monitors.find('Search')['id']}"
        size = {"width": width, "height": 844 if width < 500 else width * 5 // 8}
        page = visitor.open(
            "sp_test_demo", place, server=server, viewport=size, color_scheme=scheme
        )
        expect(
            page.locator("uptime-bar:visible, time-line:visible, td:visible").first
        ).to_be_visible()
        return page

    return show


def small(laboratory, page):
    """Return the picture of a page, a quarter as wide, as a data URL."""
    taken = page.screenshot(mask=[page.locator(CHANGING)])
    url = f"data:image/png;base64,{base64.b64encode(taken).decode()}"
    width = page.viewport_size["width"] // (2 if page.viewport_size["width"] < 500 else 4)
    return f"data:image/webp;base64,{laboratory.evaluate(SHRINK, [url, width])}"


def steady(laboratory, page):
    """Return the picture once two in a row are alike."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    last = small(laboratory, page)
    while time.monotonic() < give_up:
        page.wait_for_timeout(300)
        if (now := small(laboratory, page)) == last:
            return now
        last = now
    raise AssertionError("the page does not come to rest")


def kept(name):
    return (
        f"data:image/webp;base64,{base64.b64encode((KEPT / f'{name}.webp').read_bytes()).decode()}"
    )


@pytest.mark.parametrize("name", SHOWN)
def test_it_looks_as_it_did(laboratory, environment, shown, name):
    if os.environ.get("CONSOLE_APPEARANCE"):
        KEPT.mkdir(exist_ok=True)
        data = steady(laboratory, shown(name)).partition(",")[2]
        (KEPT / f"{name}.webp").write_bytes(base64.b64decode(data))
        ENVIRONMENT.write_text(json.dumps(environment) + "\n", "utf-8")
    taken_in = json.loads(ENVIRONMENT.read_text("utf-8"))
    if environment != taken_in:
        pytest.skip(f"the pictures were taken with {taken_in}, this is {environment}")
    page = shown(name)
    give_up = time.monotonic() + PATIENCE_SECONDS
    differs = 1.0
    while differs > MOST_DIFFERENT and time.monotonic() < give_up:
        differs = laboratory.evaluate(COMPARE, [kept(name), small(laboratory, page)])
    assert differs <= MOST_DIFFERENT, f"{differs:.1%} of {name} looks different"


def test_a_part_that_is_missing_is_noticed(laboratory, shown):
    page = shown("state")
    before = steady(laboratory, page)
    assert laboratory.evaluate(COMPARE, [before, before]) == 0
    page.get_by_role("region", name="Checkpoints").evaluate("card => card.hidden = true")
    after = steady(laboratory, page)
    assert laboratory.evaluate(COMPARE, [before, after]) > MOST_DIFFERENT


def test_the_kept_pictures_are_small():
    files = list(KEPT.glob("*.webp"))
    assert {one.stem for one in files} == set(SHOWN)
    assert sum(one.stat().st_size for one in files) < 200_000
