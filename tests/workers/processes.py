"""The processes of a server with workers."""

import os
import signal
from pathlib import Path

from tests.waiting import until


def workers_of(pid):
    """Return the process ids of the workers of a server."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(folder.name))
    return sorted(found)


def threads_of(pid):
    """Return how many threads a process has."""
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def is_running(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}


def wait_for_end(pids):
    until(lambda: [pid for pid in pids if is_running(pid)], lambda left: not left)


def kill_a_worker(pid):
    """Kill the first worker of a server, and return the ids of all before."""
    before = workers_of(pid)
    os.kill(before[0], signal.SIGKILL)
    return before
