"""`verify` and the proxy judge every exchange alike, over right servers and wrong ones."""

import json
from types import SimpleNamespace

import pytest
from tests.conformance.recorded_session import NEW, Recorder, asgi_sender, record, wsgi_sender
from tests.providers.dialects import DIALECTS
from tests.providers.flask_provider import Key, Provider

from statuspool_mock import contract
from statuspool_mock.composition import compose
from statuspool_mock.conformance.active.clauses import (
    CLAUSES,
    all_responses,
    details,
    formats,
    limiter,
)
from statuspool_mock.conformance.active.errors import Finding, NotVerified
from statuspool_mock.conformance.active.exchange import NOT_JSON, ServerResponse
from statuspool_mock.conformance.active.tolerances import narrow
from statuspool_mock.conformance.passive.checker import SingleExchangeRules
from statuspool_mock.conformance.passive.observation import Kind
from statuspool_mock.contract.readings import wide
from statuspool_mock.exchanges import Exchange
from statuspool_mock.mutants import all_mutants
from statuspool_mock.scenarios.world_factory import ClockChoice
from statuspool_mock.settings import Settings

DOCUMENT = contract.load()
NARROW, WIDE = narrow(DOCUMENT), wide(DOCUMENT)
PROXY = SingleExchangeRules(DOCUMENT)
NAMES = [mutant.name for mutant in all_mutants()]
SAMPLE = [
    *("ids-with-prefix", "response-time-in-seconds", "monitor-without-sla", "errors-as-200"),
    *("no-error-is-empty-text", "incident-times-without-zone", "details-without-fields"),
    *(
        "validation-as-422",
        "limited-in-plain-text",
        "secret-echoed",
        "nul-crashes",
        "put-omits-updated-at",
    ),
]
"""Mutants that break responses in different ways; the two once disagreed about the first."""
KEY, OTHER_KEY = "sp_test_agreement", "sp_test_agreement.rival"
CLOCK = ClockChoice(at=1_764_072_000, rate=0)

GROUPS = {group.name for module in (all_responses, formats) for group in module.groups}
ABOUT_SEVERAL = {"agreement.incidents", "agreement.webhooks", "agreement.one-for-each-post"}
"""Clauses that compare the rows of all lists of a run; the proxy keeps no lists."""
CLAUSES_FOR_ONE_RESPONSE = [
    clause
    for clause in CLAUSES
    if (
        clause.group in GROUPS
        and (clause.requests == 0 or clause.group == "envelope")
        and clause.id not in ABOUT_SEVERAL
    )
    or clause.id in {"monitors.get.sla", "meaning.duration"}
    or clause.id in {"rate-limit.429", "rate-limit.retry-after", "rate-limit.retry-after-in-body"}
]


class OneResponse:
    """The context of a run that has had one response: every shared subject is that response."""

    def __init__(self, response):
        self.response = response
        self.exchanges = [response, response]  # what looks at a whole run skips a first request
        self.api = self
        keys = dict.fromkeys(["readonly_key", "other_team_key", "revoked_key"])
        self.options = SimpleNamespace(api_key=KEY, may_create_permanent=False, **keys)

    def successes(self, *operations):
        is_one = self.response.operation in operations and self.response.is_success
        return [self.response] if is_one else []

    def get(self, path):
        is_it = self.response.method == "GET" and self.response.url.endswith(path)
        if not is_it or not self.response.is_success:
            raise NotVerified("another request")
        return self.response

    def note(self, text):
        """Notes are no findings."""

    def __getattr__(self, name):
        return lambda *_: self.response


REQUEST_RULES = {
    "authentication": "verify sends its requests without a key in the group auth",
    "echo": "verify compares what it wrote in the groups create and update",
    "identity": "verify reads the monitors that it created",
    "limit": "verify compares pages in the group pagination",
    "order": "verify compares pages in the group pagination",
    "page": "verify compares pages in the group pagination",
    "refused": "verify sends its own valid requests in the groups acceptance and schema",
    "secret": "verify registers its own webhook in the group webhooks",
    "total-pages": "verify compares pages in the group pagination",
}
"""Rules of the proxy that compare a response with its request, and where verify does the same."""
WITHOUT_FORMATS = {"updateMonitor", "createIncident", "createWebhook"}
"""Operations whose responses verify checks without formats: it reads what they wrote instead."""


def violations_of_proxy(exchange):
    """Return the rules that the proxy sees broken, except those in `REQUEST_RULES`."""
    found = PROXY.check(exchange)
    rules = {one.rule for one in found.found if one.kind is Kind.VIOLATION} if found else set()
    if exchange.operation in WITHOUT_FORMATS and not is_broken_without_formats(exchange):
        rules.discard("schema")
    if is_accepted_query(exchange):
        rules.discard("accepted")  # verify sends invalid parameters in pagination and filters
    return rules - REQUEST_RULES.keys()


def is_broken_without_formats(exchange):
    return WIDE.operations[exchange.operation].check_response(
        status=exchange.status,
        headers={name.decode(): text.decode() for name, text in exchange.response_headers},
        value=exchange.response,
    )


def is_accepted_query(exchange):
    found = DOCUMENT.find(exchange.method, exchange.path)
    return bool(found and found[0].read_query(exchange.query).violations)


def findings_of_verify(exchange, monkeypatch):
    """Return the clauses that the response of an exchange breaks by itself."""
    found = DOCUMENT.find(exchange.method, exchange.path)
    if found is None:
        return set()
    response = as_verify_sees_it(exchange, found[0].id)
    monkeypatch.setattr(limiter, "refusal", lambda context: needs_429(context.response))
    monkeypatch.setattr(limiter, "after_refusal", lambda _: [])
    broken = {clause.id for clause in CLAUSES_FOR_ONE_RESPONSE if is_broken(clause, response)}
    broken |= set(broken_by_its_request(exchange, response))
    value = None if response.value is NOT_JSON else response.value
    if NARROW.operations[response.operation].check_response(
        status=response.status, headers=response.headers, value=value
    ):
        broken.add(f"schema.{response.operation}")
    if (b"prefer", b"code=500") in exchange.headers:
        broken.discard("errors.never-5xx")  # verify asks for no failure
    return broken


def broken_by_its_request(exchange, response):
    """Yield what verify says of responses to invalid bodies."""
    operation = WIDE.operations[response.operation]
    if not operation.takes_body or not isinstance(exchange.value, dict):
        return
    invalid = {one.field.partition(".")[0] for one in operation.check_body(exchange.value)}
    if invalid and response.is_success:
        yield f"schema.{response.operation}"
    if invalid and response.status == 400:
        try:
            details.expect_details(response, invalid)
        except Finding:
            yield "validation.details-name-each-field"


def as_verify_sees_it(exchange, operation):
    query = exchange.query.decode()
    return ServerResponse(
        operation=operation,
        method=exchange.method,
        url=f"http://server/v1{exchange.path}{f'?{query}' if query else ''}",
        authorization=None,
        sent_headers={},
        sent=exchange.body,
        status=exchange.status,
        headers={name.decode(): text.decode() for name, text in exchange.response_headers},
        body=exchange.content,
    )


def needs_429(response):
    if response.status != 429:
        raise NotVerified("no 429")
    return response


def is_broken(clause, response):
    try:
        clause.check(OneResponse(response))
    except Finding:
        return True
    except (NotVerified, AttributeError, KeyError, TypeError, ValueError, IndexError):
        pass  # as in a run: the clause says nothing about a response of another kind or shape
    return False


def disagreements(exchanges, monkeypatch):
    """Return a line for each exchange that only one of the two finds fault with."""
    lines = []
    for exchange in exchanges:
        proxy = violations_of_proxy(exchange)
        verify = findings_of_verify(exchange, monkeypatch)
        if bool(proxy) != bool(verify):
            query = exchange.query.decode()
            name = f"{exchange.method} {exchange.path}?{query} {exchange.status}"
            lines.append(f"{name}: proxy {sorted(proxy)}, verify {sorted(verify)}")
    return lines


def session_of_mock(*mutants):
    settings = Settings(rate_limit=None, clock=CLOCK, mutants=mutants)
    with asgi_sender(compose(settings).app) as send:
        return record(Recorder(send, KEY, OTHER_KEY))


def test_the_clauses_for_one_response_are_those_of_errors_and_formats():
    assert len(CLAUSES_FOR_ONE_RESPONSE) > 60


def test_both_find_no_fault_with_a_correct_server(monkeypatch):
    exchanges = session_of_mock()
    assert len({exchange.operation for exchange in exchanges if PROXY.check(exchange)}) == 11
    assert {exchange.status for exchange in exchanges} >= {200, 201, 204, 400, 401, 403, 404, 429}
    for exchange in exchanges:
        assert not violations_of_proxy(exchange)
        assert not findings_of_verify(exchange, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_both_find_no_fault_with_another_correct_server(dialect, monkeypatch):
    keys = {KEY: Key("ours"), OTHER_KEY: Key("theirs")}
    with wsgi_sender(Provider(dialect, keys, limit=None).app) as send:
        exchanges = record(Recorder(send, KEY, OTHER_KEY))
    for exchange in exchanges:
        assert not violations_of_proxy(exchange), exchange
        assert not findings_of_verify(exchange, monkeypatch), exchange


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLE)
def test_both_agree_about_a_sample_of_mutants(name, monkeypatch):
    assert disagreements(session_of_mock(name), monkeypatch) == []


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_both_agree_about_every_mutant(name, monkeypatch):
    assert disagreements(session_of_mock(name), monkeypatch) == []


def refused(status, **more):
    """Return an exchange in which a server refuses an invalid POST /monitors."""
    code = "INVALID_REQUEST" if status == 400 else "OTHER"
    content = {"error": code, "message": "No.", **more}
    return Exchange(
        number=1,
        method="POST",
        path="/monitors",
        query=b"",
        headers=((b"authorization", b"Bearer sp_test_agreement"),),
        body=json.dumps({**NEW, "name": "x"}).encode(),
        at=0.0,
        wall=0.0,
        began=0.0,
        status=status,
        response_headers=((b"content-type", b"application/json"),),
        content=json.dumps(content).encode(),
    )


@pytest.mark.parametrize(
    ("exchange", "is_correct"),
    [
        *((refused(status), True) for status in (405, 413, 414, 415, 431)),
        *((refused(status), False) for status in (402, 404, 409, 418, 502)),
        (refused(413, error=None), False),
        (refused(414, message=" "), False),
        *(
            (refused(400, details=[{"field": field, "message": "No."}]), True)
            for field in ("name", "body.name", "/name", "body/name", "name[0]")
        ),
        (refused(400, details=[{"field": "body", "message": "No."}]), False),
        (refused(400, details=[{"field": "name"}]), False),
        (refused(400), False),
    ],
    ids=lambda value: (
        f"{value.status} {value.content.decode()}" if value.__class__ is Exchange else ""
    ),
)
def test_both_follow_the_rulings(exchange, is_correct, monkeypatch):
    assert bool(violations_of_proxy(exchange)) is not is_correct
    assert bool(findings_of_verify(exchange, monkeypatch)) is not is_correct
