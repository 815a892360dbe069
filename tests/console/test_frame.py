"""The frame around every view: the clock, the key, the server's coming and going, the keyboard."""

from types import SimpleNamespace

import httpx
import pytest

from statuspool_mock.client import Control
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings
from tests.console.expecting import expect

pytestmark = pytest.mark.usefixtures("browser")


def test_the_clock_shows_the_worlds_time_and_moves_it(page, world):
    face = page.locator("world-clock .hour")
    shown = world.clock.read()["now"][11:19]
    expect(face).to_have_text(shown)
    page.get_by_role("button", name="Next event").click()
    expect(page.locator(".toast")).to_contain_text("is ")
    assert world.clock.read()["now"][11:19] == face.text_content()
    page.get_by_role("button", name="Live", exact=True).click()
    expect(page.locator("world-clock .state")).to_have_text("live")
    assert world.clock.read()["mode"] == "live"
    page.get_by_role("button", name="Freeze").click()
    expect(page.locator("world-clock .state")).to_have_text("frozen")


def test_two_tabs_show_two_worlds_that_know_nothing_of_each_other(visitor, server):
    for name, monitor in (("one", "Only in one"), ("two", "Only in two")):
        with Control(server.control_url, api_key=f"sp_test_tab-{name}") as control:
            control.clock.freeze()
            control.monitors.create(monitor, "https://perfect.test/")
    first, second = visitor.open("sp_test_tab-one"), visitor.open("sp_test_tab-two")
    expect(first.get_by_text("Only in one")).to_be_visible()
    expect(second.get_by_text("Only in two")).to_be_visible()
    expect(first.get_by_text("Only in two")).to_have_count(0)
    first.get_by_role("button", name="Live", exact=True).click()
    expect(first.locator("world-clock .state")).to_have_text("live")
    expect(second.locator("world-clock .state")).to_have_text("frozen")


def test_a_stopped_server_is_shown_and_its_return_too(visitor):
    with RunningServer(Settings(port=0)) as first:
        port = first.address.port
        page = visitor.open("sp_test_restart", server=first)
        expect(page.locator("virtual-list .row").first).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("The connection is lost")
    with RunningServer(Settings(port=port)) as again:
        expect(page.get_by_role("alert")).to_have_text("")
        with Control(again.control_url, api_key="sp_test_restart") as control:
            control.monitors.create("Made after the restart", "https://perfect.test/")
        expect(page.locator("virtual-list")).to_contain_text("Made after the restart")


def test_a_server_with_a_token_asks_for_it_and_keeps_it_out_of_the_address(visitor):
    with RunningServer(Settings(port=0, control_token="open sesame")) as closed:
        page = visitor.open("sp_test_token", server=closed)
        page.get_by_label("Control token").fill("open sesame")
        page.get_by_role("button", name="Enter").click()
        expect(page.locator("virtual-list .row").first).to_be_visible()
        assert "sesame" not in page.url
        assert page.evaluate("Object.keys(localStorage).length") == 0


def test_a_wrong_token_is_told_and_the_field_has_the_focus(visitor):
    with RunningServer(Settings(port=0, control_token="open sesame")) as closed:
        page = visitor.open("sp_test_token", server=closed)
        field = page.get_by_label("Control token")
        expect(field).to_be_focused()
        page.keyboard.press("Enter")
        expect(field).to_be_focused()
        page.keyboard.type("open barley")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert").filter(has_text="does not accept")).to_be_visible()
        page.get_by_label("Control token").fill("open sesame")
        page.keyboard.press("Enter")
        expect(page.locator("virtual-list .row").first).to_be_visible()


def test_the_help_links_to_the_documentation_that_the_server_has(page, server):
    page.keyboard.press("?")
    links = page.get_by_role("navigation", name="Documentation").get_by_role("link")
    found = [link.evaluate("link => link.href") for link in links.all()]
    root = server.control_url
    assert found == [f"{root}/docs", f"{root}/_mock/docs", f"{root}/"]
    assert [httpx.get(url).status_code for url in found] == [200, 200, 200]


def test_what_was_said_about_a_view_goes_with_it(page):
    page.get_by_role("button", name="Next event").click()
    expect(page.locator(".toast")).to_be_visible()
    page.keyboard.press("3")
    expect(page.locator(".toast")).to_have_count(0)


def test_another_world_is_opened_by_its_key(page):
    expect(page.get_by_role("row").first).to_be_visible()
    page.keyboard.press("w")
    page.get_by_label("Key", exact=True).fill("sp_test_elsewhere")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?key=sp_test_elsewhere#/world")
    expect(page.get_by_role("button", name="World elsewhere")).to_be_visible()


def test_without_a_key_the_demo_world_is_shown(visitor, server):
    page = visitor.open("sp_test_demo")
    page.goto(f"{server.control_url}/_mock/")
    expect(page.get_by_role("button", name="World demo")).to_be_visible()
    expect(page.locator("virtual-list .row").first).to_be_visible()


def test_shortcuts_are_listed_and_can_be_switched_off(page):
    expect(page.get_by_role("row").first).to_be_visible()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Shortcuts are on").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.keyboard.press("?")
    expect(dialog).to_have_count(0)


def test_the_theme_is_the_systems_until_one_is_chosen(visitor, key):
    page = visitor.open(key, color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.get_by_role("button", name="Switch theme").click()
    light = page.evaluate(ground)
    assert light != dark
    page.reload()
    assert page.evaluate(ground) == light


def test_a_key_that_opens_nothing_is_told_and_another_asked_for(visitor):
    page = visitor.open("sp_live_real")
    dialog = page.get_by_role("dialog", name="Open a world")
    expect(dialog.get_by_role("alert")).to_contain_text("sp_live_real opens no world")
    dialog.get_by_label("Key", exact=True).fill("sp_test_right")
    dialog.get_by_role("button", name="Open").click()
    expect(page.get_by_role("button", name="World right")).to_be_visible()
    expect(page.get_by_role("row").first).to_be_visible()


def test_the_policy_lets_no_inline_script_run(page, visitor):
    page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "document.title = 'owned'";
          document.body.append(script);
        }"""
    )
    assert page.title() != "owned"
    assert any("Content Security Policy" in trouble for trouble in visitor.troubles)
    visitor.troubles.clear()


def test_a_tab_that_was_hidden_is_of_today_again(page, world):
    """Hidden tabs give their connection back: a browser opens no more than six to a server."""
    expect(page.get_by_role("row").first).to_be_visible()
    hide = """(hidden) => {
      Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate(hide, arg=True)
    world.monitors.create("Made behind its back", "https://perfect.test/")
    world.clock.advance("1h")
    page.wait_for_timeout(300)
    assert page.get_by_role("button", name="All").text_content() == "All12"
    page.evaluate(hide, arg=False)
    expect(page.get_by_role("button", name="All")).to_have_text("All13")
    expect(page.locator("world-clock .hour")).to_have_text(world.clock.read()["now"][11:19])


def test_views_that_were_not_opened_yet_open_while_the_server_is_stopped(visitor):
    with RunningServer(Settings(port=0)) as stopping:
        page = visitor.open("sp_test_views", server=stopping)
        page.evaluate(
            """async () => {
              const loaded = () => performance.getEntriesByType("resource").map((one) => one.name);
              while (!loaded().some((name) => name.endsWith("/time-line.js")))
                await new Promise((resolve) => setTimeout(resolve, 20));
            }"""
        )
    expect(page.get_by_role("alert")).to_contain_text("The connection is lost")
    page.get_by_role("link", name="Time").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Time")


def test_a_closed_control_plane_says_what_to_do(visitor, key):
    with RunningServer(Settings(port=0, host="0.0.0.0")) as server:  # noqa: S104 - that is the test
        port = server.control_url.rpartition(":")[2]
        page = visitor.open(key, server=SimpleNamespace(control_url=f"http://127.0.0.1:{port}"))
        expect(page.get_by_role("heading", level=1)).to_have_text("The control plane is closed")
        expect(page.get_by_role("main")).to_contain_text("Others than this machine can reach")
        expect(page.get_by_role("group", name="From other machines")).to_contain_text(
            "STATUSPOOL_CONTROL_TOKEN"
        )
        expect(page.locator(".toast")).to_have_count(0)
        page.close()  # before the server goes, from which it loads the other views


def test_another_world_is_chosen_from_those_there_are(page, server, key):
    other = f"{key}-listed"
    with Control(server.control_url, api_key=other) as control:
        control.clock.freeze()
    page.keyboard.press("w")
    name = other.removeprefix("sp_test_")
    page.get_by_role("dialog").get_by_role("button", name=name).click()
    page.wait_for_url(f"**/?key={other}#/world")


def test_what_is_said_stands_above_a_dialog(page):
    def refuse(route):
        route.fulfill(status=507, json={"error": "INSUFFICIENT_STORAGE", "message": "No room."})

    page.route("**/v1/monitors", refuse)
    page.get_by_role("button", name="New monitor").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Shop")
    page.get_by_role("dialog").get_by_role("button", name="Create").click()
    toast = page.locator(".toast")
    expect(toast).to_contain_text("No room.")
    toast.get_by_role("button", name="Dismiss").click()  # nothing lies above it
    expect(toast).to_have_count(0)
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Next event").click()
    expect(toast).to_be_visible()


def test_while_time_is_moved_the_clock_says_so(page, world):
    held = []

    def hold(route):
        held.append(route)

    page.route("**/_mock/clock/advance", hold)
    with page.expect_request("**/_mock/clock/advance"):
        page.get_by_role("button", name="Next event").click()
    expect(page.locator("world-clock .state")).to_have_text("moving …")
    held[0].continue_()
    expect(page.locator("world-clock .state")).to_have_text("frozen")
    assert world.clock.read()["now"][11:19] == page.locator("world-clock .hour").text_content()


def test_a_time_that_was_asked_for_before_a_move_is_not_shown_after_it(page, world):
    held = []

    def hold(route):
        if route.request.method == "GET":
            held.append((route, route.fetch()))
        else:
            route.continue_()

    before = page.locator("world-clock .hour").text_content()
    page.route("**/_mock/clock", hold)
    with page.expect_request("**/_mock/clock"):
        world.clock.freeze()  # others did something, so the page asks
    page.get_by_role("button", name="Next event").click()
    expect(page.locator("world-clock .hour")).not_to_have_text(before)
    now = world.clock.read()["now"][11:19]
    for route, response in held:
        route.fulfill(response=response)
    page.wait_for_timeout(300)
    expect(page.locator("world-clock .hour")).to_have_text(now)
