"""Record where a server under load spends its time, as flame graphs: `make profile`.

    make profile ARGS='--only status --seconds 20'

Each kind of request becomes build/profile/<kind>.svg, which a browser shows. py-spy reads the
stacks from outside two hundred times a second, so the server runs as it always does.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import contenders
import rounds
from load import drive
from processes import ServerProcess

FOLDER = Path(__file__).parents[1] / "build" / "profile"
_PY_SPY = str(Path(sys.executable).with_name("py-spy"))


def record(server: ServerProcess, case: rounds.Case, *, seconds: int) -> Path:
    """Load a server with one kind of request, and return the flame graph of that time."""
    target = FOLDER / f"{case.name}.svg"
    options = ("--rate", "200", "--duration", str(seconds), "--output", str(target), "--threads")
    command = (_PY_SPY, "record", *options, "--pid", str(server.pid))
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as recorder:
        paths = [f"/v1{path}" for path in case.paths]
        drive(server, paths, method=case.method, seconds=seconds + 2, most=case.most)
        _, said = recorder.communicate(timeout=120)
    if recorder.returncode:
        sys.exit(f"py-spy ended with {recorder.returncode}: {said.decode().strip()}")
    return target


def main() -> None:
    """Record every kind of request, or one of them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", default="", help="the kind of request, such as `list`")
    parser.add_argument("--seconds", type=int, default=10)
    given = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with contenders.ours("large").start() as server:
        for case in rounds.cases_of(server):
            if given.only in case.name and not case.most:
                target = record(server, case, seconds=given.seconds)
                print(f"{case.title}: {target}", flush=True)


if __name__ == "__main__":
    main()
