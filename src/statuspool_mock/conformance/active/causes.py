"""What findings have in common: where many show the same symptom, one of them is the root cause."""

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

from statuspool_mock import contract
from statuspool_mock.conformance.active.exchange import NOT_JSON, ServerResponse
from statuspool_mock.conformance.active.results import ClauseResult, Verdict
from statuspool_mock.contract.rulings import may_respond_with

_MIN_CONSEQUENCES = 3
"""Findings with the same symptom beside the first; fewer are told one by one."""
_NO_RESPONSE = "requests without a response"
_FAILURE = "responses of 500 and above"
_NOT_JSON = "bodies that are not JSON"
_HIDDEN_ERROR = "errors with the status of a success"
_UNDOCUMENTED = "undocumented statuses"
_BAD_ENVELOPE = "errors without the documented envelope"
_LOST = "created monitors that are not found"
_ACCEPTED = "no request of the run was refused"
_STATED_BY = {
    _FAILURE: ("errors.never-5xx",),
    _NOT_JSON: ("answers.are-json", "errors.are-json"),
    _UNDOCUMENTED: ("errors.documented-statuses",),
    _BAD_ENVELOPE: ("errors.envelope",),
}
"""The clauses that state a symptom itself; otherwise the first finding is the root."""


def symptom_of(response: ServerResponse | None, created: Sequence[str]) -> str:
    """Return what is wrong with a response, whatever the request; empty where it may be right.

    `created` are the ids of monitors that exist, because the run created them.
    """
    if response is None or not (response.operation or response.status == 0):
        return ""
    checks = {
        _NO_RESPONSE: response.status == 0,
        _FAILURE: response.status >= 500,
        _NOT_JSON: bool(response.body) and response.value is NOT_JSON,
        _HIDDEN_ERROR: response.is_success and isinstance(response.fields.get("error"), str),
        _UNDOCUMENTED: not _may_respond(response),
        _BAD_ENVELOPE: response.status >= 400 and not _has_envelope(response),
        _LOST: response.status == 404 and any(each in response.url for each in created),
    }
    return next((symptom for symptom, shows in checks.items() if shows), "")


def _may_respond(response: ServerResponse) -> bool:
    operation = contract.load().operations.get(response.operation)
    parameters = dict(parse_qsl(urlsplit(response.url).query))
    return operation is None or may_respond_with(operation, response.status, parameters)


def _has_envelope(response: ServerResponse) -> bool:
    return all(isinstance(response.fields.get(name), str) for name in ("error", "message"))


def find_roots(results: Sequence[ClauseResult], exchanges: Sequence[ServerResponse]) -> None:
    """Make findings with the same symptom consequences of one of them.

    `exchanges` are those of the whole run.
    """
    by_symptom: dict[str, list[ClauseResult]] = {}
    refuses_something = any(400 <= response.status < 500 for response in exchanges)
    for result in results:
        if not result.symptom and not refuses_something and result.expected.startswith("4"):
            result.symptom = _ACCEPTED
        if result.verdict is Verdict.FINDING and result.symptom:
            by_symptom.setdefault(result.symptom, []).append(result)
    for symptom, alike in by_symptom.items():
        if len(alike) > _MIN_CONSEQUENCES:
            _name_root(alike, _root(symptom, alike))


def _root(symptom: str, alike: Sequence[ClauseResult]) -> ClauseResult:
    stating = [each for each in alike if each.clause.id in _STATED_BY.get(symptom, ())]
    return (stating or alike)[0]


def _name_root(alike: Sequence[ClauseResult], root: ClauseResult) -> None:
    for result in alike:
        if result is not root:
            result.verdict = Verdict.CONSEQUENCE
            result.reason = f"a consequence of {root.clause.id}: {root.symptom}"
            root.consequences.append(result.clause.id)
