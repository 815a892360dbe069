"""Whatever people do to a world, what it tells in one place agrees with all it tells elsewhere."""

from itertools import groupby

from hypothesis import given, settings
from hypothesis import strategies as st

from statuspool_mock.simulation import (
    SLOW_FROM_MS,
    UPTIME_WINDOW_SECONDS,
    Check,
    ClearOutages,
    IncidentOpened,
    IncidentResolved,
    Monitor,
    Outage,
    ScriptOutage,
    ScriptOutages,
    Status,
    StatusChanged,
    Team,
    World,
    restore,
    snapshot,
)
from statuspool_mock.simulation.snapshot import encode
from tests.simulation.strategies import STARTED_AT, carry_out, every_row, everyone, live, lives


def bytes_of(world: World) -> bytes:
    return encode(snapshot(world))


def state_in(rows: list[Check]) -> Status:
    """The state that the rows of one check show, by the documented rule."""
    failing = sum(row.error_message is not None for row in rows)
    if 2 * failing > len(rows):
        return Status.DOWN
    if failing or any(row.response_time_ms >= SLOW_FROM_MS for row in rows):
        return Status.DEGRADED
    return Status.UP


def states(world: World, monitor: Monitor) -> list[tuple[int, Status]]:
    return [
        (instant, state_in(list(rows)))
        for instant, rows in groupby(every_row(world, monitor), key=lambda row: row.timestamp)
    ]


@given(lives())
def test_the_same_commands_make_the_same_bytes(life):
    """A world is the fold of its commands."""
    assert bytes_of(live(*life)) == bytes_of(live(*life))


@given(lives(), st.integers(0, 90_000), st.integers(0, 90_000))
def test_time_may_be_moved_in_any_number_of_steps(life, first, second):
    """Advancing twice gives the facts and the world of advancing once."""
    at_once, in_steps = live(*life), live(*life)
    facts = at_once.advance(to=at_once.now + first + second)
    steps = in_steps.advance(to=in_steps.now + first)
    assert steps + in_steps.advance(to=in_steps.now + second) == facts
    assert bytes_of(in_steps) == bytes_of(at_once)


@given(lives(), st.integers(0, 90_000), st.integers(0, 90_000))
def test_a_past_may_be_lived_through_without_being_told(life, first, second):
    """It leads to the world of advancing, incidents and their ids included, and goes on alike."""
    told, untold = live(*life), live(*life)
    told.advance(to=told.now + first)
    untold.fast_forward(to=untold.now + first)
    assert bytes_of(untold) == bytes_of(told)
    assert untold.advance(to=untold.now + second) == told.advance(to=told.now + second)
    assert bytes_of(untold) == bytes_of(told)


@given(lives(), st.integers(1, 40), st.integers(-900, 9_000), st.integers(-900, 9_000))
def test_pages_of_a_log_are_the_log(life, limit, since, length):
    """Every row stands on one page, for any page size and any window."""
    world = live(*life)
    for monitor in everyone(world):
        window = {"since": STARTED_AT + since, "until": STARTED_AT + since + length}
        whole = world.logs(monitor, **window, limit=100_000)
        pages = [
            world.logs(monitor, **window, limit=limit, page=number)
            for number in range(1, -(-whole.total // limit) + 2)
        ]
        assert [row for page in pages for row in page.items] == list(whole.items)
        assert pages[-1].items == []
        assert {page.total_pages for page in pages} == {len(pages) - 1}
        inside = [
            row
            for row in every_row(world, monitor)
            if window["since"] <= row.timestamp <= window["until"]
        ]
        assert list(whole.items) == inside


@given(lives(), st.integers(1, 3))
def test_pages_of_monitors_are_the_list(life, limit):
    """Every monitor stands on one page, and a status filter picks exactly those that show it."""
    world = live(*life)
    for team in Team:
        whole = list(world.monitors(team=team, limit=1_000).items)
        for status in (None, *Status):
            wanted = [m for m in whole if status is None or world.status(m) is status]
            page = world.monitors(team=team, status=status, limit=limit)
            found = [
                monitor
                for number in range(1, page.total_pages + 1)
                for monitor in world.monitors(
                    team=team, status=status, page=number, limit=limit
                ).items
            ]
            assert found == wanted
            assert page.total == len(wanted)


@given(lives(), st.integers(0, 40 * 86_400))
@settings(max_examples=20)
def test_uptime_is_the_share_of_good_rows(life, later):
    """`uptime_30d` is counted over the very rows that the log returns."""
    world = live(*life)
    world.advance(to=world.now + later)
    for monitor in everyone(world)[:2]:
        since = world.now - UPTIME_WINDOW_SECONDS + 1
        rows = world.logs(monitor, since=since, limit=10_000_000).items
        failed = sum(row.error_message is not None for row in rows)
        sla = world.sla(monitor)
        assert (sla.checks, sla.failed_checks) == (len(rows), failed)
        expected = 100 if not rows else 100 * (len(rows) - failed) / len(rows)
        assert 0 <= expected - world.reading(monitor).uptime_30d < 0.001 + 1e-9


@given(lives())
def test_the_status_is_what_the_newest_rows_show(life):
    """Time, state and response time of /status are those of the end of the log."""
    world = live(*life)
    for monitor in everyone(world):
        reading = world.reading(monitor)
        history = states(world, monitor)
        assert (reading.last_check_at, reading.status) == history[-1]
        assert reading.last_check_at == world.last_check_at(monitor)
        assert reading.response_time_ms == every_row(world, monitor)[-1].response_time_ms


@given(lives())
def test_an_error_message_marks_a_failure_and_nothing_else(life):
    """Rows succeed exactly when their status code is an expected one and no message is there."""
    world = live(*life)
    for monitor in everyone(world):
        for row in every_row(world, monitor):
            assert row.response_time_ms > 0
            assert 100 <= row.status_code <= 599
            if row.error_message is None:
                assert row.status_code in {epoch.expected_status for epoch in monitor.epochs}


@given(lives())
def test_incidents_are_the_stretches_of_down(life):
    """The incidents found are those that the log shows, at its times and with its regions."""
    world = live(*life)
    for monitor in everyone(world):
        log = every_row(world, monitor)
        history = states(world, monitor)
        runs: list[tuple[int, int | None]] = []
        for instant, state in history:
            is_open = bool(runs) and runs[-1][1] is None
            if state is Status.DOWN and not is_open:
                runs.append((instant, None))
            elif state is not Status.DOWN and is_open:
                runs[-1] = (runs[-1][0], instant)
        found = [
            incident
            for incident in reversed(world.incidents(team=monitor.team, monitor_id=monitor.id))
            if incident.automatic
        ]
        spans: list[tuple[int, int | None]] = []
        for incident in found:
            if incident.resolved_at == incident.started_at:
                continue  # forced and checked again within one second: the log keeps one check
            if spans and spans[-1][1] == incident.started_at:
                spans[-1] = (spans[-1][0], incident.resolved_at)
            else:
                spans.append((incident.started_at, incident.resolved_at))
            end = incident.resolved_at or world.now + 1
            failing = {
                row.region
                for row in log
                if incident.started_at <= row.timestamp < end and row.error_message is not None
            }
            assert failing <= set(incident.affected_regions)
        assert spans == runs
        assert [one.started_at for one in found] == sorted(one.started_at for one in found)
        still_open = [incident for incident in found if incident.resolved_at is None]
        assert len(still_open) == (world.reading(monitor).status is Status.DOWN)


@given(lives())
def test_questions_change_nothing(life):
    """Reads never mutate."""
    world = live(*life)
    before = bytes_of(world)
    for monitor in everyone(world):
        world.reading(monitor)
        world.sla(monitor)
        world.logs(monitor, page=3)
    for team in Team:
        world.incidents(team=team, resolved=False)
        world.webhooks(team=team)
    assert bytes_of(world) == before


@given(lives(), st.integers(0, 9_000))
def test_a_restored_world_goes_on_as_the_old_one(life, later):
    """Snapshot and restore lose nothing, not even what is still to come."""
    world = live(*life)
    world.advance(to=world.now)
    copies = [restore(snapshot(world)), World.from_image(world.image())]
    before = bytes_of(world)
    facts = world.advance(to=world.now + later)
    for copy in copies:
        assert bytes_of(copy) == before
        assert copy.advance(to=copy.now + later) == facts
        assert bytes_of(copy) == bytes_of(world)


@given(lives())
def test_a_refused_command_leaves_the_world_as_it_was(life):
    """Bad input loses nothing."""
    seed, steps = life
    world = World(seed=seed, started_at=STARTED_AT)
    for pause, act in steps:
        world.advance(to=world.now + pause)
        before = bytes_of(world)
        if not carry_out(world, act):
            assert bytes_of(world) == before


@given(lives())
def test_an_edit_leaves_the_past_untouched(life):
    """Rows once told are told again after any later command but an outage scripted over them."""
    seed, steps = life
    world = World(seed=seed, started_at=STARTED_AT)
    for pause, act in steps:
        world.advance(to=world.now + pause)
        logs = {monitor.id: every_row(world, monitor) for monitor in everyone(world)}
        instant = world.now
        done = carry_out(world, act)
        for monitor in everyone(world):
            scripted = range(0)
            if isinstance(done, ScriptOutage) and done.monitor_id == monitor.id:
                scripted = range(done.start, done.end)

            def as_before(row, until=instant, changed=scripted):
                return row.timestamp < until and row.timestamp not in changed

            past = [row for row in every_row(world, monitor) if as_before(row)]
            told = [row for row in logs.get(monitor.id, []) if as_before(row)]
            assert past == told


def spans(world: World, monitor: Monitor) -> list[tuple[int, int | None, frozenset[str]]]:
    """The incidents found, as stretches of time and regions, without those of no length."""
    return [
        (one.started_at, one.resolved_at, frozenset(one.affected_regions))
        for one in world.incidents(team=monitor.team, monitor_id=monitor.id)
        if one.automatic and one.started_at != one.resolved_at
    ]


@given(lives(), st.integers(-9_000, 3_000), st.integers(1, 9_000), st.sampled_from((200, 502)))
@settings(max_examples=120)
def test_an_outage_scripted_late_is_as_if_it_had_been_scripted_in_time(life, after, length, code):
    """Logs, uptime and incidents do not tell when the past was written."""
    seed, steps = life
    early = World(seed=seed, started_at=STARTED_AT)
    late = early.clone()
    for pause, act in steps:
        for world in (early, late):
            world.advance(to=world.now + pause)
            if act.kind not in (ScriptOutage, ClearOutages):
                carry_out(world, act)
        if act is steps[0][1]:
            (first,) = everyone(early)
            start = max(STARTED_AT + sum(p for p, _ in steps) + after, STARTED_AT)
            outage = ScriptOutage(
                monitor_id=first.id, start=start, end=start + length, status_code=code
            )
            early.apply(outage)
    if first.id not in {monitor.id for monitor in everyone(late)}:
        return
    late.apply(outage)
    assert late.status(first) is early.status(first)
    assert every_row(late, first) == every_row(early, first)
    assert late.sla(first)[:4] == early.sla(first)[:4]
    assert merged(spans(late, first)) == merged(spans(early, first))
    late.advance(to=late.now + 9_000)
    early.advance(to=early.now + 9_000)
    assert every_row(late, first) == every_row(early, first)
    assert merged(spans(late, first)) == merged(spans(early, first))


windows = st.tuples(st.integers(-9_000, 3_000), st.integers(1, 9_000), st.sampled_from((200, 502)))


@given(lives(), st.lists(windows, min_size=2, max_size=6))
@settings(max_examples=120)
def test_outages_set_together_are_as_if_set_one_by_one(life, chosen):
    """In this order, and also where some are past and others are still to come."""
    together = live(*life)
    monitors = everyone(together)
    if not monitors:
        return
    first = monitors[0]
    starts = [max(together.now + after, first.created_at) for after, _, _ in chosen]
    outages = [
        Outage(start=start, end=start + length, status_code=code)
        for start, (_, length, code) in zip(starts, chosen, strict=True)
    ]
    one_by_one = together.clone()
    for outage in outages:
        one_by_one.apply(
            ScriptOutage(
                team=first.team,
                monitor_id=first.id,
                start=outage.start,
                end=outage.end,
                status_code=outage.status_code,
            )
        )
    together.apply(ScriptOutages(team=first.team, monitor_id=first.id, outages=tuple(outages)))
    for _ in range(2):
        assert every_row(together, first) == every_row(one_by_one, first)
        assert together.status(first) is one_by_one.status(first)
        assert together.sla(first)[:4] == one_by_one.sla(first)[:4]
        assert merged(spans(together, first)) == merged(spans(one_by_one, first))
        together.advance(to=together.now + 13_000)
        one_by_one.advance(to=one_by_one.now + 13_000)


def merged(
    incidents: list[tuple[int, int | None, frozenset[str]]],
) -> list[tuple[int, int | None, frozenset[str]]]:
    """Join incidents that touch: forcing within the second of a check leaves two of them."""
    joined: list[tuple[int, int | None, frozenset[str]]] = []
    for start, end, regions in reversed(incidents):
        if joined and joined[-1][1] == start:
            before, _, others = joined.pop()
            joined.append((before, end, others | regions))
        else:
            joined.append((start, end, regions))
    return joined


@given(lives())
def test_the_facts_told_lead_to_the_present(life):
    """Who only listens knows every status and every open incident, also of a rewritten past."""
    seed, steps = life
    world = World(seed=seed, started_at=STARTED_AT)
    facts = []
    for pause, act in steps:
        facts += world.advance(to=world.now + pause)
        carry_out(world, act)
    facts += world.advance(to=world.now + 1_800)
    there = {monitor.id: monitor for monitor in everyone(world)}
    told = {fact.monitor_id: fact.current for fact in facts if isinstance(fact, StatusChanged)}
    for monitor in there.values():
        assert world.reading(monitor).status is told.get(monitor.id, Status.UP)
    is_open: dict[str, str] = {}
    for fact in facts:
        if isinstance(fact, IncidentOpened):
            is_open[fact.incident.id] = fact.incident.monitor_id
        elif isinstance(fact, IncidentResolved):
            del is_open[fact.incident.id]
    listed = {i.id for team in Team for i in world.incidents(team=team, resolved=False)}
    assert {id_ for id_, monitor_id in is_open.items() if monitor_id in there} == listed
    assert [fact.at for fact in facts] == sorted(fact.at for fact in facts)


@given(lives(), st.integers(0, 90_000), st.integers(1, 5))
def test_time_may_be_moved_a_few_changes_at_once(life, later, most):
    """Advancing in slices gives the facts and the world of advancing at once."""
    at_once, sliced = live(*life), live(*life)
    end = at_once.now + later
    facts = at_once.advance(to=end)
    found = sliced.advance(to=end, most=most)
    while sliced.now < end:
        instant = sliced.now
        found += sliced.advance(to=end, most=most)
        assert sliced.now > instant
    assert found == facts
    assert bytes_of(sliced) == bytes_of(at_once)


@given(lives(), st.integers(0, 90_000), st.none() | st.integers(1, 3))
def test_time_may_be_moved_from_event_to_event(life, later, most):
    """Each step ends at the instant of the next facts, and together they are all there are."""
    at_once, stepped = live(*life), live(*life)
    end = at_once.now + later
    facts = at_once.advance(to=end)
    found = []
    while stepped.now < end:
        instant = stepped.now
        step = stepped.advance_to_next(before=end, most=most)
        assert stepped.now > instant
        assert {fact.at for fact in step} <= {stepped.now}
        assert step or most or stepped.now == end
        found += step
    assert found == facts
    assert bytes_of(stepped) == bytes_of(at_once)


@given(lives(), lives(), st.integers(0, 9_000))
def test_a_clone_goes_its_own_way(life, other, later):
    """What is done to a clone never shows in the original, nor the other way round."""
    world, control = live(*life), live(*life)
    clone = world.clone()
    assert bytes_of(clone) == bytes_of(world)
    for pause, act in other[1]:
        clone.advance(to=clone.now + pause)
        carry_out(clone, act)
    assert bytes_of(world) == bytes_of(control)
    before = bytes_of(clone)
    assert world.advance(to=world.now + later) == control.advance(to=control.now + later)
    assert bytes_of(world) == bytes_of(control)
    assert [every_row(world, m) for m in everyone(world)] == [
        every_row(control, m) for m in everyone(control)
    ]
    assert bytes_of(clone) == before
