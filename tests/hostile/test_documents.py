"""No file takes more than 1 GiB or a traceback: each is refused in one line."""

import pytest

from tests.hostile import documents
from tests.hostile.bounded_runs import broken, run_all

pytestmark = pytest.mark.process

READERS = {
    "check": ["check"],
    "ctl snapshot load": ["ctl", "snapshot", "load", "--url", "http://127.0.0.1:9"],
    "replay": ["replay"],
    "seed-from": ["seed-from"],
    "verify": ["verify", "http://127.0.0.1:9/v1", "--dry-run", "--baseline"],
}
_SIZE = 3 << 30


def _written(folder, contents):
    """Write the documents, and return their paths by name."""
    paths = {}
    for number, (name, content) in enumerate(contents.items()):
        path = paths[name] = folder / f"{number}.yaml"
        path.write_bytes(content or b"")
        if content is None:
            with path.open("r+b") as file:
                file.truncate(_SIZE)  # takes no room on the disk
    return paths


@pytest.fixture(scope="module")
def json_files(tmp_path_factory):
    return _written(tmp_path_factory.mktemp("json"), documents.JSON)


@pytest.mark.parametrize("reader", READERS)
def test_json_is_refused_in_one_line(reader, json_files):
    done = run_all({name: [*READERS[reader], str(path)] for name, path in json_files.items()})
    assert broken(done) == {}


def test_scenarios_are_refused_in_one_line(tmp_path):
    paths = _written(tmp_path, documents.YAML)
    command = ["serve", "--port", "0", "--scenario"]
    done = run_all({name: [*command, str(path)] for name, path in paths.items()})
    assert broken(done) == {}
