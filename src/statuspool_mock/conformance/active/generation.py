"""Schemathesis, adapted: it makes requests up and judges answers, and sends none itself.

Everything but `create_test` is documented. That one is what Schemathesis's own pytest interface
and command line make examples and coverage with; `tests/conformance/active/test_generation.py` notices if it
moves.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any
from unittest import SkipTest

import httpx
import hypothesis
import schemathesis
from hypothesis.errors import HypothesisException
from schemathesis.generation.hypothesis.builder import (
    HypothesisTestConfig,
    HypothesisTestMode,
    create_test,
)

from statuspool_mock.conformance.active.errors import Finding, NotVerified, ServerUnusable
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.session import UNSENT
from statuspool_mock.contract import Document

_MEDIA_TYPES = {None, "application/json"}
_JUDGED_BY_CLAUSES = (  # these know what the rulings leave open
    "negative_data_rejection", "positive_data_acceptance", "missing_required_header",
    "unsupported_method", "allow_header_conformance", "ignored_auth",
    "object_level_authorization",
)  # fmt: skip
_CONFIG = {
    "checks": {
        **{name: {"enabled": False} for name in _JUDGED_BY_CLAUSES},
        "response_schema_conformance": {"validate-formats": False},
    },
    "phases": {"coverage": {"unexpected-methods": []}},
    "generation": {"allow-x00": False, "database": "none"},
    "cache": {"enabled": False},
}
_SETTINGS = hypothesis.settings(
    database=None,
    deadline=None,
    derandomize=False,  # where CI is set, Hypothesis would put a seed of its own in place of ours
    suppress_health_check=list(hypothesis.HealthCheck),
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
)


class Phase(StrEnum):
    """How a request was made up, by Schemathesis's own names."""

    EXAMPLES = "examples"
    COVERAGE = "coverage"
    FUZZING = "fuzzing"


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedCase:
    """A request that was made up; what it leaves out is `UNSENT`."""

    method: str
    path: str
    path_id: Any
    query: tuple[tuple[str, str], ...]
    body: Any
    origin: Any
    """Schemathesis's own case, which judges the answer."""

    def judge(self, answer: ServerResponse) -> None:
        """Judge an answer by Schemathesis's checks. Raises `Finding`."""
        _judge(answer, lambda: self.origin.validate_response(_response(answer)))


Send = Callable[[GeneratedCase], ServerResponse]


class Generator:
    """Requests of one document; the same seed makes up the same ones."""

    def __init__(self, document: Document, *, seed: int) -> None:
        config = schemathesis.Config.from_dict(_CONFIG)
        self._schema = schemathesis.openapi.from_dict(document.raw, config=config)
        self._seed = seed

    def cases(self, method: str, path: str, phase: Phase, *, most: int) -> list[GeneratedCase]:
        """Return up to `most` different requests of a phase, spread over all that it makes up."""
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
        except SkipTest:  # the operation has none of the phase
            return []
        except HypothesisException:
            if not drawn:
                raise NotVerified(f"no {phase} could be made up") from None
        return _spread(_different(drawn), most)

    def play(self, send: Send, *, scenarios: int, steps: int, without: Iterable[str]) -> None:
        """Follow the document's links from each answer to what can be asked with it.

        Raises `Finding` for the first answer that breaks a promise, and whatever `send` raises.
        """
        troubles: list[Exception] = []
        left_out = list(without)
        schema = self._schema.exclude(operation_id=left_out) if left_out else self._schema
        machine: Any = schema.as_state_machine()

        class Play(machine):  # type: ignore[misc]  # made by Schemathesis at run time
            def call(self, case: Any, **_: Any) -> schemathesis.Response:
                if troubles:  # Hypothesis would play the failing scenario again
                    raise troubles[0]
                try:
                    self.answer = send(_case(case))
                except (Finding, NotVerified, ServerUnusable) as error:
                    troubles.append(error)
                    raise
                return _response(self.answer)

            def validate_response(self, response: Any, case: Any, **_: Any) -> None:
                try:
                    _judge(self.answer, lambda: super(Play, self).validate_response(response, case))
                except Finding as finding:
                    troubles.append(finding)
                    raise

        settings = hypothesis.settings(_SETTINGS, max_examples=scenarios, stateful_step_count=steps)
        try:
            hypothesis.seed(self._seed)(Play).run(settings=settings)
        except Exception:
            if not troubles:
                raise
        if troubles:
            raise troubles[0]


def _judge(answer: ServerResponse, validate: Callable[[], None]) -> None:
    try:
        validate()
    except BaseExceptionGroup as failures:
        first: Any = failures.exceptions[0]
        told = " ".join(f"{first.title}: {first.message}".split())
        raise Finding(
            answer.summary(), f"no failure of Schemathesis's: {told[:300]}", answer
        ) from None


def _response(answer: ServerResponse) -> schemathesis.Response:
    """Return an answer as one that Schemathesis reads."""
    decoded = {"content-encoding", "content-length", "transfer-encoding"}
    response = httpx.Response(
        answer.status,
        headers=[(name, text) for name, text in answer.headers.items() if name not in decoded],
        content=answer.body,
        request=httpx.Request(answer.method, answer.url, content=answer.sent),
    )
    response.elapsed = timedelta(seconds=answer.seconds)
    return schemathesis.Response.from_httpx(response, verify=True)


def _case(made: Any) -> GeneratedCase:
    query = []
    for name, value in (made.query or {}).items():
        texts = value if isinstance(value, list) else [value]
        query += [(name, text if isinstance(text, str) else json.dumps(text)) for text in texts]
    return GeneratedCase(
        method=made.method.upper(),
        path=made.operation.path,
        path_id=(made.path_parameters or {}).get("id", UNSENT),
        query=tuple(query),
        body=UNSENT if type(made.body).__name__ == "NotSet" else made.body,
        origin=made,
    )


def _different(drawn: Iterable[Any]) -> list[GeneratedCase]:
    """Return the cases that a JSON client can send, each once."""
    found: dict[str, GeneratedCase] = {}
    for made in drawn:
        if made.media_type not in _MEDIA_TYPES or made.headers:
            continue
        case = _case(made)
        try:
            told = json.dumps([case.query, None if case.body is UNSENT else case.body])
            told.encode()
        except (TypeError, ValueError):
            continue
        found.setdefault(f"{case.body is UNSENT} {told}", case)
    return list(found.values())


def _spread(cases: list[GeneratedCase], most: int) -> list[GeneratedCase]:
    """Return `most` of the cases at even distances, the first among them."""
    if len(cases) <= most:
        return cases
    return [cases[index * len(cases) // most] for index in range(most)]
