"""What commands do, one sentence at a time."""

import pytest

from statuspool_mock.simulation import (
    ClearOutages,
    ClockRanBackwards,
    CommandRefused,
    CreateIncident,
    CreateMonitor,
    DeleteMonitor,
    EditMonitor,
    ForceStatus,
    ForeignMonitor,
    IncidentOpened,
    IncidentResolved,
    PauseMonitor,
    RegisterWebhook,
    ReleaseMonitor,
    ResumeMonitor,
    ScriptOutage,
    SnapshotRejected,
    Status,
    StatusChanged,
    Team,
    UnknownMonitor,
    World,
    restore,
    snapshot,
)

NOON = 1_736_856_000  # 2025-01-14T12:00:00Z
REGIONS = ("eu-central-1", "us-east-1", "ap-northeast-1")


@pytest.fixture
def world():
    return World(seed=7, started_at=NOON)


def make(world, **values):
    defaults = {
        "name": "API",
        "url": "https://api.example.com",
        "interval_seconds": 60,
        "behaviour": "perfect",
        "sla_target": 0,  # unless a test is about it, nobody is told of a breach
    }
    return world.apply(CreateMonitor(**defaults | values))


def test_a_new_monitor_has_been_checked_at_once(world):
    """Nobody waits for the first reading."""
    monitor = make(world)
    reading = world.reading(monitor)
    assert (reading.status, reading.last_check_at, reading.uptime_30d) == (Status.UP, NOON, 100.0)
    assert world.logs(monitor).total == len(REGIONS)


def test_ids_are_version_4_uuids_that_depend_on_the_seed():
    first, again, other = (make(World(seed=s, started_at=NOON)).id for s in (1, 1, 2))
    assert first == again != other
    assert first[14] == "4"
    assert first[19] in "89ab"


def test_a_new_interval_takes_effect_at_the_next_scheduled_check(world):
    """Reference, PUT: the next check keeps its time, those after it follow the new interval."""
    monitor = make(world, interval_seconds=300)
    world.advance(to=NOON + 310)
    edited = world.apply(EditMonitor(monitor_id=monitor.id, interval_seconds=30))
    assert edited.interval_seconds == 30
    assert edited.updated_at == NOON + 310
    world.advance(to=NOON + 700)
    times = sorted({row.timestamp - NOON for row in world.logs(edited, limit=100).items})
    assert times == [0, 300, 600, 630, 660, 690]


def test_two_edits_before_the_next_check_leave_one_new_epoch(world):
    monitor = make(world, interval_seconds=300)
    world.advance(to=NOON + 10)
    world.apply(EditMonitor(monitor_id=monitor.id, interval_seconds=30))
    edited = world.apply(EditMonitor(monitor_id=monitor.id, interval_seconds=120))
    assert [(epoch.start - NOON, epoch.interval_seconds) for epoch in edited.epochs] == [
        (0, 300),
        (300, 120),
    ]


def test_what_an_edit_leaves_out_stays(world):
    monitor = make(world, tags=("a",), expected_status=204)
    edited = world.apply(EditMonitor(monitor_id=monitor.id, name="New name"))
    assert edited.name == "New name"
    assert (edited.url, edited.tags, edited.expected_status) == (
        monitor.url,
        monitor.tags,
        monitor.expected_status,
    )


def test_a_pause_leaves_a_hole_in_the_log_and_the_last_state(world):
    monitor = make(world, behaviour="down")
    world.advance(to=NOON + 90)
    paused = world.apply(PauseMonitor(monitor_id=monitor.id))
    world.advance(to=NOON + 1_000)
    assert world.status(paused) is Status.PAUSED
    assert world.reading(paused).status is Status.DOWN
    assert world.reading(paused).last_check_at == NOON + 60
    resumed = world.apply(ResumeMonitor(monitor_id=monitor.id))
    world.advance(to=NOON + 1_070)
    times = sorted({row.timestamp - NOON for row in world.logs(resumed, limit=100).items})
    assert times == [0, 60, 1_000, 1_060]
    assert world.status(resumed) is Status.DOWN


def test_deleting_takes_logs_and_incidents_along(world):
    """Reference, DELETE: permanent. Another monitor keeps everything."""
    gone, kept = make(world, behaviour="down"), make(world, behaviour="down")
    world.apply(DeleteMonitor(monitor_id=gone.id))
    world.advance(to=NOON + 600)
    with pytest.raises(UnknownMonitor):
        world.monitor(gone.id, team=Team.OWN)
    assert [incident.monitor_id for incident in world.incidents(team=Team.OWN)] == [kept.id]
    assert list(world.monitors(team=Team.OWN).items) == [kept]
    assert list(world.monitors(team=Team.OWN, status=Status.DOWN).items) == [kept]


def test_teams_do_not_see_each_other(world):
    theirs = make(world, team=Team.RIVAL, behaviour="down")
    with pytest.raises(ForeignMonitor):
        world.monitor(theirs.id, team=Team.OWN)
    with pytest.raises(ForeignMonitor):
        world.incidents(team=Team.OWN, monitor_id=theirs.id)
    assert world.monitors(team=Team.OWN).total == 0
    assert not world.incidents(team=Team.OWN)
    assert len(world.incidents(team=Team.RIVAL)) == 1


@pytest.mark.parametrize(
    ("failing", "status"),
    [(1, Status.DEGRADED), (2, Status.DOWN), (3, Status.DOWN)],
)
def test_more_than_half_of_the_regions_make_it_down(world, failing, status):
    monitor = make(world)
    world.apply(
        ScriptOutage(
            monitor_id=monitor.id, start=NOON + 60, end=NOON + 61, regions=REGIONS[:failing]
        )
    )
    world.advance(to=NOON + 60)
    assert world.status(monitor) is status
    world.advance(to=NOON + 120)
    assert world.status(monitor) is Status.UP


def test_half_of_the_regions_are_no_majority(world):
    """Down takes more than half: two of four leave it degraded."""
    monitor = make(world, regions=("a", "b", "c", "d"))
    world.apply(
        ScriptOutage(monitor_id=monitor.id, start=NOON + 60, end=NOON + 120, regions=("a", "d"))
    )
    world.advance(to=NOON + 60)
    assert world.status(monitor) is Status.DEGRADED


def test_an_incident_gathers_the_regions_it_reaches(world):
    monitor = make(world)
    for start, regions in ((60, REGIONS[:2]), (120, REGIONS)):
        world.apply(
            ScriptOutage(
                monitor_id=monitor.id, start=NOON + start, end=NOON + start + 60, regions=regions
            )
        )
    world.advance(to=NOON + 60)
    assert world.incidents(team=Team.OWN)[0].affected_regions == REGIONS[:2]
    world.advance(to=NOON + 300)
    (incident,) = world.incidents(team=Team.OWN)
    assert incident.affected_regions == REGIONS


def test_a_pause_in_the_second_of_a_check_keeps_that_check(world):
    monitor = make(world)
    world.advance(to=NOON + 60)
    world.apply(PauseMonitor(monitor_id=monitor.id))
    assert world.last_check_at(monitor) == NOON + 60


def test_a_scripted_outage_gives_exactly_its_rows(world):
    """The failures of the reference's log sample: slow, then slow in recovering, in one region."""
    monitor = make(world)
    for minute, code, response in ((1, 502, 8_412), (2, 502, 7_991), (3, 200, 2_103)):
        world.apply(
            ScriptOutage(
                monitor_id=monitor.id,
                start=NOON + 60 * minute,
                end=NOON + 60 * minute + 60,
                regions=("ap-northeast-1",),
                status_code=code,
                response_time_ms=response,
            )
        )
    seen = [world.status(monitor)]
    for minute in (1, 2, 3, 4):
        world.advance(to=NOON + 60 * minute)
        seen.append(world.status(monitor))
    rows = [row for row in world.logs(monitor).items if row.region == "ap-northeast-1"]
    assert [(row.status_code, row.response_time_ms) for row in rows[1:4]] == [
        (502, 8_412),
        (502, 7_991),
        (200, 2_103),
    ]
    assert rows[1].error_message == "Expected status 200, got 502"
    assert rows[3].error_message is None
    assert seen == ["up", "degraded", "degraded", "degraded", "up"]


def test_a_forced_status_shows_at_once_and_ends_when_released(world):
    monitor = make(world)
    world.apply(ForceStatus(monitor_id=monitor.id, status=Status.DOWN))
    assert world.status(monitor) is Status.DOWN
    world.advance(to=NOON + 45)
    released = world.apply(ReleaseMonitor(monitor_id=monitor.id))
    assert world.status(released) is Status.UP
    (incident,) = world.incidents(team=Team.OWN)
    assert (incident.started_at, incident.resolved_at) == (NOON, NOON + 45)
    assert incident.duration_seconds(NOON + 900) == 45


def test_a_forced_status_may_last_a_while(world):
    monitor = make(world, behaviour="down")
    world.apply(ForceStatus(monitor_id=monitor.id, status=Status.UP, seconds=90))
    world.advance(to=NOON + 60)
    assert world.status(monitor) is Status.UP
    world.advance(to=NOON + 120)
    assert world.status(monitor) is Status.DOWN


def spans(world):
    return [(i.started_at - NOON, i.resolved_at and i.resolved_at - NOON) for i in incidents(world)]


def incidents(world):
    return world.incidents(team=Team.OWN)


def script(world, monitor, start, end, **values):
    world.apply(ScriptOutage(monitor_id=monitor.id, start=NOON + start, end=NOON + end, **values))


def test_a_scripted_past_shows_in_logs_uptime_and_incidents(world):
    monitor = make(world)
    world.advance(to=NOON + 3_600)
    script(world, monitor, 600, 720)
    assert spans(world) == [(600, 720)]
    assert world.sla(monitor).failed_checks == 2 * len(REGIONS)
    rows = world.logs(monitor, since=NOON + 600, until=NOON + 719).items
    assert {row.status_code for row in rows} == {502}
    assert world.advance(to=world.now) == []


def test_a_scripted_past_that_reaches_the_present_is_told(world):
    """The incident began in the past; that there is one is news."""
    monitor = make(world)
    world.advance(to=NOON + 3_630)
    script(world, monitor, 600, 9_000)
    assert world.status(monitor) is Status.DOWN
    (incident,) = incidents(world)
    assert world.advance(to=world.now) == [
        StatusChanged(
            at=world.now,
            team=Team.OWN,
            monitor_id=monitor.id,
            previous=Status.UP,
            current=Status.DOWN,
        ),
        IncidentOpened(at=world.now, incident=incident),
    ]
    assert spans(world) == [(600, None)]


def test_an_open_incident_whose_outage_never_was_is_told_as_resolved(world):
    monitor = make(world, behaviour="down")
    opened = world.advance(to=NOON + 600)[-1].incident
    script(world, monitor, 0, 9_000, status_code=200)
    assert not incidents(world)
    assert world.advance(to=NOON + 600)[1:] == [
        IncidentResolved(at=NOON + 600, incident=opened._replace(resolved_at=NOON + 600))
    ]


def test_incidents_keep_their_ids_where_the_past_still_has_them(world):
    """One that grows or shrinks is the same; one that is split stays in its first part."""
    monitor = make(world)
    for start in (600, 1_200, 1_800):
        script(world, monitor, start, start + 300)
    world.advance(to=NOON + 3_600)
    third, second, first = (incident.id for incident in incidents(world))
    script(world, monitor, 540, 600)
    script(world, monitor, 1_260, 1_320, status_code=200)
    script(world, monitor, 1_740, 1_800)
    script(world, monitor, 2_040, 2_100, status_code=200)
    assert spans(world) == [(1_740, 2_040), (1_320, 1_500), (1_200, 1_260), (540, 900)]
    newest, rest, middle, oldest = (incident.id for incident in incidents(world))
    assert (newest, middle, oldest) == (third, second, first)
    assert rest not in {first, second, third}


def test_a_past_may_be_scripted_in_regions_that_were_checked_then(world):
    monitor = make(world)
    world.advance(to=NOON + 600)
    world.apply(EditMonitor(monitor_id=monitor.id, regions=("sa-east-1",)))
    world.advance(to=NOON + 1_200)
    script(world, monitor, 60, 120, regions=REGIONS[:2])
    assert incidents(world)[0].affected_regions == REGIONS[:2]
    with pytest.raises(CommandRefused, match="us-east-1"):
        script(world, monitor, 900, 960, regions=("us-east-1",))


def test_clearing_outages_ends_what_runs_and_drops_what_was_to_come(world):
    monitor = make(world)
    for start in (60, 600, 900):
        script(world, monitor, start, start + 150)
    world.advance(to=NOON + 630)
    assert world.status(monitor) is Status.DOWN
    cleared = world.apply(ClearOutages(monitor_id=monitor.id))
    assert world.status(cleared) is Status.UP
    world.advance(to=NOON + 3_600)
    assert spans(world) == [(600, 630), (60, 240)]


def test_clearing_outages_leaves_a_forced_status_alone(world):
    monitor = make(world)
    world.apply(ForceStatus(monitor_id=monitor.id, status=Status.DOWN))
    assert world.status(world.apply(ClearOutages(monitor_id=monitor.id))) is Status.DOWN


def test_an_outage_that_began_between_two_checks_is_found_by_the_next(world):
    """Also where a command comes in between."""
    monitor = make(world)
    script(world, monitor, 61, 180)
    world.advance(to=NOON + 90)
    script(world, monitor, 600, 660)
    world.advance(to=NOON + 120)
    assert world.status(monitor) is Status.DOWN


def test_time_can_be_stopped_after_so_many_changes(world):
    """What falls due in one instant is never torn apart."""
    for _ in range(3):
        script(world, make(world), 60, 120)
    facts = world.advance(to=NOON + 600, most=1)
    assert world.now == NOON + 60
    assert len(facts) == 6
    assert len(world.advance(to=NOON + 600, most=1)) == 6
    assert world.advance(to=NOON + 600, most=1) == []
    assert world.now == NOON + 600


def test_time_can_be_moved_to_whatever_happens_next(world):
    monitor = make(world)
    script(world, monitor, 61, 120)
    assert world.advance_to_next(before=NOON + 60) == []
    assert world.now == NOON + 60
    script(world, monitor, 200, 300)
    assert [type(f) for f in world.advance_to_next(before=NOON + 900)] == [
        StatusChanged,
        IncidentOpened,
    ]
    assert world.now == NOON + 240
    with pytest.raises(ClockRanBackwards):
        world.advance_to_next(before=NOON)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("down.test", Status.DOWN),
        ("eu.down.test", Status.DOWN),
        ("slow.test", Status.DEGRADED),
        ("degraded.test", Status.DEGRADED),
        ("perfect.test", Status.UP),
        ("down.test.example.com", Status.UP),
        ("up-or-down.test", Status.UP),
    ],
)
def test_magic_hosts_behave_as_they_are_called(world, host, status):
    """For clients that cannot send a header: the data decides."""
    monitor = make(world, behaviour=None, url=f"https://{host}:8443/health")
    assert world.status(monitor) is status


def test_a_magic_host_may_be_edited_in(world):
    monitor = make(world, behaviour=None, url="https://perfect.test")
    world.apply(EditMonitor(monitor_id=monitor.id, url="https://down.test"))
    assert world.status(monitor) is Status.UP
    world.advance(to=NOON + 60)
    assert world.status(monitor) is Status.DOWN


def test_a_failure_is_no_success_even_where_it_is_expected(world):
    """A monitor that expects 503 is not satisfied by an outage that answers 503."""
    monitor = make(world, behaviour="down", expected_status=503)
    assert world.status(monitor) is Status.DOWN
    assert {row.status_code for row in world.logs(monitor).items} == {500}


def test_facts_come_in_order_with_their_times(world):
    monitor = make(world)
    world.apply(ScriptOutage(monitor_id=monitor.id, start=NOON + 60, end=NOON + 200))
    facts = world.advance(to=NOON + 300)
    assert [(type(fact), fact.at - NOON) for fact in facts] == [
        (StatusChanged, 60),
        (IncidentOpened, 60),
        (StatusChanged, 240),
        (IncidentResolved, 240),
    ]
    assert facts[0].previous is Status.UP
    assert facts[0].current is Status.DOWN


def test_a_manual_incident_is_told_by_the_next_advance(world):
    monitor = make(world)
    incident = world.apply(
        CreateIncident(monitor_id=monitor.id, title="Planned", description="*soon*")
    )
    assert world.advance(to=NOON) == [IncidentOpened(at=NOON, incident=incident)]
    assert list(world.incidents(team=Team.OWN, resolved=False)) == [incident]
    assert not world.incidents(team=Team.OWN, resolved=True)


def test_webhooks_are_listed_by_team_and_their_secret_is_not_in_a_repr(world):
    webhook = world.apply(
        RegisterWebhook(url="https://hooks.example.com", events=("sla_breach",), secret="hush-hush")
    )
    assert list(world.webhooks(team=Team.OWN)) == [webhook]
    assert not world.webhooks(team=Team.RIVAL)
    assert not world.webhooks(team=Team.OWN, active=False)
    assert "hush-hush" not in repr(webhook)


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (lambda m: CreateMonitor(name="x", url="y", interval_seconds=60, behaviour="odd"), "odd"),
        (lambda m: CreateMonitor(name="x", url="y", interval_seconds=0), "interval"),
        (lambda m: CreateMonitor(name="x", url="y", interval_seconds=60, regions=()), "region"),
        (
            lambda m: CreateMonitor(name="x", url="y", interval_seconds=60, monitor_id=m.id),
            "already exists",
        ),
        (lambda m: ScriptOutage(monitor_id=m.id, start=NOON + 9, end=NOON + 9), "empty"),
        (lambda m: ScriptOutage(monitor_id=m.id, start=NOON - 9, end=NOON + 9), "created"),
        (lambda m: ForceStatus(monitor_id=m.id, status=Status.PAUSED), "pause it"),
        (lambda m: ForceStatus(monitor_id=m.id, status=Status.UP, seconds=-1), "-1"),
        (
            lambda m: ForceStatus(monitor_id=m.id, status=Status.UP, regions=("mars-1",)),
            "mars-1",
        ),
    ],
)
def test_commands_that_cannot_be_are_refused_with_the_reason(world, command, told):
    monitor = make(world)
    world.advance(to=NOON)
    before = snapshot(world)
    with pytest.raises(CommandRefused, match=told):
        world.apply(command(monitor))
    assert snapshot(world) == before


def test_time_does_not_run_backwards(world):
    with pytest.raises(ClockRanBackwards):
        world.advance(to=NOON - 1)


@pytest.mark.parametrize("damage", [{"version": 99}, {"monitors": [{}]}, {"seed": None, "now": []}])
def test_a_damaged_snapshot_is_rejected(world, damage):
    make(world)
    data = snapshot(world) | damage
    if "seed" in damage:
        del data["seed"]
    with pytest.raises(SnapshotRejected):
        restore(data)
