"""Pages and filters."""

from datetime import datetime, timedelta

from tests.mutants.bench import notices, wrong_fields


def _pages(bench, path="/monitors", **query):
    """Return the ids of each page that the list says it has."""
    first = bench.get(path, **query)
    return [
        [item["id"] for item in bench.listed(path, **query, page=page)]
        for page in range(1, first["total_pages"] + 1)
    ]


@notices(
    "limit-ignored",
    "page-ignored",
    "pages-overlap",
    "pages-skip-one",
    "pages-count-from-zero",
    "order-unstable",
    "total-pages-rounded-down",
    "total-pages-counts-monitors",
    "results-named-data",
    "total-pages-missing",
)
def pages_partition_the_list(bench):
    created = [bench.create()["id"] for _ in range(5)]
    every = [monitor["id"] for monitor in bench.listed(limit=100)]
    pages = _pages(bench, limit=4)
    assert all(len(page) == 4 for page in pages[:-1])
    assert [monitor_id for page in pages for monitor_id in page] == every
    assert set(created) <= set(every)
    assert len(pages) == -(-len(every) // 4)


@notices("logs-limit-ignored", "logs-page-ignored")
def logs_come_in_pages(bench):
    path = f"/monitors/{bench.with_status('up')['id']}/logs"
    first, second = (bench.listed(path, limit=7, page=page) for page in (1, 2))
    assert len(first) == len(second) == 7
    assert first != second


@notices("log-total-pages-counts-down")
def log_pages_are_as_many_on_each(bench):
    path = f"/monitors/{bench.with_status('up')['id']}/logs"
    totals = {bench.get(path, limit=7, page=page)["total_pages"] for page in (1, 2, 3)}
    assert len(totals) == 1


@notices("log-limit-100-refused")
def a_log_has_pages_of_100(bench):
    bench.get(f"/monitors/{bench.with_status('up')['id']}/logs", limit=100)


@notices("log-pages-overlap")
def log_pages_follow_each_other(bench):
    path = f"/monitors/{bench.create(regions=['a', 'b', 'c', 'd'])['id']}/logs"
    (whole,) = _rows(bench, path, limit=100)
    assert [row for page in _rows(bench, path, limit=2) for row in page] == whole


@notices("rows-of-one-time-in-any-order")
def entries_of_one_time_are_on_one_page_each(bench):
    monitor = bench.create()
    path, at = f"/monitors/{monitor['id']}/logs", monitor["last_check_at"]
    pages = [bench.listed(path, from_=at, to=at, limit=1, page=page) for page in (1, 2, 3)]
    assert len({page[0]["region"] for page in pages}) == 3


@notices("log-order-unstable")
def logs_keep_their_order(bench):
    path = f"/monitors/{bench.with_status('up')['id']}/logs"
    assert bench.listed(path, limit=100) == bench.listed(path, limit=100)


def _rows(bench, path, **query):
    pages = bench.get(path, **query)["total_pages"]
    return [bench.listed(path, **query, page=page) for page in range(1, pages + 1)]


@notices("page-not-echoed")
def the_page_is_told(bench):
    assert bench.get("/monitors", page=2, limit=3)["page"] == 2


@notices("total-pages-ignores-filter")
def pages_of_a_filtered_list_are_its_own(bench):
    assert bench.get("/monitors", status="down", limit=1)["total_pages"] == len(
        bench.listed(status="down", limit=100)
    )


@notices("far-page-repeats-the-last")
def past_the_end_is_nothing(bench):
    assert bench.listed(page=1000, limit=5) == []


@notices("limit-over-100-obeyed")
def limit_ends_at_100(bench):
    path = f"/monitors/{bench.with_status('up')['id']}/logs"
    assert wrong_fields(bench.own.get(path, params={"limit": 101})) == {"limit"}


@notices("limit-100-refused")
def limit_reaches_100(bench):
    bench.get("/monitors", limit=100)


@notices("limit-zero-accepted")
def limit_begins_at_1(bench):
    assert wrong_fields(bench.own.get("/monitors", params={"limit": 0})) == {"limit"}


@notices("page-zero-accepted")
def page_begins_at_1(bench):
    assert wrong_fields(bench.own.get("/monitors", params={"page": 0})) == {"page"}


@notices("status-filter-after-paging")
def pages_of_a_filtered_list_are_full(bench):
    assert len(bench.listed(status="down", limit=1)) == 1


@notices("status-filter-ignored", "paused-filter-ignored")
def the_status_filter_keeps_its_word(bench):
    every = bench.listed(limit=100)
    for status in ("up", "down", "paused"):
        wanted = [m["id"] for m in every if m["status"] == status]
        assert [m["id"] for m in bench.listed(status=status, limit=100)] == wanted
        assert [i for page in _pages(bench, status=status, limit=2) for i in page] == wanted


@notices("up-means-not-down")
def degraded_is_not_up(bench):
    monitor = bench.create(url="https://degraded.test/")
    assert bench.get(f"/monitors/{monitor['id']}")["status"] == "degraded"
    assert monitor["id"] not in {m["id"] for m in bench.listed(status="up", limit=100)}


@notices("unknown-status-ignored")
def statuses_are_three(bench):
    assert wrong_fields(bench.own.get("/monitors", params={"status": "sideways"})) == {"status"}


def _incident(bench):
    monitor_id = bench.create()["id"]
    return bench.own.post("/incidents", json={"monitor_id": monitor_id, "title": "Work"}).json()


@notices("monitor-filter-ignored")
def incidents_of_one_monitor(bench):
    incident = _incident(bench)
    listed = bench.listed("/incidents", monitor_id=incident["monitor_id"])
    assert [item["id"] for item in listed] == [incident["id"]]


@notices("resolved-filter-ignored", "resolved-false-is-true")
def open_incidents_only(bench):
    listed = bench.listed("/incidents", resolved="false")
    assert listed
    assert all(incident["resolved_at"] is None for incident in listed)


@notices("resolved-true-ignored")
def resolved_incidents_only(bench):
    _incident(bench)
    listed = bench.listed("/incidents", resolved="true")
    assert listed
    assert all(incident["resolved_at"] is not None for incident in listed)


@notices("incident-filters-not-combined")
def both_filters_hold(bench):
    incident = _incident(bench)
    query = {"monitor_id": incident["monitor_id"], "resolved": "true"}
    assert bench.listed("/incidents", **query) == []


@notices("active-filter-ignored")
def inactive_webhooks_only(bench):
    body = {"url": "http://127.0.0.1:9/", "events": ["sla_breach"], "secret": "s"}
    hook = bench.own.post("/webhooks", json=body).json()
    assert hook["id"] in {item["id"] for item in bench.listed("/webhooks", active="true")}
    assert hook["id"] not in {item["id"] for item in bench.listed("/webhooks", active="false")}


def _stamps(bench, path, **query):
    return [row["timestamp"] for row in bench.listed(path, limit=100, **query)]


def _log(bench):
    """Return the path of a long log and the instant of a check far from its ends."""
    path = f"/monitors/{bench.with_status('up')['id']}/logs"
    middle = bench.get(path, limit=100)["total_pages"] // 2
    return path, datetime.fromisoformat(bench.listed(path, limit=100, page=middle)[0]["timestamp"])


@notices("from-ignored-without-to")
def from_counts_alone(bench):
    path, at = _log(bench)
    assert datetime.fromisoformat(_stamps(bench, path, from_=at.isoformat())[0]) == at


@notices("total-pages-ignores-range")
def pages_of_a_range_are_its_own(bench):
    path, at = _log(bench)
    query = {"from_": at.isoformat(), "to": (at + timedelta(minutes=5)).isoformat()}
    assert bench.get(path, **query, limit=100)["total_pages"] == 1


@notices("from-ignored", "to-ignored", "range-of-whole-days")
def logs_keep_within_from_and_to(bench):
    path, at = _log(bench)
    since, until = at.isoformat(), (at + timedelta(minutes=5)).isoformat()
    stamps = [datetime.fromisoformat(s) for s in _stamps(bench, path, from_=since, to=until)]
    assert stamps
    assert all(at <= stamp <= at + timedelta(minutes=5) for stamp in stamps)


@notices("zones-ignored")
def offsets_count(bench):
    path, at = _log(bench)
    plain = at.replace(tzinfo=None)
    here, there = f"{plain}Z", f"{plain + timedelta(hours=2)}+02:00"
    query = {"from_": here.replace(" ", "T"), "to": here.replace(" ", "T")}
    moved = {"from_": there.replace(" ", "T"), "to": there.replace(" ", "T")}
    assert _stamps(bench, path, **query) == _stamps(bench, path, **moved) != []


@notices("unreadable-times-ignored")
def times_are_read(bench):
    path = f"/monitors/{bench.create()['id']}/logs"
    assert wrong_fields(bench.own.get(path, params={"from": "yesterday"})) == {"from"}


@notices("from-ignored-after-page-one")
def every_page_of_a_log_is_filtered(bench):
    path = f"/monitors/{bench.with_status('up')['id']}/logs"
    start = bench.listed(path, limit=100)[50]["timestamp"]
    pages = [bench.listed(path, from_=start, limit=5, page=page) for page in (1, 2)]
    assert all(row["timestamp"] >= start for page in pages for row in page)


@notices("range-cut-to-the-minute")
def seconds_of_a_range_count(bench):
    monitor = bench.create()
    path = f"/monitors/{monitor['id']}/logs"
    bench.advance(61)
    first, *_, last = sorted({row["timestamp"] for row in bench.listed(path)})
    after = (datetime.fromisoformat(first) + timedelta(seconds=59)).isoformat()
    assert {row["timestamp"] for row in bench.listed(path, from_=after)} == {last}


@notices("recorded-incidents-not-listed-as-open")
def recorded_incidents_are_listed_as_open(bench):
    body = {"monitor_id": bench.create()["id"], "title": "Work", "description": "**Slow**"}
    recorded = bench.own.post("/incidents", json=body).json()
    assert recorded["id"] in {item["id"] for item in bench.listed("/incidents", resolved="false")}


@notices("inactive-webhooks-listed-by-filter-only")
def the_list_has_what_its_filters_have(bench):
    body = {"url": "http://127.0.0.1:9/", "events": ["sla_breach"], "secret": "whsec_probe"}
    assert bench.own.post("/webhooks", json=body).status_code == 201
    whole = bench.listed("/webhooks")
    assert bench.listed("/webhooks", active="true") == whole
    assert len(whole) == 1
