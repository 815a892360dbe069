"""No response of 500 and above passes the proxy unnoticed."""

from statuspool_mock import contract
from statuspool_mock.conformance.passive.checker import ExchangeChecker
from statuspool_mock.conformance.passive.observation import Kind
from statuspool_mock.exchanges import Exchange


def test_a_documented_500_is_a_violation_of_every_operation():
    """Whatever was sent: a null, for example, is a 400."""
    checker = ExchangeChecker(contract.load())
    for operation in contract.load().operations.values():
        found = [checker.check(failed(operation, 500, b""))[-1]]
        assert [one.kind for one in found] == [Kind.VIOLATION], operation.id
        assert found[0].message == "expected a response below 500, got 500."
        asked = checker.check(failed(operation, 500, b"code=500"))
        assert not [one for one in asked if one.kind is Kind.VIOLATION]
        for status in (402, 418, 422, 501, 502, 503, 504, 599):
            kinds = {one.kind for one in checker.check(failed(operation, status, b""))}
            assert Kind.VIOLATION in kinds, (operation.id, status)


def failed(operation, status, preferred):
    body = b'{"name": null}' if operation.takes_body else b""
    error = b'{"error": "INTERNAL_ERROR", "message": "An unexpected error occurred."}'
    return Exchange(
        number=1,
        at=0.0,
        wall=0.0,
        began=0.0,
        method=operation.method,
        path=operation.path.replace("{id}", "4f2a8c1e-9b3d-47e1-aa5f-0d6c8e21b907"),
        query=b"",
        headers=((b"authorization", b"Bearer sp_test_a"), (b"prefer", preferred)),
        body=body,
        status=status,
        response_headers=((b"content-type", b"application/json"), (b"x-request-id", b"req_1")),
        content=error,
    )
