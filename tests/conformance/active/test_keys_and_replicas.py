"""Reads go over new connections and with both keys: what only some of them show is found."""

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

import pytest
from tests.conformance.serving import running

from statuspool_mock import contract
from statuspool_mock.conformance.active.options import Options, options_for_mock
from statuspool_mock.conformance.active.results import Verdict
from statuspool_mock.conformance.active.run import verify
from statuspool_mock.conformance.active.session import MAIN, READ_ONLY, Session
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings


@contextmanager
def recording_ports(ports):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            ports.append(self.client_address[1])
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with running(server) as url:
        yield url


def test_each_request_has_a_connection_of_its_own_but_in_bursts():
    ports = []
    with recording_ports(ports) as url:
        session = Session(Options(url=url, api_key="key"), contract.load())
        for _ in range(3):
            session.get("/monitors")
        with session.unpaced():
            for _ in range(3):
                session.get("/monitors")
        session.close()
    assert len(set(ports[:3])) == 3
    assert len(set(ports[3:])) == 1


def verified(*only, mutants=(), **more):
    with RunningServer(Settings(port=0, rate_limit=None, mutants=mutants)) as server:
        key = f"sp_test_{uuid4().hex}"
        options = options_for_mock(server.url, key, timeout_seconds=60.0, only=only, **more)
        return verify(options)


def keys_of_reads(run):
    reads = [each for each in run.session.exchanges if each.method == "GET" and each.has_own_key]
    return {each.key for each in reads[2:]}  # the first two only open the run


@pytest.mark.parametrize("seed", [0, 1])
def test_clauses_read_with_one_key_or_the_other(seed):
    run = verified("filters.status-up", "filters.status-down", seed=seed)
    assert keys_of_reads(run) == {MAIN, READ_ONLY}


def test_another_seed_changes_the_keys():
    runs = [verified("filters.status-unknown", seed=seed) for seed in (0, 1)]
    assert {frozenset(keys_of_reads(run)) for run in runs} == {
        frozenset({MAIN}),
        frozenset({READ_ONLY}),
    }


@pytest.mark.parametrize(
    "more", [{"readonly_key": None}, {"mutants": ("read-only-key-reads-nothing",)}]
)
def test_reads_take_the_main_key_where_the_other_reads_nothing(more):
    run = verified("filters.status-up", "filters.status-down", **more)
    assert keys_of_reads(run) == {MAIN}


@pytest.mark.parametrize(
    ("mutant", "clauses", "found"),
    [
        ("one-replica-ignores-filters", ("filters", "all-lists"), "all-lists.filters"),
        (
            "one-replica-lacks-what-filters-select",
            ("concurrency.same-reads",),
            "concurrency.same-reads.list-incidents.resolved-true",
        ),
        (
            "read-only-key-sees-hosts-of-webhooks",
            ("webhooks", "agreement"),
            "agreement.webhook-values",
        ),
        (
            "read-only-key-sees-incidents-begin-at-midnight",
            ("incidents", "agreement"),
            "agreement.incident-values",
        ),
    ],
)
def test_what_one_replica_or_one_key_shows_is_found(mutant, clauses, found):
    run = verified(*clauses, mutants=(mutant,))
    results = {each.clause.id: each for each in run.results}
    assert results[found].verdict is Verdict.FINDING, results[found]


def test_a_finding_names_the_read_only_key():
    run = verified("agreement", "webhooks", mutants=("read-only-key-sees-hosts-of-webhooks",))
    found = [each for each in run.results if each.verdict is Verdict.FINDING]
    assert any(each.got.endswith("(with the read-only key)") for each in found)
