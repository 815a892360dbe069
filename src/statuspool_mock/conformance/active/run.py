"""A run: every clause checked in its order, in one context, with the server left clean."""

import time
from collections.abc import Callable

from statuspool_mock import contract
from statuspool_mock.conformance.active.causes import find_roots, symptom_of
from statuspool_mock.conformance.active.clause import Clause
from statuspool_mock.conformance.active.clauses import CLAUSES
from statuspool_mock.conformance.active.clean_up import CLEAN_UP, clean_up
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import Finding, NotVerified, ServerUnusable
from statuspool_mock.conformance.active.evidence import created_id, leading_to, shown
from statuspool_mock.conformance.active.options import Options
from statuspool_mock.conformance.active.own_errors import response_explains
from statuspool_mock.conformance.active.reproduction import script
from statuspool_mock.conformance.active.results import ClauseResult, Verdict
from statuspool_mock.conformance.active.selection import (
    chosen,
    executable_prerequisites,
    lacks,
    prerequisites,
    skips,
)
from statuspool_mock.conformance.active.session import MAIN, READ_ONLY, Session

Listener = Callable[[ClauseResult], None]
_NUMBERS = {clause.id: number for number, clause in enumerate(CLAUSES)}


class VerificationRun:
    """The results of one run. `open` asks once whether there is anything to check."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.session = Session(options, contract.load())
        self.context = Context(options, self.session)
        self.results: list[ClauseResult] = []
        self.left_behind: list[str] = []
        self.unusable = ""
        """Why nothing, or nothing more, can be checked."""
        self.own_errors: dict[str, str] = {}
        """Checks that broke in a way that is no verdict, with the errors, by clause."""
        self.started = time.monotonic()
        self.began = time.time()
        """When the run began, in seconds since 1970."""
        self.listeners: list[Listener] = []
        self._executed: dict[str, ClauseResult] = {}
        self._reads_with_both_keys = False

    def open(self) -> None:
        """Request the list of monitors. Raises `ServerUnusable` where checking is pointless."""
        try:
            response = self.session.get("/monitors")
        except Finding as error:
            hint = "Is it running, and is the URL its base, such as http://127.0.0.1:4747/v1?"
            if "CERTIFICATE_VERIFY_FAILED" in error.got:
                hint = "Give the certificate authority that signed it: --ca FILE"
            raise ServerUnusable(
                f"{self.session.base} cannot be reached: {error.got}. {hint}"
            ) from error
        except NotVerified as error:
            raise ServerUnusable(f"{self.session.base}: {error}") from error
        if response.status in {401, 403}:
            raise ServerUnusable(
                f"GET /monitors responded with {response.status}: give a valid key, with --api-key "
                "or STATUSPOOL_API_KEY"
            )
        if response.status in {404, 405} or 300 <= response.status < 400:
            raise ServerUnusable(
                f"GET {self.session.base}/monitors responded with {response.status}: the URL "
                "should be the API's base, such as http://127.0.0.1:4747/v1"
            )

        self._reads_with_both_keys = self._can_read()

    def _can_read(self) -> bool:
        """Whether the read-only key reads the list of monitors; if not, `roles` says so."""
        if self.options.readonly_key is None:
            return False
        try:
            return self.session.get("/monitors", key=READ_ONLY).status == 200
        except (Finding, NotVerified):
            return False

    def _reading_key(self, clause: Clause) -> str:
        """Return the key of a clause's reads: every second clause reads with the read-only key."""
        if not self._reads_with_both_keys:
            return MAIN
        number = _NUMBERS.get(clause.id, 0) + self.options.seed
        return READ_ONLY if number % 2 else MAIN

    def check(self, clause: Clause) -> ClauseResult:
        """Check one clause after its prerequisites, and keep its result."""
        result = self._execute(clause)
        self.results.append(result)
        for listener in self.listeners:
            listener(result)
        return result

    def _execute(self, clause: Clause) -> ClauseResult:
        """Check a clause, once a run: it may be a prerequisite of several others."""
        if clause.id in self._executed:
            return self._executed[clause.id]
        before, started = self.session.requests, time.monotonic()
        result = ClauseResult(clause=clause, verdict=Verdict.PASSED)
        first = 0
        try:
            self._require(clause)
            for each in executable_prerequisites(self.options, CLAUSES, clause):
                self._execute(each)
            self._require(clause)  # again: the server may be gone by now
            first = len(self.session.exchanges)
            self.context.computed.used()
            self.session.reading_key = self._reading_key(clause)
            clause.check(self.context)
            if self.context.notes:
                result.verdict = Verdict.NOTE
        except Finding as finding:
            self._explain(result, finding, first)
        except Exception as error:  # noqa: BLE001  (whatever it is, it must not look like silence)
            result.verdict = Verdict.NOT_VERIFIED
            result.reason = self._reason(clause, error)
        finally:
            self.session.reading_key = MAIN
        result.notes, self.context.notes = self.context.notes, []
        result.requests = self.session.requests - before
        result.seconds = time.monotonic() - started
        self._executed[clause.id] = result
        return result

    def _explain(self, result: ClauseResult, finding: Finding, first: int) -> None:
        """Keep what a clause found, with its evidence. `first` is the number of its exchanges."""
        session, clause = self.session, result.clause
        known = clause.id in self.options.known
        result.verdict = Verdict.KNOWN if known else Verdict.FINDING
        result.got, result.expected = _told(finding), finding.expected
        result.symptom = symptom_of(finding.response, list(session.ledger.monitors))
        before = session.exchanges
        used = self.context.computed.used() | set(range(first, len(before)))
        chain = leading_to(finding.response, [before[number] for number in used], before)
        result.exchanges = [shown(response) for response in chain]
        if finding.response is not None and not any(map(created_id, chain)):
            result.curl = finding.response.curl()  # otherwise it would ask for what is deleted
        result.script = script(
            f"{clause.id}: {clause.says}\nexpected: {finding.expected}\ngot: {result.got}",
            chain,
            base=session.base,
            receiver=self.context.receiver_url,
        )

    def _require(self, clause: Clause) -> None:
        if self.unusable:
            raise NotVerified(self.unusable)
        lacking = lacks(self.options, clause)
        if lacking:
            raise NotVerified(lacking)

    def _reason(self, clause: Clause, error: Exception) -> str:
        if isinstance(error, ServerUnusable):
            self.unusable = str(error)
        if isinstance(error, NotVerified):
            return self._missing_prerequisites(clause) or str(error)
        if isinstance(error, ServerUnusable):
            return str(error)
        if response_explains(error, self.session.exchanges):
            return f"a response has an unexpected shape: {error!r:.300}"  # which others check
        self.own_errors[clause.id] = f"{clause.id}: {error!r:.300}"
        return f"verify itself failed, please report it: {error!r:.300}"

    def _missing_prerequisites(self, clause: Clause) -> str:
        """Return why none of a clause's prerequisites could be executed; empty where some were."""
        needed = prerequisites(CLAUSES, clause)
        if not needed or executable_prerequisites(self.options, CLAUSES, clause):
            return ""
        for each in needed:
            if not skips(self.options, each):
                return lacks(self.options, each)
        return f"--skip leaves out the clauses that it needs: {', '.join(clause.prerequisites)}"

    def close(self) -> None:
        """Delete what the run created, remember what had to stay, and find root causes."""
        try:
            self.left_behind = clean_up(self.session)
            if self.session.failed_deletions and not skips(self.options, CLEAN_UP):
                self.check(CLEAN_UP)
            find_roots(self.results, self.session.exchanges)
        finally:
            self.context.close()
            self.session.close()

    @property
    def seconds(self) -> float:
        """How long the run has taken so far."""
        return time.monotonic() - self.started

    def count(self, verdict: Verdict) -> int:
        """Return how many clauses ended in this verdict."""
        return sum(result.verdict is verdict for result in self.results)

    @property
    def is_complete(self) -> bool:
        """Whether every clause was checked, and no known finding is left."""
        return not self.count(Verdict.KNOWN) and not self.count(Verdict.NOT_VERIFIED)

    def exit_code(self) -> int:
        """Return 0 where every checked clause holds, 1 for findings.

        2: no clause could be checked, or a check broke: what it would have found is unknown.
        """
        if self.count(Verdict.FINDING):
            return 1
        checked = self.count(Verdict.PASSED) + self.count(Verdict.NOTE) + self.count(Verdict.KNOWN)
        succeeded = any(response.is_success for response in self.session.exchanges)
        return 0 if checked and succeeded and not self.unusable and not self.own_errors else 2


def _told(finding: Finding) -> str:
    """Return what was got, with the key where it may be what matters."""
    response = finding.response
    is_told = response is not None and response.method == "GET" and response.key == READ_ONLY
    return f"{finding.got} (with the read-only key)" if is_told else finding.got


def verify(options: Options) -> VerificationRun:
    """Check every chosen clause, without pytest, and leave the server clean."""
    run = VerificationRun(options)
    try:
        run.open()
        for clause in chosen(CLAUSES, options):
            run.check(clause)
    except ServerUnusable as error:
        run.unusable = str(error)
    finally:
        run.close()
    return run
