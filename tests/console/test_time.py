"""Time from the page: how fast, how far, and to what."""

from datetime import datetime, timedelta

import pytest

from tests.console.expecting import expect

pytestmark = pytest.mark.usefixtures("browser")


@pytest.fixture
def page(visitor, world, key):  # noqa: ARG001 - the world is to be frozen before it is shown
    return visitor.open(key, "time")


def now_of(world):
    return datetime.fromisoformat(world.clock.read()["now"])


def test_the_clock_is_frozen_let_go_and_scaled(page, world):
    speed = page.get_by_role("group", name="Speed")
    for press, mode, rate in [
        ("×600", "scaled", 600),
        ("Live", "live", 1),
        ("Frozen", "frozen", 0),
    ]:
        speed.get_by_role("button", name=press, exact=True).click()
        expect(speed.get_by_role("button", name=press, exact=True)).to_have_attribute(
            "aria-pressed", "true"
        )
        assert (world.clock.read()["mode"], world.clock.read()["rate"]) == (mode, rate)


def test_time_advances_by_a_duration_to_an_instant_and_to_the_next_event(page, world):
    began = now_of(world)
    page.get_by_label("Advance by").fill("90s")
    page.get_by_role("button", name="Advance", exact=True).click()
    expect(page.locator(".toast")).to_be_visible()
    assert now_of(world) == began + timedelta(seconds=90)
    goal = (began + timedelta(hours=3)).replace(microsecond=0, second=0)
    page.get_by_label("Advance to").fill(f"{goal:%Y-%m-%d %H:%M}")
    page.get_by_role("button", name="Go", exact=True).click()
    expect(page.locator("world-clock .hour")).to_have_text(f"{goal:%H:%M:%S}")
    page.get_by_role("button", name="Next event").last.click()
    expect(page.locator("world-clock .hour")).not_to_have_text(f"{goal:%H:%M:%S}")
    page.get_by_label("Advance to").fill("tomorrow")
    page.get_by_role("button", name="Go", exact=True).click()
    assert page.get_by_label("Advance to").evaluate("(field) => field.validationMessage")


def test_what_cannot_be_done_is_told_in_the_servers_words(page):
    page.get_by_label("Advance to").fill("2001-01-01 00:00")
    page.get_by_role("button", name="Go", exact=True).click()
    expect(page.locator(".toast.trouble")).to_contain_text("rewind to a checkpoint instead")


def test_the_timeline_shows_outages_and_jumps_to_those_to_come(page, world):
    ahead = page.get_by_role("group", name="Upcoming outages")
    row = ahead.get_by_role("row").nth(2)
    at = row.get_by_role("cell").first.text_content()
    name = row.get_by_role("link").text_content()
    row.get_by_role("button").click()
    expect(page.locator("world-clock .hour")).to_have_text(at)
    expect(
        page.get_by_role("group", name="Past outages").get_by_role("row").nth(1)
    ).to_contain_text(at)
    down = {one["name"] for one in world.monitors.all() if one["status"] == "down"}
    assert name in down


def test_a_press_on_the_timeline_goes_to_that_instant(page, world):
    line = page.locator("time-line")  # stays, while what is drawn in it is drawn anew
    expect(line.locator(".outage").first).to_be_attached()
    began = now_of(world)
    box = line.bounding_box()
    line.click(position={"x": box["width"] - 40, "y": box["height"] - 4})
    expect(page.locator(".toast")).to_be_visible()
    assert timedelta(hours=4) < now_of(world) - began < timedelta(hours=6)


def test_the_window_of_the_timeline_is_chosen(page):
    expect(page.get_by_role("button", name="± 6 h")).to_have_attribute("aria-pressed", "true")
    with page.expect_request("**/timeline?*") as asked:
        page.get_by_role("button", name="± 24 h").click()
    query = asked.value.url
    assert "limit=2000" in query
    expect(page.get_by_role("button", name="± 24 h")).to_have_attribute("aria-pressed", "true")


def test_the_past_and_the_future_are_told_apart_and_the_line_between_them_moves(page, world):
    expect(page.locator("time-line .been").first).to_be_attached()
    first = told_apart(page)
    began = page.locator("time-line").evaluate("(line) => line._from")
    with page.expect_response("**/timeline?*"):
        world.clock.advance("6h")
    for _ in range(100):
        if page.locator("time-line").evaluate("(line) => line._from") > began:
            break
        page.wait_for_timeout(50)
    assert told_apart(page) != first


def told_apart(page):
    """Return where bars are, once it is sure that none of either kind lies on the wrong side."""
    now, been, ahead = page.locator("time-line").evaluate(
        """(line) => {
          const ends = (kind) => [...line.querySelectorAll(kind)].map(({x, width}) =>
            [x.baseVal.value, x.baseVal.value + width.baseVal.value]);
          const now = Number(line.querySelector(".now").getAttribute("x1"));
          return [now, ends(".been"), ends(".ahead")];
        }"""
    )
    assert been
    assert ahead
    assert max(end for _, end in been) <= now + 3
    assert min(start for start, _ in ahead) >= now - 3
    return been, ahead


def test_the_timeline_has_a_legend(page):
    legend = page.get_by_role("region", name="Timeline").locator(".legend")
    expect(legend).to_contain_text("incident recorded by hand")


def test_many_outages_are_counted_on_a_scale(visitor, world, key):
    for number in range(16):
        world.monitors.create(f"Down {number}", "https://down.test/")
    world.clock.advance("1h")
    page = visitor.open(key, "time")
    scale = page.locator("time-line .scale")
    expect(scale).to_have_count(2)
    assert int(scale.first.text_content()) >= 16
    expect(scale.nth(1)).to_have_text("0")
