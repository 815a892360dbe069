"""Measure the console in Chromium: first paint, and frames while 10,000 monitors scroll.

Needs Playwright and Chromium.
"""

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from statuspool_mock.client import Control
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings

ROUNDS = 5
SCENARIO = "name: many\ntitle: Many\nhistory: 45d\ngenerate: {monitors: 10000, seed: 7}\n"
KEY = "sp_test_console"
SECONDS = 4

SCROLL = """seconds => new Promise(resolve => {
    const list = document.querySelector("virtual-list");
    const times = [], began = performance.now();
    const step = now => {
        times.push(now);
        list.scrollTop += 40;
        if (now - began < seconds * 1000) requestAnimationFrame(step);
        else resolve(times.slice(1).map((at, index) => at - times[index]));
    };
    requestAnimationFrame(step);
})"""
PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"


def main() -> None:
    """Print what was measured, as JSON."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        scenario = Path(folder) / "many.yaml"
        scenario.write_text(SCENARIO, "utf-8")
        settings = Settings(port=0, scenario=str(scenario), rate_limit=None)
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=path, chromium_sandbox=False)
        with RunningServer(settings) as server, Control(server.control_url, api_key=KEY) as world:
            world.clock.freeze()
            url = f"{server.control_url}/_mock/?key={KEY}#/world"
            rounds = [measured(browser, url) for _ in range(ROUNDS)]
        browser.close()
    found = {name: median(one[name] for one in rounds) for name in rounds[0]}
    json.dump(found, sys.stdout, indent=2)
    print()


def measured(browser: Browser, url: str) -> dict[str, float]:
    """Return first paint, first row, and the frames of a scroll, in a new profile."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    began = time.perf_counter()
    page.goto(url)
    page.wait_for_selector("virtual-list .row:not(.waiting)")
    first_row = time.perf_counter() - began
    gaps = sorted(page.evaluate(SCROLL, SECONDS))
    found = {
        "first_paint_ms": round(page.evaluate(PAINT)),
        "first_row_ms": round(first_row * 1000),
        "frames_per_second": round(1000 * len(gaps) / sum(gaps), 1),
        "slowest_frame_of_a_hundred_ms": round(gaps[int(len(gaps) * 0.99)], 1),
        **work_of_a_frame(page),
    }
    context.close()
    return found


def work_of_a_frame(page: Page) -> dict[str, float]:
    """Return how long scripts, styles and layout take for each frame of a scroll."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    before = metrics(session.send("Performance.getMetrics"))
    frames = len(page.evaluate(SCROLL, SECONDS))
    after = metrics(session.send("Performance.getMetrics"))
    parts = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")
    seconds = sum(after[part] - before[part] for part in parts)
    return {"work_of_a_frame_ms": round(1000 * seconds / frames, 2)}


def metrics(answer: dict[str, list[dict[str, float]]]) -> dict[str, float]:
    """Return the metrics of Chromium by their names."""
    return {str(one["name"]): one["value"] for one in answer["metrics"]}


if __name__ == "__main__":
    main()
