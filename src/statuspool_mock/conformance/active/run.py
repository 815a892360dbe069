"""A run: every clause judged in its order, on one scene, with the server left clean."""

import time
from collections.abc import Callable

from statuspool_mock import contract
from statuspool_mock.conformance.active.clause import Clause
from statuspool_mock.conformance.active.clauses import CLAUSES
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import Finding, NotVerified, ServerUnusable
from statuspool_mock.conformance.active.options import Options
from statuspool_mock.conformance.active.receiver import DeliveryReceiver
from statuspool_mock.conformance.active.results import ClauseResult, Verdict
from statuspool_mock.conformance.active.selection import chosen, lacks
from statuspool_mock.conformance.active.session import Session

Listener = Callable[[ClauseResult], None]


class VerificationRun:
    """One run's results. `open` asks once whether there is anything to judge."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.session = Session(options, contract.load())
        self.scene = Context(options, self.session)
        self.results: list[ClauseResult] = []
        self.left: list[str] = []
        self.cannot: str = ""
        """Why nothing, or nothing more, can be tested."""
        self.has_failed = False
        """Whether a check broke in a way that is no verdict."""
        self.started = time.monotonic()
        self.listeners: list[Listener] = []

    def open(self) -> None:
        """Ask for the list of monitors. Raises `ServerUnusable` where that says it is pointless."""
        try:
            answer = self.session.get("/monitors")
        except Finding as error:
            hint = "Is it running, and is the URL its base, such as http://127.0.0.1:4747/v1?"
            if "CERTIFICATE_VERIFY_FAILED" in error.got:
                hint = "Give the certificate authority that signed it: --ca FILE"
            raise ServerUnusable(
                f"{self.session.base} cannot be reached: {error.got}. {hint}"
            ) from error
        except NotVerified as error:
            raise ServerUnusable(f"{self.session.base}: {error}") from error
        if answer.status in {401, 403}:
            raise ServerUnusable(
                f"GET /monitors answered {answer.status}: give a good key, with --api-key or "
                "STATUSPOOL_API_KEY"
            )
        if answer.status in {404, 405} or 300 <= answer.status < 400:
            raise ServerUnusable(
                f"GET {self.session.base}/monitors answered {answer.status}: the URL should be the "
                "API's base, such as http://127.0.0.1:4747/v1"
            )

    def judge(self, clause: Clause) -> ClauseResult:
        """Judge one clause and keep its result."""
        before, started = self.session.requests, time.monotonic()
        result = ClauseResult(clause=clause, verdict=Verdict.PASSED)
        self.scene.notes = []
        try:
            self._check(clause)
            if self.scene.notes:
                result.verdict = Verdict.NOTE
        except Finding as finding:
            known = clause.id in self.options.known
            result.verdict = Verdict.KNOWN if known else Verdict.FINDING
            result.got, result.expected = finding.got, finding.expected
            if finding.response is not None:
                result.curl = finding.response.curl()
        except (NotVerified, ServerUnusable) as error:
            result.verdict, result.reason = Verdict.NOT_VERIFIED, str(error)
            if isinstance(error, ServerUnusable):
                self.cannot = str(error)
        except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
            result.verdict = Verdict.NOT_VERIFIED  # the shape is another clause's business
            result.reason = f"an answer has an unexpected shape: {error!r}"
        except Exception as error:  # noqa: BLE001  (whatever it is, it must not look like silence)
            result.verdict = Verdict.NOT_VERIFIED
            result.reason = f"the judge itself failed, please report it: {error!r:.300}"
            self.has_failed = True
        result.notes = list(self.scene.notes)
        result.requests = self.session.requests - before
        result.seconds = time.monotonic() - started
        self.results.append(result)
        for listener in self.listeners:
            listener(result)
        return result

    def _check(self, clause: Clause) -> None:
        if self.cannot:
            raise NotVerified(self.cannot)
        lacking = lacks(self.options, clause)
        if lacking:
            raise NotVerified(lacking)
        clause.check(self.scene)

    def close(self) -> None:
        """Take away what the run made, and remember what had to stay."""
        try:
            self.left = self.session.clean_up()
        finally:
            for value in self.scene.kept.values():
                if isinstance(value, DeliveryReceiver):
                    value.close()
            self.session.close()

    @property
    def seconds(self) -> float:
        """How long the run has taken so far."""
        return time.monotonic() - self.started

    def count(self, verdict: Verdict) -> int:
        """Return how many clauses ended in this verdict."""
        return sum(result.verdict is verdict for result in self.results)

    def exit_code(self) -> int:
        """Return 0 where all that was judged is kept, 1 for findings, 2 where nothing was."""
        if self.count(Verdict.FINDING):
            return 1
        judged = self.count(Verdict.PASSED) + self.count(Verdict.NOTE) + self.count(Verdict.KNOWN)
        answered = any(answer.is_success for answer in self.session.exchanges)
        return 0 if judged and answered and not self.cannot and not self.has_failed else 2


def judged(options: Options) -> VerificationRun:
    """Judge every chosen clause, without pytest, and leave the server clean."""
    judgement = VerificationRun(options)
    try:
        judgement.open()
        for clause in chosen(CLAUSES, options):
            judgement.judge(clause)
    except ServerUnusable as error:
        judgement.cannot = str(error)
    finally:
        judgement.close()
    return judgement
