"""Every view is for everybody: WCAG AA in light and dark, at any width, by keyboard."""

import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from statuspool_mock.web.console import ASSETS
from tests.console.expecting import expect

pytestmark = pytest.mark.usefixtures("browser")

VIEWS = re.findall(r'name: "(\w+)"', (ASSETS / "views.js").read_text("utf-8"))
ROOT = Path(__file__).parents[2]
AXE = Path(os.environ.get("AXE_CORE", ROOT / "node_modules" / "axe-core" / "axe.min.js"))
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PLACES = [*VIEWS, "monitor"]
SHORTCUTS = {"shortcuts": "?", "another world": "w"}
DIALOGS = [  # the module that opens it, the view, and the button
    ("fault.js", "break", "Add another fault"),
    ("monitor-form.js", "world", "New monitor"),
    ("trouble.js", "world", "More: "),
    ("deliveries.js", "webhooks", "Details of delivery"),
    ("traffic.js", "traffic", "Details of exchange"),
    ("breakpoints.js", "traffic", "Hold requests"),
    ("breakpoints.js", "traffic", "Edit the response"),
    ("dialog.js", "state", "Reset"),
]


@pytest.fixture
def shown(visitor, world, key):
    """Open a place of the console in a world with something in it, and wait until it is there."""

    def open_place(place, **context):
        world.monitors.force_down(world.monitors.all()[0])
        first = world.monitors.all()[0]["id"]
        where = f"world/{first}" if place == "monitor" else place
        page = visitor.open(key, where, **context)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.wait_for_timeout(300)  # what is asked for comes after the title
        return page

    return open_place


def violations(page):
    """Return what axe finds, one line each."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(
        "(tags) => axe.run(document, {runOnly: tags}).then((found) => found.violations)", RULES
    )
    return [
        f"{one['id']}: {node['html'][:160]} {node['any'][:1]}"
        for one in found
        for node in one["nodes"]
    ]


needs_axe = pytest.mark.skipif(
    not AXE.exists(),
    reason="axe-core is not installed: npm install --no-save axe-core@4.14.1, or set AXE_CORE",
)


@needs_axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", PLACES)
def test_axe_finds_nothing(shown, place, scheme):
    assert violations(shown(place, color_scheme=scheme)) == []


@needs_axe
@pytest.mark.parametrize("place", PLACES)
def test_axe_finds_nothing_on_a_phone(shown, place):
    size = {"width": 360, "height": 740}
    assert violations(shown(place, viewport=size, color_scheme="dark")) == []


@pytest.fixture
def busy(world, server, api, key):
    """A world with an exchange, a delivery, and a request that is held until the test ends."""
    api.post("/monitors?colour=red", json={"name": "Shop", "url": "x"})
    world.webhooks.register(f"{server.control_url}/_mock/receiver", secret="s")
    world.webhooks.trigger("sla_breach")
    world.breakpoints.add(hold_for="10m")
    headers = {"Authorization": f"Bearer {key}"}
    with ThreadPoolExecutor(1) as pool:
        pool.submit(httpx.get, f"{server.url}/incidents", headers=headers, timeout=120)
        yield
        world.breakpoints.clear()


def test_every_dialog_is_opened_by_these_tests():
    assets = ASSETS.rglob("*.js")
    opening = {path.name for path in assets if "openDialog({" in path.read_text("utf-8")}
    opened = {module for module, _, _ in DIALOGS}
    assert opening == opened | {"start.js", "frame.js"}  # for worlds, tokens and keys


@needs_axe
@pytest.mark.parametrize("dialog", SHORTCUTS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_dialogs_of_keys(shown, dialog, scheme):
    page = shown("world", color_scheme=scheme)
    page.keyboard.press(SHORTCUTS[dialog])
    expect(page.get_by_role("dialog")).to_be_visible()
    assert violations(page) == []


@needs_axe
@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("dialog", DIALOGS, ids=lambda dialog: dialog[2].strip(": "))
def test_axe_finds_nothing_in_dialogs(shown, dialog, scheme):
    _, place, name = dialog
    page = shown(place, color_scheme=scheme)
    page.get_by_role("button", name=name).first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.wait_for_timeout(300)  # it fades in
    assert violations(page) == []


@needs_axe
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_in_an_empty_world(visitor, world, key, width):
    world.reset(scenario="empty")
    page = visitor.open(key, viewport={"width": width, "height": 844})
    expect(page.get_by_text("This world has no monitors yet.")).to_be_visible()
    page.get_by_text("Show as code").first.click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


@needs_axe
def test_axe_does_find_what_is_wrong(shown):
    """A test that cannot fail would say nothing."""
    page = shown("world")
    page.locator("h1").evaluate("(title) => title.append(document.createElement('img'))")
    assert [line.split(":")[0] for line in violations(page)] == ["image-alt"]


@pytest.mark.parametrize("width", [360, 768, 1280, 2560])
@pytest.mark.parametrize("place", PLACES)
def test_nothing_is_wider_than_the_screen(shown, place, width):
    page = shown(place, viewport={"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == width
    stage = page.locator("#stage")
    assert stage.evaluate("(stage) => stage.scrollWidth - stage.clientWidth") <= 0


@pytest.mark.parametrize("place", PLACES)
def test_whatever_takes_the_focus_shows_it(shown, place):
    page = shown(place)
    seen = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        state = page.evaluate(
            """() => {
              const focused = document.activeElement, style = getComputedStyle(focused);
              return [focused.outerHTML.slice(0, 120), style.outlineStyle, style.outlineWidth];
            }"""
        )
        if state[0].startswith("<body"):
            break
        seen.add(state[0])
        assert state[1:] == ["solid", "2px"], state
    assert len(seen) > 8


def test_the_skip_link_leads_past_the_navigation(shown):
    page = shown("world")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#stage")).to_be_focused()
    expect(page.locator("virtual-list .row").first).to_be_visible()


def test_nothing_moves_where_less_motion_is_wanted(shown):
    page = shown("world", reduced_motion="reduce")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.evaluate("document.getAnimations().length") == 0
