"""The image, built from the Dockerfile and run as its documentation says."""

import json
import os
import shutil
import time

import httpx
import pytest

from tests.container.engine import PROGRAMS, USER, Engine, running

missing = [program for program in PROGRAMS if not shutil.which(program)]
pytestmark = [
    pytest.mark.long,
    pytest.mark.peer,
    pytest.mark.xdist_group("container"),
    pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}"),
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
]
KEY = {"Authorization": "Bearer sp_test_kept"}
MONITOR = {"name": "shop", "url": "https://a.example/", "interval_seconds": 60}


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("engine")
    made = Engine(folder)
    made.make_base()
    made.build()
    yield made
    shutil.rmtree(folder)


@pytest.fixture
def data(tmp_path):
    """A volume, which belongs to the image's user."""
    folder = tmp_path / "data"
    folder.mkdir()
    os.chown(folder, USER, USER)
    return folder


def url_of(container):
    return json.loads(container.process.stdout.readline())["url"]


def test_it_runs_read_only_without_capabilities_and_keeps_worlds(engine, data, free_port):
    options = ("--data", "/data", "--port", str(free_port), "--ready-json")
    with running(engine, *options, data=data) as container:
        url = url_of(container)
        made = httpx.post(f"{url}/monitors", json=MONITOR, headers=KEY).json()
        assert container.execute("python", "-c", "open('/opt/new', 'w')") != 0
        assert container.execute("python", "-c", "import os; os.setuid(0)") != 0
        began = time.monotonic()
        container.end()
        assert container.process.wait(timeout=60) == 0
        assert time.monotonic() - began < 5  # it takes a quarter of a second by itself
    assert {path.stat().st_uid for path in data.rglob("*")} == {USER}
    with running(engine, *options, data=data) as container:
        url = url_of(container)
        assert httpx.get(f"{url}/monitors/{made['id']}", headers=KEY).json()["name"] == "shop"


def test_its_healthcheck_tells_a_server_that_is_ready(engine, data):
    config = engine.config()["Healthcheck"]["Test"]
    assert config[0] == "CMD"
    with running(engine, "--ready-json", data=data, own_network=True) as container:
        url_of(container)
        assert container.execute(*config[1:]) == 0
    elsewhere = ("--ready-json", "--port", "0")
    with running(engine, *elsewhere, data=data, own_network=True) as container:
        url_of(container)
        assert container.execute(*config[1:]) == 1


def test_the_control_plane_is_closed_until_there_is_a_token(engine, data, free_port):
    with running(engine, "--port", str(free_port), "--ready-json", data=data) as container:
        root = url_of(container).removesuffix("/v1")
        assert httpx.get(f"{root}/_mock/clock", headers=KEY).status_code == 403
        assert httpx.get(f"{root}/healthz").status_code == 200
