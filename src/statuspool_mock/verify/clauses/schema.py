"""Requests that Schemathesis makes up from the document, right and wrong, sent by our own session.

Schemathesis only generates: what is sent stays paced, within the budget and to what the run made.
"""

from importlib import import_module
from typing import Any

from statuspool_mock import contract
from statuspool_mock.verify.clause import Chapter, Check, Need
from statuspool_mock.verify.exchange import Answer
from statuspool_mock.verify.expectations import expect
from statuspool_mock.verify.scene import Scene, shared
from statuspool_mock.verify.verdicts import NotVerified

chapter = Chapter("schema", section="Error Codes, 500; the OpenAPI document")
chapters = (chapter,)
_CASES = {"quick": 0, "standard": 5, "deep": 60}
_MODES = ("POSITIVE", "NEGATIVE")


@shared
def _document(scene: Scene) -> Any:
    """The document as Schemathesis reads it."""
    try:
        schemathesis = import_module("schemathesis")
    except ImportError as error:
        raise NotVerified("pip install 'statuspool-mock[verify]'") from error
    return schemathesis.openapi.from_dict(contract.load().raw)


@shared
def _guinea_pig(scene: Scene) -> str:
    """A monitor that only generated requests touch."""
    return str(scene.make(name=f"{scene.mark} generated")["id"])


def _keeping(cases: list[Any]) -> Any:
    def keep(case: Any) -> None:
        cases.append(case)

    return keep


def _cases(scene: Scene, method: str, path: str, mode: str) -> list[Any]:
    """Generate cases of an operation; the same seed generates the same."""
    hypothesis = import_module("hypothesis")
    modes = import_module("schemathesis").GenerationMode
    cases: list[Any] = []
    try:
        strategy = _document(scene)[path][method].as_strategy(generation_mode=modes[mode])
        collect = hypothesis.given(case=strategy)(_keeping(cases))
        settings = hypothesis.settings(
            max_examples=_CASES[scene.options.profile],
            database=None,
            deadline=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        settings(hypothesis.seed(scene.options.seed)(collect))()
    except hypothesis.errors.HypothesisException as error:
        if not cases and mode == "POSITIVE":
            raise NotVerified(f"nothing could be generated: {error!r:.80}") from error
    return cases


def _send(scene: Scene, method: str, path: str, case: Any) -> Answer:
    if "{id}" in path:
        target = scene.api.fresh_id() if method == "DELETE" else _guinea_pig(scene)
        path = path.replace("{id}", target)
    query = {name: str(value) for name, value in (case.query or {}).items()}
    has_body = method in {"POST", "PUT"} and type(case.body).__name__ != "NotSet"
    body: dict[str, Any] = {"value": case.body} if has_body else {}
    return scene.api.send(method, path, query=query, **body)


def _generated(method: str, path: str) -> Check:
    def check(scene: Scene) -> None:
        answers = []
        for mode in _MODES:
            for case in _cases(scene, method, path, mode):
                try:
                    answer = _send(scene, method, path, case)
                except (TypeError, UnicodeError):
                    continue  # no JSON can say it
                expect(answer.status < 500, answer.summary(), "an answer below 500", answer)
                answers.append(answer)
        if not answers:
            raise NotVerified("nothing could be generated")
        if method != "DELETE" and not any(answer.is_success for answer in answers):
            raise NotVerified(f"none of {len(answers)} generated requests succeeded")

    return check


for _operation in contract.load().operations.values():
    _permanent = _operation.id in {"createIncident", "createWebhook"}
    _reads = _operation.method == "GET" and "{id}" not in _operation.path
    chapter.clause(
        _operation.id,
        f"{_operation.method} {_operation.path} answers whatever is generated from the document, "
        "right or wrong, without failing.",
        requests=10,
        needs=(
            Need.TIME,
            *(() if _reads else (Need.WRITES,)),
            *((Need.PERMANENT,) if _permanent else ()),
        ),
    )(_generated(_operation.method, _operation.path))
