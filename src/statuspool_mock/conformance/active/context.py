"""What clauses share: monitors created once, lists read once, notes."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from statuspool_mock.conformance.active.assertions import expect_monitor
from statuspool_mock.conformance.active.errors import Finding, NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.options import Options
from statuspool_mock.conformance.active.receiver import DeliveryReceiver
from statuspool_mock.conformance.active.session import MAIN, OTHER_TEAM, Session
from statuspool_mock.conformance.active.sharing import Computed, shared

_MAX_PAGES, _MAX_PAGES_IF_QUICK = 6, 2
_WHOLE_PAGES = 10
"""The number of pages up to which `ends` reads them all."""


class Context:
    """The state that the clauses of one run share. Shared subjects send their requests once."""

    def __init__(self, options: Options, session: Session) -> None:
        self.options = options
        self.api = session
        self.computed = Computed(lambda: len(session.exchanges))
        self.notes: list[str] = []
        self.mark = f"verify-{session.ledger.fresh_id()[:8]}"
        """Begins the name of everything that this run creates."""
        self.receiver_url: str | None = None
        """Where deliveries are received, once something listens."""
        self._resources = ExitStack()

    def close(self) -> None:
        """Release what shared subjects opened."""
        self._resources.close()

    def note(self, text: str) -> None:
        """Report behaviour that is allowed and still worth knowing."""
        if text not in self.notes:
            self.notes.append(text)

    def successes(self, *operations: str) -> list[ServerResponse]:
        """Return the successful responses of these operations so far."""
        return [r for r in self.api.exchanges if r.operation in operations and r.is_success]

    def body(self, **changes: Any) -> dict[str, Any]:
        """Return a valid body of POST /monitors; None removes a field."""
        fields = {
            "name": f"{self.mark} probe",
            "url": "https://api.example.com/health",
            "interval_seconds": 60,
            **changes,
        }
        return {field: value for field, value in fields.items() if value is not None}

    def create(self, *, key: str = MAIN, **changes: Any) -> dict[str, Any]:
        """Create a monitor and return the response's fields, which include an id."""
        if self.options.read_only:
            raise NotVerified("omit --read-only: it writes")
        return created_monitor(
            self.api.send("POST", "/monitors", value=self.body(**changes), key=key)
        )

    def read(self, monitor_id: str, *, key: str | None = None) -> dict[str, Any]:
        """Return a monitor as GET /monitors/{id} shows it now."""
        return expect_monitor(self.api.get(f"/monitors/{monitor_id}", key=key))

    def pages(
        self, path: str, *, max_pages: int | None = None, **query: Any
    ) -> list[ServerResponse]:
        """Return a list's pages from the first on, at most `max_pages`."""
        pages: list[ServerResponse] = []
        most = max_pages or (_MAX_PAGES_IF_QUICK if self.options.is_quick else _MAX_PAGES)
        for page in range(1, most + 1):
            response = self._page(path, page, query)
            pages.append(response)
            total = response.fields.get("total_pages")
            if not response.results or not isinstance(total, int) or page >= total:
                break
        return pages

    def ends(self, path: str, **query: Any) -> list[ServerResponse]:
        """Return all pages of a list, of a long one the first and the last two.

        New items are there, unless the list is sorted by something else than their age.
        """
        first = self._page(path, 1, query)
        total = first.fields.get("total_pages")
        last = total if isinstance(total, int) else 1
        others: Sequence[int] = range(2, last + 1)
        if last > _WHOLE_PAGES:
            others = (last,) if self.options.is_quick else (2, last - 1, last)
        return [first, *(self._page(path, page, query) for page in others)]

    def _page(self, path: str, page: int, query: Mapping[str, Any]) -> ServerResponse:
        response = self.api.get(path, query={**query, "page": page})
        if response.status != 200:
            raise Finding(response.summary(), "200 and a page", response)
        return response

    @property
    def example_body(self) -> dict[str, Any]:
        """The reference's example of POST /monitors, with other values than the defaults."""
        return {
            "name": f"{self.mark} Production API — api.example.com",
            "url": "https://api.example.com/health",
            "interval_seconds": 120,
            "expected_status": 204,
            "regions": ["us-east-1", "eu-central-1"],
            "tags": ["production", "api-gateway"],
        }

    @shared
    def example_response(self) -> ServerResponse:
        """The response to POST /monitors with every field."""
        return self.api.send("POST", "/monitors", value=self.example_body)

    @shared
    def example_monitor(self) -> dict[str, Any]:
        """A monitor created with every field."""
        return created_monitor(self.example_response())

    @shared
    def minimal_monitor(self) -> dict[str, Any]:
        """A monitor created with only the required fields."""
        return self.create(name=f"{self.mark} minimal")

    @shared
    def scratch_monitor(self) -> dict[str, Any]:
        """A monitor to try changes on, so that the others stay as they were created."""
        return self.create(name=f"{self.mark} subject")

    @shared
    def down_monitor(self) -> dict[str, Any]:
        """A monitor of a host that cannot exist."""
        return self.create(
            name=f"{self.mark} unreachable", url="https://down.test/", interval_seconds=30
        )

    @shared
    def other_teams_monitor(self) -> dict[str, Any]:
        """A monitor of the other team."""
        return self.create(name=f"{self.mark} other team", key=OTHER_TEAM)

    @shared
    def incident_list(self) -> ServerResponse:
        """The list of incidents."""
        return self._list("/incidents")

    @shared
    def webhook_list(self) -> ServerResponse:
        """The list of webhooks."""
        return self._list("/webhooks")

    def _list(self, path: str) -> ServerResponse:
        response = self.api.get(path)
        if response.status != 200 or not isinstance(response.fields.get("results"), list):
            raise NotVerified(f"expected 200 and results, got {response.summary()}")
        return response

    @shared
    def receiver(self) -> DeliveryReceiver:
        """The receiver of deliveries."""
        host, _, port = (self.options.webhook_listen or "").rpartition(":")
        try:
            receiver = DeliveryReceiver(host, int(port), public_url=self.options.webhook_url)
        except (OSError, SystemExit) as error:
            raise NotVerified(f"cannot listen on {host}:{port}: {error}") from error
        self._resources.callback(receiver.close)
        self.receiver_url = receiver.url
        return receiver

    @shared
    def listed_monitors(self) -> list[dict[str, Any]]:
        """Monitors on the first pages of the list."""
        pages = self.pages("/monitors", limit=100, max_pages=3)
        return [m for page in pages for m in page.results if isinstance(m, dict) and m.get("id")]

    def any_listed_monitor(self) -> dict[str, Any]:
        """Return the first monitor of the list."""
        monitors = self.listed_monitors()
        if not monitors:
            raise NotVerified("the team has no monitors")
        return monitors[0]

    @shared
    def sample_monitors(self) -> list[dict[str, Any]]:
        """A few monitors: one of each status, one with incidents, and two of this run's own."""
        sample: dict[str, dict[str, Any]] = {}
        listed = self.listed_monitors()
        for status in ("down", "degraded", "paused", "up"):
            matching = [m for m in listed if m.get("status") == status]
            sample.update({str(m["id"]): m for m in matching[:1]})
        affected = {
            i.get("monitor_id") for i in self.incident_list().results if isinstance(i, dict)
        }
        matching = [m for m in listed if m["id"] in affected and m["id"] not in sample]
        sample.update({str(m["id"]): m for m in matching[:1]})
        if not self.options.read_only:
            own = (self.down_monitor(), self.minimal_monitor())
            sample.update({str(m["id"]): m for m in own})
        if not sample:
            raise NotVerified("the team has no monitors")
        return list(sample.values())

    @shared
    def statuses(self) -> dict[str, ServerResponse]:
        """The responses of GET /monitors/{id}/status for the sample, by monitor."""
        return self._of_sample("/status")

    @shared
    def details(self) -> dict[str, ServerResponse]:
        """The responses of GET /monitors/{id} for the sample, by monitor."""
        return self._of_sample("")

    def read_again(self, monitor_id: str) -> tuple[ServerResponse, ServerResponse]:
        """Read a monitor and its status, one right after the other: checks may have gone on."""
        path = f"/monitors/{monitor_id}"
        return self.api.get(path), self.api.get(f"{path}/status")

    @shared
    def logs(self) -> dict[str, ServerResponse]:
        """The first 100 log entries of each monitor of the sample."""
        return self._of_sample("/logs", limit=100)

    def _of_sample(self, suffix: str, **query: Any) -> dict[str, ServerResponse]:
        return {
            str(m["id"]): self.api.get(f"/monitors/{m['id']}{suffix}", query=query)
            for m in self.sample_monitors()
        }


def created_monitor(response: ServerResponse) -> dict[str, Any]:
    """Return the fields of a created monitor, which include an id. Raises `NotVerified`."""
    if not response.is_success or not isinstance(response.fields.get("id"), str):
        raise NotVerified(f"POST /monitors created no monitor: {response.summary()}")
    return dict(response.fields)
