"""What the nemesis does to a fleet: it kills, stops and cuts off, and makes it whole again."""

import time
from contextlib import ExitStack
from dataclasses import dataclass

from tests.fleet.ports import free_port
from tests.fleet.proxies import TcpProxy
from tests.fleet.replicas import Fleet, Replica, fleet_replica, secret_file


@dataclass(frozen=True, slots=True)
class Disturbance:
    """What was done, to whom, and when."""

    kind: str
    target: str
    began: float
    ended: float


class DisturbedFleet:
    """Replicas that reach the store and each other through proxies only."""

    def __init__(self, store, folder, thread, *options, count=3, **choices):
        self.store = store
        self.thread = thread
        self._secret = secret_file(folder)
        self._make = lambda name, ledger, advertised, port: fleet_replica(
            name, folder, ledger, self._secret, *options,
            advertised=advertised, port=port, **choices,
        )  # fmt: skip
        self._count = count

    @property
    def ports(self):
        """The ports that clients use."""
        return [replica.port for replica in self.replicas]

    def __enter__(self):
        with ExitStack() as stack:
            self.links = {}
            self.replicas = []
            for number in range(self._count):
                self._add(f"r{number}", stack)
            for replica in self.replicas:
                replica.launch()
            for replica in self.replicas:
                replica.wait_until_ready()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def _add(self, name, stack):
        to_store = stack.enter_context(TcpProxy(self.thread, self.store.port))
        port = free_port()
        to_replica = stack.enter_context(TcpProxy(self.thread, port))
        ledger = self.store.url_through(to_store.port)
        replica = self._make(name, ledger, to_replica.port, port)
        stack.callback(replica.stop)
        self.links[name] = (to_store, to_replica)
        self.replicas.append(replica)

    def disturb(self, kind, chance):
        """Disturb the fleet in one way and make it whole again; return what was done."""
        replica = chance.choice(self.replicas)
        began = time.monotonic()
        target = getattr(self, f"_{kind}")(replica, chance) or replica.name
        return Disturbance(kind.replace("_", " "), target, began, time.monotonic())

    def _kill(self, replica, chance):
        replica.kill()
        time.sleep(chance.uniform(0, 6))
        replica.start()

    def _pause(self, replica, chance):
        replica.pause()
        time.sleep(chance.uniform(2, 10))
        replica.resume()

    def _stall_store(self, replica, chance):
        self._interrupt(self.links[replica.name][0], "stall", chance)

    def _cut_store(self, replica, chance):
        self._interrupt(self.links[replica.name][0], "cut", chance)

    def _stall_peers(self, replica, chance):
        self._interrupt(self.links[replica.name][1], "stall", chance)

    def _cut_peers(self, replica, chance):
        self._interrupt(self.links[replica.name][1], "cut", chance)

    def _restart_store(self, _replica, chance):
        self.store.kill()
        time.sleep(chance.uniform(0, 2))
        self.store.start()
        return "store"

    def _interrupt(self, proxy, manner, chance):
        getattr(proxy, manner)()
        time.sleep(chance.uniform(0.5, 8))
        proxy.heal()


KINDS = (
    "kill",
    "pause",
    "stall_store",
    "cut_store",
    "stall_peers",
    "cut_peers",
    "restart_store",
)


class KilledFleet:
    """Replicas that can only be killed, without proxies: those would bound the load."""

    def __init__(self, store, folder, *options, count=3):
        self._fleet = Fleet.on(store, folder, *options, count=count)
        self.replicas = self._fleet.replicas

    @property
    def ports(self):
        """The ports that clients use."""
        return [replica.port for replica in self.replicas]

    def __enter__(self):
        self._fleet.__enter__()
        return self

    def __exit__(self, *about):
        self._fleet.__exit__(*about)

    def disturb(self, _kind, chance):
        """Kill a replica and start it again."""
        replica = chance.choice(self.replicas)
        began = time.monotonic()
        replica.kill()
        time.sleep(chance.uniform(0, 6))
        replica.start()
        return Disturbance("kill", replica.name, began, time.monotonic())


class SingleServer:
    """One server without a fleet: it can only be killed."""

    def __init__(self, folder, *options):
        self.replicas = [Replica("single", folder, *options)]

    @property
    def ports(self):
        """The port that clients use."""
        return [self.replicas[0].port]

    def __enter__(self):
        self.replicas[0].start()
        return self

    def __exit__(self, *_):
        self.replicas[0].stop()

    def disturb(self, _kind, chance):
        """Kill the server and start it again."""
        began = time.monotonic()
        self.replicas[0].kill()
        time.sleep(chance.uniform(0, 1))
        self.replicas[0].start()
        return Disturbance("kill", "single", began, time.monotonic())
