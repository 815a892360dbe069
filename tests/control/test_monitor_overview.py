"""What the console asks for agrees with what the API tells, row by row."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

REGIONS = ["eu-central-1", "us-east-1"]


@pytest.fixture
def ask(server, key):
    """Call an operation below /_mock, with query parameters; `from_` is `from`."""
    headers = {"Authorization": f"Bearer {key}"}

    def asked(path, *, responded=200, **query):
        params = {name.strip("_"): query[name] for name in query}
        response = httpx.get(f"{server.control_url}/_mock/{path}", params=params, headers=headers)
        assert response.status_code == responded, response.text
        return response.json()

    return asked


@pytest.fixture
def shop(world):
    return world.monitors.create(
        "Shop", "https://flapping.test/", interval_seconds=30, regions=REGIONS
    )


def every_log(api, monitor, **window):
    rows, page = [], 1
    while True:
        response = api.get(
            f"/monitors/{monitor['id']}/logs", params={"page": page, "limit": 100, **window}
        ).json()
        rows += response["results"]
        if page >= response["total_pages"]:
            return rows
        page += 1


def moment(text):
    return datetime.fromisoformat(text)


def test_a_row_of_the_board_says_what_the_api_says(ask, world, api, shop):
    world.clock.advance("3d")
    (row,) = ask("board", search="flapping.TEST")["results"]
    told = api.get(f"/monitors/{shop['id']}").json()
    reading = api.get(f"/monitors/{shop['id']}/status").json()
    assert (row["name"], row["status"]) == ("Shop", told["status"])
    assert row["uptime_30d"] == reading["uptime_30d"]
    assert row["last_check_at"] == reading["last_check_at"]
    assert row["response_time_ms"] == reading["response_time_ms"]


def test_each_day_of_the_bar_is_the_uptime_of_that_days_rows(ask, world, api, shop):
    world.clock.advance("3d")
    (row,) = ask("board", search=shop["id"])["results"]
    assert len(row["days"]) == 30
    assert row["days"][:25] == [None] * 25
    midnight = moment(world.clock.read()["now"]).replace(hour=0, minute=0, second=0)
    for ago in range(3):
        start = midnight - timedelta(days=ago)
        end = start + timedelta(days=1, seconds=-1)
        rows = every_log(api, shop, **{"from": start.isoformat(), "to": end.isoformat()})
        good = sum(row["error_message"] is None for row in rows)
        assert row["days"][-1 - ago] == 100_000 * good // len(rows) / 1000


def test_the_last_hour_is_sampled_from_the_log(ask, world, api, shop):
    world.clock.advance("2h")
    (row,) = ask("board", search=shop["id"])["results"]
    rows = every_log(api, shop)
    checks = {
        (a["response_time_ms"] + b["response_time_ms"]) // 2
        for a, b in zip(rows[::2], rows[1::2], strict=True)
    }
    assert 20 <= len(row["last_hour"]) <= 24
    assert {time for time, _ in row["last_hour"]} <= checks
    assert {failed for _, failed in row["last_hour"]} <= {0, 1, 2}


def test_the_board_is_searched_filtered_sorted_and_counted(ask, world):
    world.monitors.create("zebra crossing", "https://down.test/", tags=["blue", "green"])
    world.monitors.create("Aardvark", "https://perfect.test/needle", tags=["blue"])
    assert [row["name"] for row in ask("board", search="NEEDLE")["results"]] == ["Aardvark"]
    by_name = ask("board", tag="blue", sort="name")
    assert [row["name"] for row in by_name["results"]] == ["Aardvark", "zebra crossing"]
    by_status = ask("board", tag="blue", sort="status")
    assert [row["name"] for row in by_status["results"]] == ["zebra crossing", "Aardvark"]
    (last,) = ask("board", tag="blue", sort="name", page=2, limit=1)["results"]
    assert (last["name"], by_name["total"]) == ("zebra crossing", 2)
    every = ask("board", limit=200)
    counted = [row["status"] for row in every["results"]]
    assert every["statuses"] == {name: counted.count(name) for name in every["statuses"]}
    assert ask("board", status="down")["total"] == counted.count("down")
    blue = ask("board", tag="blue", status="up")
    assert blue["statuses"] == {"up": 1, "down": 1, "degraded": 0, "paused": 0}
    assert [row["name"] for row in blue["results"]] == ["Aardvark"]
    assert {"tag": "blue", "monitors": 2} in ask("tags")["results"]


@pytest.mark.parametrize(
    ("region", "failed"),
    [(None, False), (None, True), ("us-east-1", False), ("us-east-1", True)],
)
def test_chosen_rows_are_those_of_the_log_newest_first(  # noqa: PLR0917 - fixtures
    ask, world, api, shop, region, failed
):
    world.clock.advance("5h")
    api.put(f"/monitors/{shop['id']}", json={"interval_seconds": 60, "regions": ["us-east-1"]})
    world.clock.advance("3h")
    wanted = [
        row
        for row in reversed(every_log(api, shop))
        if region in {None, row["region"]} and (row["error_message"] is not None or not failed)
    ]
    query = {"failed": str(failed).lower(), "limit": 70} | ({"region": region} if region else {})
    first = ask(f"monitors/{shop['id']}/checks", **query)
    rows = [
        row
        for page in range(1, first["total_pages"] + 1)
        for row in ask(f"monitors/{shop['id']}/checks", page=page, **query)["results"]
    ]
    assert len(wanted) > 20
    assert first["total"] == len(wanted)
    assert sorted(rows, key=str) == sorted(wanted, key=str)
    assert [row["timestamp"] for row in rows] == [row["timestamp"] for row in wanted]


def test_history_gives_series_by_region_and_the_stretches_of_trouble(ask, world, api, shop):
    world.clock.advance("6h")
    window = {"from_": shop["created_at"], "to": world.clock.read()["now"]}
    history = ask(f"monitors/{shop['id']}/history", points=50, **window)
    assert set(history["response_time_ms"]) == set(REGIONS)
    assert all(len(series) == len(history["at"]) for series in history["response_time_ms"].values())
    found = {(row["timestamp"], row["region"]): row for row in every_log(api, shop)}
    for region, series in history["response_time_ms"].items():
        for at, figure in zip(history["at"], series, strict=True):
            assert found[at, region]["response_time_ms"] == figure
    failing = [row for row in found.values() if row["error_message"]]
    assert history["troubles"]
    for row in failing:
        assert any(
            trouble["from"] <= row["timestamp"] < (trouble["to"] or "9")
            and row["region"] in trouble["regions"]
            for trouble in history["troubles"]
        )
    downs = [one for one in history["troubles"] if one["status"] == "down"]
    incidents = ask(f"monitors/{shop['id']}/incidents")
    assert [(one["from"], one["to"]) for one in incidents["results"]] == [
        (one["from"], one["to"]) for one in reversed(downs)
    ]


def test_the_timeline_tells_what_will_happen_and_then_it_does(ask, world):
    world.clock.advance("4h")
    foreseen = ask("timeline", limit=2000)
    ahead = [one for one in foreseen["outages"] if one["from"] > foreseen["now"]]
    assert ahead
    assert foreseen["known_until"] == foreseen["to"]
    world.clock.advance("6h")
    seen = ask("timeline", from_=foreseen["from"], to=foreseen["to"], limit=2000)
    told = {(one["monitor_id"], one["from"], one["to"]) for one in foreseen["outages"]}
    assert {(one["monitor_id"], one["from"], one["to"]) for one in seen["outages"]} == told
    all_of_them = ask("timeline", limit=2000)
    few = ask("timeline", limit=6)
    assert few["total"] == len(all_of_them["outages"])

    def distance(one):
        return abs((moment(one["from"]) - moment(few["now"])).total_seconds())

    nearest = sorted(map(distance, all_of_them["outages"]))[:6]
    assert sorted(map(distance, few["outages"])) == nearest
    starts = [one["from"] for one in few["outages"]]
    assert starts == sorted(starts)


def test_looking_ahead_changes_nothing(ask, world):
    world.clock.advance("1h")
    before = world.snapshot()
    ask("timeline")
    ask("board")
    assert world.snapshot() == before


def test_answers_are_those_of_the_api_and_leave_no_trace(ask, world, api, shop):
    world.monitors.force_down(shop)
    before = world.journal.all()
    previews = ask(f"monitors/{shop['id']}/answers")["results"]
    assert world.journal.all() == before
    assert [one["operation"] for one in previews] == [
        "getMonitor", "getMonitorStatus", "listMonitorLogs", "listIncidents",
    ]  # fmt: skip
    for preview in previews:
        response = api.get(preview["path"].removeprefix("/v1"))
        assert (response.status_code, response.json()) == (preview["status"], preview["body"])


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("timeline", {"from_": "yesterday"}),
        ("timeline", {"to": "9000-01-01"}),
        ("timeline", {"from_": "2030-01-02", "to": "2030-01-01"}),
        ("board", {"sort": "colour"}),
        ("board", {"limit": 1000}),
    ],
)
@pytest.mark.usefixtures("world")
def test_a_window_or_order_that_makes_no_sense_is_refused_by_name(ask, path, query):
    details = ask(path, responded=400, **query)["details"]
    assert {item["field"] for item in details} <= {name.strip("_") for name in query}


def test_a_months_history_of_a_monitor_that_was_never_checked_is_empty(ask, world):
    made = world.monitors.create("New", "https://perfect.test/")
    world.monitors.pause(made)
    since = (datetime.now(UTC) - timedelta(days=60)).isoformat(timespec="seconds")
    until = (datetime.now(UTC) - timedelta(days=40)).isoformat(timespec="seconds")
    history = ask(f"monitors/{made['id']}/history", from_=since, to=until)
    assert (history["at"], history["response_time_ms"], history["troubles"]) == ([], {}, [])
