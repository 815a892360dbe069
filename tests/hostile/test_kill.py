"""A server that is killed at any instant, or whose disk is full, loses nothing it acknowledged.

Each client drives a world of its own and predicts it: after a response with success the world is
what the request makes of it, after a 5xx it is what it was, and after a kill it is either.
"""

import random
import resource
import secrets
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from statuspool_mock.client import Control, RequestRefused, ServerUnreachable
from statuspool_mock.time_parsing import instant, written
from tests.mock_process import serving

pytestmark = pytest.mark.process

BEGAN = instant("2026-11-24T12:00:00Z")
CLIENTS = 3
EVENTS = ["status_change", "incident_created", "sla_breach"]
MOST_FULL_SECONDS = 2
NO_LIMIT = resource.RLIM_INFINITY


@dataclass(frozen=True)
class World:
    """What a client knows of its world; names are used once only."""

    monitors: frozenset = frozenset()
    webhooks: frozenset = frozenset()
    faults: int = 0
    now: int = BEGAN


@dataclass(frozen=True)
class Known:
    """A world and its checkpoints."""

    world: World = World()
    checkpoints: tuple = ()


class Client(threading.Thread):
    """Writes until its server is gone."""

    def __init__(self, url, name, *, chance, known, receiver):
        super().__init__()
        self.control = Control(url, api_key=f"sp_test_{name}", timeout=30)
        self.chance = chance
        self.known = known
        self.doubtful = known
        self.receiver = receiver
        self.ids = {}
        self.snapshot = None
        self.acknowledged = self.refused = 0
        self.failure = None

    def run(self):
        steps = [
            *[self.create] * 8,
            *[self.delete, self.force, self.advance, self.register] * 2,
            *[self.add_fault, self.keep, self.rewind, self.reset, self.save, self.restore],
            *[self.trigger, self.read, self.close, self.forget],
        ]
        with self.control:
            while True:
                try:
                    self.chance.choice(steps)()
                except ServerUnreachable:
                    return
                except Exception as failure:  # noqa: BLE001 - reported by the main thread
                    self.failure = failure
                    return

    def write(self, after, call, *arguments, **options):
        """Make a request after which all that is known is `after`."""
        self.doubtful = after
        try:
            made = call(*arguments, **options)
        except RequestRefused as refused:
            if refused.status == 404 and self.known == Known():
                return None  # it was closed, and nothing has opened it since
            if refused.status not in {500, 507} or "cannot be stored" not in str(refused):
                raise
            self.refused += 1
            self.doubtful = self.known
            return None
        self.known = after
        self.acknowledged += 1
        return made

    def change(self, call, *arguments, world, **options):
        return self.write(replace(self.known, world=world), call, *arguments, **options)

    @property
    def world(self):
        return self.known.world

    def monitor(self):
        return self.chance.choice(sorted(self.world.monitors & self.ids.keys()) or [None])

    def create(self):
        name = secrets.token_hex(4)
        world = replace(self.world, monitors=self.world.monitors | {name})
        padding = ["x" * 50] * self.chance.randrange(10)
        create = self.control.monitors.create
        made = self.change(create, name, "https://perfect.test/", tags=padding, world=world)
        if made:
            self.ids[name] = made["id"]

    def delete(self):
        if name := self.monitor():
            world = replace(self.world, monitors=self.world.monitors - {name})
            path = f"/v1/monitors/{self.ids[name]}"
            self.change(self.control._call, "DELETE", path, world=world)

    def force(self):
        if name := self.monitor():
            force = self.chance.choice(
                [self.control.monitors.force_down, self.control.monitors.force_up]
            )
            self.change(force, self.ids[name], world=self.world)

    def register(self):
        if len(self.world.webhooks) < 3:
            url = f"{self.receiver}/{secrets.token_hex(4)}"
            world = replace(self.world, webhooks=self.world.webhooks | {url})
            self.change(self.control.webhooks.register, url, secret="s" * 16, world=world)

    def trigger(self):
        if self.world.webhooks and self.world.monitors:
            self.change(self.control.webhooks.trigger, "status_change", world=self.world)

    def advance(self):
        seconds = self.chance.randrange(1, 400)
        world = replace(self.world, now=self.world.now + seconds)
        moved = self.change(self.control.clock.advance, f"{seconds}s", world=world)
        if moved and not moved["complete"]:  # the disk was full on the way
            assert "cannot be stored" in moved["note"]
            self.known = replace(self.known, world=replace(self.world, now=instant(moved["now"])))
            self.doubtful = self.known

    def add_fault(self):
        if self.world.faults < 20:
            world = replace(self.world, faults=self.world.faults + 1)
            fault = {"operation": "listIncidents", "status": 500}
            self.change(self.control.faults.add, **fault, world=world)

    def keep(self):
        name = self.chance.choice("abc")
        kept = dict(self.known.checkpoints) | {name: (self.world, dict(self.ids))}
        self.write(self.with_checkpoints(kept), self.control.keep, name)

    def forget(self):
        if kept := dict(self.known.checkpoints):
            name = self.chance.choice(sorted(kept))
            del kept[name]
            self.write(self.with_checkpoints(kept), self.control.forget, name)

    def with_checkpoints(self, kept):
        return replace(self.known, checkpoints=tuple(sorted(kept.items(), key=lambda one: one[0])))

    def rewind(self):
        if self.known.checkpoints:
            name, (world, ids) = self.chance.choice(self.known.checkpoints)
            if self.change(self.control.rewind, name, world=world):
                self.ids = dict(ids)

    def reset(self):
        self.change(self.control.reset, world=World())

    def save(self):
        with suppress(RequestRefused):  # the world was closed, and no new one can be stored
            self.snapshot = self.control.snapshot(), self.world, dict(self.ids)

    def restore(self):
        if self.snapshot:
            snapshot, world, ids = self.snapshot
            if self.change(self.control.restore, snapshot, world=world):
                self.ids = dict(ids)

    def close(self):
        if self.chance.random() < 0.2:
            name = self.control._http.headers["Authorization"].partition("sp_test_")[2]
            self.write(Known(), self.control.close_sandbox, name)

    def read(self):
        """Draw from the faults, which changes their random numbers."""
        with suppress(RequestRefused):
            self.control._call("GET", "/v1/incidents")


def seen(control):
    """Return what is known of a world, as it is."""
    return World(
        frozenset(one["name"] for one in control.monitors.all()),
        frozenset(one["url"] for one in control.webhooks.all()),
        len(control.faults.all()),
        instant(control.clock.read()["now"]),
    ), [one["name"] for one in control.checkpoints()]


def told(known):
    return known.world, [name for name, _ in known.checkpoints]


def recovered(found, known, doubtful):
    """Return what is known of a world after a kill; it may have stopped while time advanced."""
    now = found[0].now
    for one in (known, doubtful):
        if known.world.now <= now <= doubtful.world.now:
            one = replace(one, world=replace(one.world, now=now))  # noqa: PLW2901
        if told(one) == found:
            return one
    raise AssertionError(f"expected {told(known)} or {told(doubtful)}, got {found}")


def in_doubt(known, doubtful):
    """Return the checkpoints that a kill left with either of two contents, under the same name."""
    kept = dict(known.checkpoints)
    return [
        name for name, content in doubtful.checkpoints if name in kept and kept[name] != content
    ]


def without(known, names):
    kept = tuple(one for one in known.checkpoints if one[0] not in names)
    return replace(known, checkpoints=kept)


def full_disk(process, clients, chance, *, rounds):
    """Let files grow no further until writes were refused, and then again."""
    for _ in range(rounds):
        limit = chance.choice([0, chance.randrange(1, 2_000), chance.randrange(2_000, 20_000)])
        refused = sum(client.refused for client in clients) + chance.randrange(2, 6)
        deadline = time.monotonic() + MOST_FULL_SECONDS
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (limit, NO_LIMIT))
        while sum(client.refused for client in clients) < refused:
            if time.monotonic() > deadline or not all(one.is_alive() for one in clients):
                break
            time.sleep(0.001)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (NO_LIMIT, NO_LIMIT))
        time.sleep(chance.uniform(0.02, 0.1))


def wait_for(clients, writes):
    """Wait until so many writes were acknowledged."""
    while sum(client.acknowledged for client in clients) < writes:
        if not all(client.is_alive() for client in clients):
            return
        time.sleep(0.001)


class Receiver(ThreadingHTTPServer):
    """Endpoints that are slow and fail at times."""

    daemon_threads = True

    def __init__(self, chance):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                time.sleep(chance.choice([0, 0, 0.05, 0.2]))
                self.send_response(chance.choice([200, 200, 200, 500]))
                self.end_headers()

            def log_message(self, *_):
                pass

            def handle(self):
                with suppress(ConnectionError):  # the server was killed
                    super().handle()

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


def kill_again_and_again(data, *, times, seed):
    """Kill a server while it is used; return how many writes were acknowledged and refused."""
    chance = random.Random(seed)  # noqa: S311
    options = ("--data", str(data), "--scenario", "empty", "--rate-limit", "off", "--clock")
    counts = [0, 0]
    known = {f"load{number}": Known() for number in range(CLIENTS)}
    doubtful, ids = dict(known), {name: {} for name in known}
    with Receiver(chance) as receiver:
        for turn in range(times + 1):
            with serving(*options, written(BEGAN)) as served:
                for name, maybe in doubtful.items():
                    with Control(served.control_url, api_key=f"sp_test_{name}") as control:
                        unsure = in_doubt(known[name], maybe)
                        known[name] = recovered(seen(control), known[name], maybe)
                        for checkpoint in unsure:
                            control.forget(checkpoint)
                        known[name] = without(known[name], unsure)
                        ids[name] = {one["name"]: one["id"] for one in control.monitors.all()}
                if turn == times:
                    break
                clients = [
                    Client(
                        served.control_url,
                        name,
                        chance=random.Random(chance.random()),  # noqa: S311
                        known=known[name],
                        receiver=receiver.url,
                    )
                    for name in known
                ]
                for client, name in zip(clients, known, strict=True):
                    client.ids = ids[name]
                    client.start()
                full_disk(served.process, clients, chance, rounds=chance.randrange(1, 4))
                wait_for(clients, chance.randrange(20, 100))
                served.process.send_signal(signal.SIGKILL)
                for client, name in zip(clients, known, strict=True):
                    client.join()
                    if client.failure is not None:
                        raise client.failure
                    known[name], doubtful[name] = client.known, client.doubtful
                    counts[0] += client.acknowledged
                    counts[1] += client.refused
        receiver.shutdown()
    return counts


def test_kill_9_loses_nothing_acknowledged(tmp_path):
    acknowledged, refused = kill_again_and_again(tmp_path / "worlds", times=3, seed=7)
    assert acknowledged > 60
    assert refused > 3


@pytest.mark.long
def test_kill_9_a_hundred_times_loses_nothing_acknowledged(tmp_path):
    acknowledged, refused = kill_again_and_again(tmp_path / "worlds", times=100, seed=11)
    assert acknowledged > 2_000
    assert refused > 100
