"""What clauses share: monitors made once, lists read once, notes taken."""

import random
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.options import Options
from statuspool_mock.conformance.active.receiver import DeliveryReceiver
from statuspool_mock.conformance.active.results import Finding, NotVerified
from statuspool_mock.conformance.active.session import MAIN, OTHER_TEAM, Session
from statuspool_mock.contract.reference import DEFAULT_REGIONS

Value = TypeVar("Value")
REGIONS = list(DEFAULT_REGIONS)
_MOST_PAGES = 6


class _Missing(NotVerified):
    """Something shared is not there; what needs it in turn has nothing to add to the reason."""


def shared(make: Callable[["Context"], Value]) -> Callable[["Context"], Value]:
    """Compute once a run. Where that fails every clause that needs it is not verified."""
    name = f"{make.__module__}.{make.__qualname__}"

    @wraps(make)
    def get(scene: "Context") -> Value:
        if name not in scene.kept:
            try:
                scene.kept[name] = make(scene)
            except _Missing as error:
                scene.kept[name] = error
            except (Finding, NotVerified) as error:
                scene.kept[name] = _Missing(f"{(make.__doc__ or name).split('.')[0]}: {error}")
        value = scene.kept[name]
        if isinstance(value, _Missing):
            raise _Missing(str(value))
        found: Value = value
        return found

    return get


class Context:
    """One run's shared state. Attributes that ask the server do so once."""

    def __init__(self, options: Options, session: Session) -> None:
        self.options = options
        self.api = session
        self.kept: dict[str, Any] = {}
        self.notes: list[str] = []
        self.draw_key = random.Random(options.seed)  # noqa: S311  (repeatable, not secret)
        self.mark = f"verify-{session.ledger.fresh_id()[:8]}"

    def note(self, text: str) -> None:
        """Tell of something that is allowed and yet worth knowing."""
        if text not in self.notes:
            self.notes.append(text)

    def seen(self, *operations: str) -> list[ServerResponse]:
        """Return the successful answers of these operations so far."""
        return [a for a in self.api.exchanges if a.operation in operations and a.is_success]

    def body(self, **changes: Any) -> dict[str, Any]:
        """Return a right body of POST /monitors; None takes a field away."""
        whole = {
            "name": f"{self.mark} probe",
            "url": "https://api.example.com/health",
            "interval_seconds": 60,
            **changes,
        }
        return {field: value for field, value in whole.items() if value is not None}

    def make(self, *, key: str = MAIN, **changes: Any) -> dict[str, Any]:
        """Create a monitor and return what POST answered; it needs an id to be of use."""
        if self.options.read_only:
            raise NotVerified("leave out --read-only: it writes")
        answer = self.api.send("POST", "/monitors", value=self.body(**changes), key=key)
        if not answer.is_success or not isinstance(answer.fields.get("id"), str):
            raise NotVerified(f"POST /monitors made none: {answer.summary()}")
        return dict(answer.fields)

    @property
    def example(self) -> dict[str, Any]:
        """The reference's own example of POST /monitors, under this run's mark."""
        return {
            "name": f"{self.mark} Production API — api.example.com",
            "url": "https://api.example.com/health",
            "interval_seconds": 120,
            "expected_status": 204,
            "regions": ["us-east-1", "eu-central-1"],
            "tags": ["production", "api-gateway"],
        }

    @shared
    def full_answer(self) -> ServerResponse:
        """The answer to POST /monitors with every field."""
        return self.api.send("POST", "/monitors", value=self.example)

    @shared
    def full(self) -> dict[str, Any]:
        """A monitor created with every field."""
        answer = self.full_answer()
        if not answer.is_success or not isinstance(answer.fields.get("id"), str):
            raise NotVerified(f"POST /monitors made none: {answer.summary()}")
        return dict(answer.fields)

    @shared
    def minimal(self) -> dict[str, Any]:
        """A monitor created with only the required fields."""
        return self.make(name=f"{self.mark} minimal")

    @shared
    def subject(self) -> dict[str, Any]:
        """A monitor to try changes on, so that the others stay as they were made."""
        return self.make(name=f"{self.mark} subject")

    @shared
    def broken(self) -> dict[str, Any]:
        """A monitor of a host that cannot exist."""
        return self.make(
            name=f"{self.mark} nobody there", url="https://down.test/", interval_seconds=30
        )

    @shared
    def foreign(self) -> dict[str, Any]:
        """A monitor of the other team."""
        return self.make(name=f"{self.mark} other team", key=OTHER_TEAM)

    def read(self, monitor_id: str, *, key: str = MAIN) -> dict[str, Any]:
        """Return a monitor as GET tells it now."""
        answer = self.api.get(f"/monitors/{monitor_id}", key=key)
        if answer.status != 200 or not answer.fields:
            raise Finding(answer.summary(), "200 and the monitor", answer)
        return dict(answer.fields)

    def pages(self, path: str, *, most: int = _MOST_PAGES, **query: Any) -> list[ServerResponse]:
        """Return a list's pages from the first on, up to `most`."""
        found: list[ServerResponse] = []
        for page in range(1, most + 1):
            answer = self.api.get(path, query={**query, "page": page})
            if answer.status != 200:
                raise Finding(answer.summary(), "200 and a page", answer)
            found.append(answer)
            total = answer.fields.get("total_pages")
            if not answer.results or not isinstance(total, int) or page >= total:
                break
        return found

    @shared
    def incidents(self) -> ServerResponse:
        """The list of incidents."""
        answer = self.api.get("/incidents")
        if answer.status != 200 or not isinstance(answer.fields.get("results"), list):
            raise NotVerified(answer.summary())
        return answer

    @shared
    def webhooks(self) -> ServerResponse:
        """The list of webhooks."""
        answer = self.api.get("/webhooks")
        if answer.status != 200 or not isinstance(answer.fields.get("results"), list):
            raise NotVerified(answer.summary())
        return answer

    @shared
    def receiver(self) -> DeliveryReceiver:
        """The receiver of deliveries."""
        host, _, port = (self.options.webhook_listen or "").rpartition(":")
        try:
            return DeliveryReceiver(host, int(port), public_url=self.options.webhook_url)
        except (OSError, SystemExit) as error:
            raise NotVerified(f"cannot listen on {host}:{port}: {error}") from error

    @shared
    def existing(self) -> list[dict[str, Any]]:
        """Monitors on the first pages of the list."""
        pages = self.pages("/monitors", limit=100, most=3)
        return [m for page in pages for m in page.results if isinstance(m, dict) and m.get("id")]

    @shared
    def sample(self) -> list[dict[str, Any]]:
        """Some monitors that tell most: of each status, with incidents, and our own."""
        chosen: dict[str, dict[str, Any]] = {}
        existing = self.existing()
        for status in ("down", "degraded", "paused", "up"):
            some = [m for m in existing if m.get("status") == status]
            chosen.update({str(m["id"]): m for m in some[:1]})
        troubled = {i.get("monitor_id") for i in self.incidents().results if isinstance(i, dict)}
        some = [m for m in existing if m["id"] in troubled and m["id"] not in chosen]
        chosen.update({str(m["id"]): m for m in some[:1]})
        if not self.options.read_only:
            chosen.update({str(m["id"]): m for m in (self.broken(), self.minimal())})
        if not chosen:
            raise NotVerified("the team has no monitors")
        return list(chosen.values())

    @shared
    def statuses(self) -> dict[str, ServerResponse]:
        """The answers of /status by monitor, of the sample."""
        return {str(m["id"]): self.api.get(f"/monitors/{m['id']}/status") for m in self.sample()}

    @shared
    def details(self) -> dict[str, ServerResponse]:
        """The answers of GET /monitors/{id}, of the sample."""
        return {str(m["id"]): self.api.get(f"/monitors/{m['id']}") for m in self.sample()}

    @shared
    def logs(self) -> dict[str, ServerResponse]:
        """The first page of 100 log entries by monitor, of the sample."""
        return {
            str(m["id"]): self.api.get(f"/monitors/{m['id']}/logs", query={"limit": 100})
            for m in self.sample()
        }
