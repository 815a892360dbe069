"""The `Prefer` header (RFC 7240), with which a client asks for errors and delays."""

from typing import NamedTuple

from statuspool_mock.contract import Operation, Violation
from statuspool_mock.web.errors import InvalidRequest, RequestedError

_MOST_DELAY_MS = 60_000


class Preference(NamedTuple):
    """What a request asks for with `Prefer`."""

    code: int | None
    delay_ms: int

    @property
    def applied(self) -> str:
        """The value of `Preference-Applied`."""
        parts = [f"code={self.code}"] if self.code is not None else []
        parts += [f"delay={self.delay_ms}"] if self.delay_ms else []
        return ", ".join(parts)


NO_PREFERENCE = Preference(None, 0)


def read_preference(text: str) -> Preference:
    """Return the preference in a header; unknown preferences are ignored.

    Raises `InvalidRequest` for a `code` or `delay` that is not a number in range.
    """
    values = {"code": None, "delay": 0}
    for part in text.replace(";", ",").split(","):
        name, _, value = part.partition("=")
        name = name.strip().lower()
        if name in values:
            values[name] = _number(name, value.strip().strip('"'))
    code, delay = values["code"], values["delay"] or 0
    if delay > _MOST_DELAY_MS:
        raise _refused(f"delay must be at most {_MOST_DELAY_MS} milliseconds, not {delay}")
    return Preference(code, delay)


def obey_code(preference: Preference, operation: Operation) -> None:
    """Raise the error that was asked for; asking for success changes nothing.

    Raises `InvalidRequest` if the operation has no such response.
    """
    code = preference.code
    if code is None or code == operation.success_status:
        return
    if code not in operation.statuses:
        possible = ", ".join(map(str, sorted(operation.statuses)))
        raise _refused(f"{operation.id} never responds with {code}, only with {possible}")
    raise RequestedError(code)


def _number(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise _refused(f"{name} must be a whole number, not {value!r}")
    return int(value)


def _refused(message: str) -> InvalidRequest:
    return InvalidRequest([Violation("Prefer", message)])
