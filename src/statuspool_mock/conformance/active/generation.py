"""Schemathesis, adapted: it generates requests and checks responses, and sends nothing itself.

All of it is documented but `create_test`, with which Schemathesis's own pytest interface and
command line generate examples and coverage. The tests of this module notice if it moves.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any
from unittest import SkipTest

import httpx
import hypothesis
import schemathesis
from hypothesis.errors import Flaky, HypothesisException
from schemathesis.generation.hypothesis.builder import (
    HypothesisTestConfig,
    HypothesisTestMode,
    create_test,
)

from statuspool_mock.conformance.active.errors import Finding
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.session import UNSENT
from statuspool_mock.contract import Document

_MEDIA_TYPES = {None, "application/json"}
_CHECKED_BY_CLAUSES = (  # they know what the rulings leave open
    "negative_data_rejection", "positive_data_acceptance", "missing_required_header",
    "unsupported_method", "allow_header_conformance", "ignored_auth",
    "object_level_authorization",
)  # fmt: skip
_CONFIG = {
    "checks": {
        **{name: {"enabled": False} for name in _CHECKED_BY_CLAUSES},
        "response_schema_conformance": {"validate-formats": False},
    },
    "phases": {"coverage": {"unexpected-methods": []}},
    "generation": {"allow-x00": False, "database": "none"},
    "cache": {"enabled": False},
}
_SETTINGS = hypothesis.settings(
    database=None,
    deadline=None,
    derandomize=False,  # where CI is set, Hypothesis would replace our seed with its own
    suppress_health_check=list(hypothesis.HealthCheck),
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
)


_MAX_STARTS, _SEEDS_APART = 3, 1_000_003


class GenerationFailed(Exception):
    """Schemathesis or Hypothesis failed: the fault is not the server's."""


class Phase(StrEnum):
    """How a request was generated, by Schemathesis's own names."""

    EXAMPLES = "examples"
    COVERAGE = "coverage"
    FUZZING = "fuzzing"


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedCase:
    """A generated request. What it omits is `UNSENT`."""

    method: str
    path: str
    path_id: Any
    query: tuple[tuple[str, str], ...]
    body: Any
    origin: Any
    """Schemathesis's own case, which checks the response."""

    def check(self, response: ServerResponse) -> None:
        """Check a response with Schemathesis's checks. Raises `Finding`."""
        _check(response, lambda: self.origin.validate_response(_converted(response)))


Send = Callable[[GeneratedCase], ServerResponse]


class Generator:
    """Generates requests from a document, the same ones for the same seed."""

    def __init__(self, document: Document, *, seed: int) -> None:
        config = schemathesis.Config.from_dict(_CONFIG)
        self._schema = schemathesis.openapi.from_dict(document.raw, config=config)
        self._seed = seed

    def cases(self, method: str, path: str, phase: Phase, *, most: int) -> list[GeneratedCase]:
        """Return up to `most` different requests of a phase, spread over all that it generates."""
        operation = self._schema[path][method]
        drawn: list[Any] = []
        settings = hypothesis.settings(_SETTINGS, max_examples=most)
        config = HypothesisTestConfig(
            project=self._schema.config,
            modes=[HypothesisTestMode(phase.value)],
            settings=settings,
            explicit_settings=settings,
            apply_ci_profile=False,
            seed=self._seed,
        )

        def keep(case: Any) -> None:
            drawn.append(case)

        try:
            create_test(operation=operation, test_func=keep, config=config)()
        except SkipTest:  # the phase has no requests for the operation
            return []
        except HypothesisException as error:
            if not drawn:
                raise GenerationFailed(f"no {phase} could be generated: {error!r}") from error
        return _spread(_different(drawn), most)

    def play(self, send: Send, *, scenarios: int, steps: int, without: Iterable[str]) -> None:
        """Follow the document's links from each response to the requests that can use it.

        Raises `Finding` for the first response that breaks a promise, and whatever `send` raises.
        """
        errors: list[Exception] = []
        played: list[None] = []
        excluded = list(without)
        schema = self._schema.exclude(operation_id=excluded) if excluded else self._schema
        machine: Any = schema.as_state_machine()

        class Play(machine):  # type: ignore[misc]  # made by Schemathesis at run time
            def setup(self) -> None:
                played.append(None)

            def call(self, case: Any, **_: Any) -> schemathesis.Response:
                if errors:  # Hypothesis would repeat the failing scenario
                    raise errors[0]
                try:
                    self.sent = send(_case(case))
                except Exception as error:
                    errors.append(error)
                    raise
                return _converted(self.sent)

            def validate_response(self, response: Any, case: Any, **_: Any) -> None:
                try:
                    _check(self.sent, lambda: super(Play, self).validate_response(response, case))
                except Finding as finding:
                    errors.append(finding)
                    raise

        for start in range(_MAX_STARTS):
            most = max(1, scenarios - len(played))
            settings = hypothesis.settings(_SETTINGS, max_examples=most, stateful_step_count=steps)
            seeded = hypothesis.seed(self._seed + start * _SEEDS_APART)(Play)
            if _is_finished(seeded, settings, errors):
                break
        if errors:
            raise errors[0]


def _is_finished(machine: Any, settings: hypothesis.settings, errors: Sequence[Exception]) -> bool:
    """Run a machine; return whether nothing more can follow. `errors` are those of its requests.

    Which requests can follow depends on the responses. If a server responds otherwise to the same
    requests, Hypothesis ends the run, and another one may go on.
    """
    try:
        machine.run(settings=settings)
    except Flaky:
        return bool(errors)
    except Exception as error:
        if not errors:
            raise GenerationFailed(f"no scenario could be generated: {error!r}") from error
    return True


def _check(response: ServerResponse, validate: Callable[[], None]) -> None:
    try:
        validate()
    except BaseExceptionGroup as failures:
        first: Any = failures.exceptions[0]
        failure = " ".join(f"{first.title}: {first.message}".split())
        expected = f"no failure of Schemathesis's checks: {failure[:300]}"
        raise Finding(response.summary(), expected, response) from None


def _converted(response: ServerResponse) -> schemathesis.Response:
    """Return a response as Schemathesis reads it."""
    decoded = {"content-encoding", "content-length", "transfer-encoding"}
    converted = httpx.Response(
        response.status,
        headers=[(name, text) for name, text in response.headers.items() if name not in decoded],
        content=response.body,
        request=httpx.Request(response.method, response.url, content=response.sent),
    )
    converted.elapsed = timedelta(seconds=response.seconds)
    return schemathesis.Response.from_httpx(converted, verify=True)


def _case(generated: Any) -> GeneratedCase:
    query = []
    for name, value in (generated.query or {}).items():
        texts = value if isinstance(value, list) else [value]
        query += [(name, text if isinstance(text, str) else json.dumps(text)) for text in texts]
    return GeneratedCase(
        method=generated.method.upper(),
        path=generated.operation.path,
        path_id=(generated.path_parameters or {}).get("id", UNSENT),
        query=tuple(query),
        body=UNSENT if type(generated.body).__name__ == "NotSet" else generated.body,
        origin=generated,
    )


def _different(drawn: Iterable[Any]) -> list[GeneratedCase]:
    """Return the cases that a JSON client can send, without duplicates."""
    found: dict[str, GeneratedCase] = {}
    for generated in drawn:
        if generated.media_type not in _MEDIA_TYPES or generated.headers:
            continue
        case = _case(generated)
        try:
            text = json.dumps([case.query, None if case.body is UNSENT else case.body])
            text.encode()
        except (TypeError, ValueError):
            continue
        found.setdefault(f"{case.body is UNSENT} {text}", case)
    return list(found.values())


def _spread(cases: list[GeneratedCase], most: int) -> list[GeneratedCase]:
    """Return `most` of the cases at even distances, the first among them."""
    if len(cases) <= most:
        return cases
    return [cases[index * len(cases) // most] for index in range(most)]
