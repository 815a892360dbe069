"""The provider itself: eleven views, and the order in which a request is judged before them."""

import re
import secrets
from collections.abc import Callable, Mapping
from threading import RLock
from typing import Any, NamedTuple

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from tests.providers import deliveries, fields, transport
from tests.providers.dialects import Dialect
from tests.providers.fields import Refusal, invalid
from tests.providers.limiter import Limiter
from tests.providers.records import Monitor, Records, Webhook
from tests.providers.shapes import Shapes


class Key(NamedTuple):
    """Whose a key is and what it may do."""

    team: str
    read_only: bool = False


class Provider:
    """A Flask application that speaks one dialect of the API."""

    def __init__(self, dialect: Dialect, keys: Mapping[str, Key], *, limit: int | None) -> None:
        self.dialect = dialect
        self._keys = keys
        self._records = Records(dialect, sorted({key.team for key in keys.values()}))
        self._shapes = Shapes(dialect)
        self._limiter = Limiter(limit, slides=dialect.sliding_limit)
        self._lock = RLock()
        self.app = app = Flask(__name__)
        app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
        app.json.ensure_ascii = dialect.escapes_unicode  # type: ignore[attr-defined]
        app.before_request(self._judge)
        app.after_request(self._name)
        transport.apply(app, dialect)
        app.register_error_handler(HTTPException, self._no_route)
        app.register_error_handler(Refusal, lambda e: (e.body, e.status, e.headers))
        self._route("GET /v1/monitors", self._list_monitors)
        self._route("POST /v1/monitors", self._create_monitor)
        self._route("GET /v1/monitors/<id>", self._get_monitor)
        self._route("PUT /v1/monitors/<id>", self._update_monitor)
        self._route("DELETE /v1/monitors/<id>", self._delete_monitor)
        self._route("GET /v1/monitors/<id>/status", self._get_status)
        self._route("GET /v1/monitors/<id>/logs", self._list_logs)
        self._route("GET /v1/incidents", self._list_incidents)
        self._route("POST /v1/incidents", self._create_incident)
        self._route("GET /v1/webhooks", self._list_webhooks)
        self._route("POST /v1/webhooks", self._create_webhook)

    # Before and after the views

    def _route(self, rule: str, view: Callable[..., Any]) -> None:
        method, path = rule.split()

        def locked(**path_parameters: str) -> Any:
            with self._lock:
                return view(**path_parameters)

        self.app.add_url_rule(path, view.__name__, locked, methods=[method])

    def _judge(self) -> None:
        if request.routing_exception is not None:
            return
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        key = self._keys.get(text.strip()) if scheme.lower() == "bearer" else None
        if key is None:
            raise Refusal(401, "UNAUTHORIZED", "Invalid or expired API key")
        with self._lock:
            wait = self._limiter.take(text.strip())
        if wait is not None:
            message = f"Too many requests. Try again in {wait} seconds."
            headers = {"Retry-After": str(wait)}
            raise Refusal(429, "RATE_LIMITED", message, headers=headers, retry_after=wait)
        if key.read_only and request.method not in {"GET", "HEAD"}:
            raise _forbidden()
        g.team = key.team

    def _name(self, response: Response) -> Response:
        name = self.dialect.request_id_prefix + secrets.token_hex(8)
        response.headers[self.dialect.request_id_header] = name
        return response

    def _no_route(self, error: HTTPException) -> Any:
        code = "NOT_FOUND" if error.code == 404 else "METHOD_NOT_ALLOWED"
        headers = {k: v for k, v in error.get_headers() if k == "Allow"}
        return {"error": code, "message": error.description}, error.code, headers

    # Reading requests

    def _body(
        self, rules: Mapping[str, fields.Rule], *, required: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        if request.mimetype not in {"application/json", ""}:
            wrong = {"Content-Type": "Must be application/json"}
            raise invalid(wrong, status=self.dialect.wrong_type_status)
        values = fields.parse(request.get_data())
        if self.dialect.ignores_null:
            values = {name: value for name, value in values.items() if value is not None}
        values = fields.judge(
            values, rules, required=required, refuses_unknown=self.dialect.refuses_unknown
        )
        known = self.dialect.regions
        if known is not None and not set(values.get("regions", ())) <= set(known):
            raise invalid({"regions": f"Must be of: {', '.join(known)}"})
        return values

    def _monitor(self, monitor_id: str) -> Monitor:
        if not fields.is_uuid(monitor_id):
            if self.dialect.malformed_id_status == 400:
                raise invalid({"id": "Must be a UUID"})
            raise _not_found("Monitor", monitor_id)
        monitor = self._records.find(monitor_id.lower())
        if monitor is None:
            raise _not_found("Monitor", monitor_id)
        if monitor.team != g.team:
            if self.dialect.foreign_status == 404:
                raise _not_found("Monitor", monitor_id)
            raise _forbidden()
        return monitor

    def _query(self, *names: str) -> dict[str, str]:
        unknown = set(request.args) - set(names)
        if unknown and self.dialect.refuses_unknown:
            raise invalid(dict.fromkeys(sorted(unknown), "Unknown parameter"))
        return {name: request.args[name] for name in names if name in request.args}

    # Views

    def _list_monitors(self) -> Any:
        query = self._query("page", "limit", "status")
        wanted = query.get("status")
        allowed = {"up", "down", "paused"} | (
            {"degraded"} if self.dialect.filters_degraded else set()
        )
        if wanted is not None and wanted not in allowed:
            raise invalid({"status": f"Must be one of: {', '.join(sorted(allowed))}"})
        found = [m for m in self._records.monitors(g.team) if wanted in {None, m.status}]
        return self._page(found, query, self._shapes.monitor)

    def _create_monitor(self) -> Any:
        values = self._body(fields.MONITOR, required=("name", "url", "interval_seconds"))
        return self._shapes.monitor(
            self._records.create(g.team, values)
        ), self.dialect.created_status

    def _get_monitor(self, id: str) -> Any:  # noqa: A002 - the path's own name
        monitor = self._monitor(id)
        return {**self._shapes.monitor(monitor), **self._shapes.sla(monitor)}

    def _update_monitor(self, id: str) -> Any:  # noqa: A002
        if self.dialect.judges_body_first:
            self._body(fields.MONITOR)
        monitor = self._monitor(id)
        for name, value in self._body(fields.MONITOR).items():
            setattr(monitor, name, value)
        monitor.updated_at = self.dialect.now()
        shown = self._shapes.monitor(monitor)
        if self.dialect.terse_put:
            names = ("id", "name", "interval_seconds", "tags", "updated_at")
            shown = {name: shown[name] for name in names}
        return shown

    def _delete_monitor(self, id: str) -> Any:  # noqa: A002
        self._records.delete(self._monitor(id))
        response = Response(status=204)
        del response.headers["Content-Type"]
        return response

    def _get_status(self, id: str) -> Any:  # noqa: A002
        return self._shapes.status(self._monitor(id))

    def _list_logs(self, id: str) -> Any:  # noqa: A002
        monitor = self._monitor(id)
        query = self._query("page", "limit", "from", "to")
        bounds, wrong = {}, {}
        for name in {"from", "to"} & set(query):
            try:
                bounds[name] = fields.time_of(query[name])
            except ValueError:
                wrong[name] = "Must be an ISO 8601 timestamp"
        if wrong:
            raise invalid(wrong)
        since, until = bounds.get("from"), bounds.get("to")
        if since and until and since > until and not self.dialect.empty_when_reversed:
            raise invalid({"from": "Must not be later than to"})
        rows = [
            row
            for row in monitor.rows
            if (since is None or since <= row.timestamp)
            and (
                until is None
                or row.timestamp < until
                or (self.dialect.includes_to and row.timestamp == until)
            )
        ]
        return self._page(rows, query, self._shapes.row)

    def _list_incidents(self) -> Any:
        query = self._query("monitor_id", "resolved")
        resolved = _truth(query, "resolved")
        monitor_id = query.get("monitor_id")
        if monitor_id is not None:
            if not fields.is_uuid(monitor_id):
                raise invalid({"monitor_id": "Must be a UUID"})
            self._refuse_filter(monitor_id.lower())
        found = [
            incident
            for incident in self._records.incidents(g.team)
            if monitor_id in {None, incident.monitor_id}
            and resolved in {None, incident.resolved_at is not None}
        ]
        return self._whole(found, self._shapes.incident)

    def _refuse_filter(self, monitor_id: str) -> None:
        monitor = self._records.find(monitor_id)
        status = 200
        if monitor is None and not any(
            incident.monitor_id == monitor_id for incident in self._records.incidents(g.team)
        ):
            status = self.dialect.unknown_filter_status
        elif monitor is not None and monitor.team != g.team:
            status = self.dialect.foreign_filter_status
        if status == 403:
            raise _forbidden()
        if status == 404:
            raise _not_found("Monitor", monitor_id)

    def _create_incident(self) -> Any:
        values = self._body(fields.INCIDENT, required=("monitor_id", "title"))
        monitor = self._monitor(values["monitor_id"])
        incident = self._records.open_incident(
            monitor,
            values["title"],
            at=self.dialect.now(),
            regions=monitor.regions,
            text=values.get("description"),
        )
        for webhook in self._records.subscribed(g.team, "incident_created"):
            webhook.last_triggered_at = self.dialect.now()
            payload = {"event": "incident_created", "incident": self._shapes.incident(incident)}
            deliveries.send(
                webhook.url,
                payload,
                secret=webhook.secret,
                indent=2 if self.dialect.indents_deliveries else None,
            )
        created = {
            "title": incident.title,
            "description": incident.description,
            **self._shapes.incident(incident),
        }
        return created, self.dialect.created_status

    def _list_webhooks(self) -> Any:
        active = _truth(self._query("active"), "active")
        found = [
            webhook
            for webhook in self._records.webhooks
            if webhook.team == g.team and active in {None, webhook.active}
        ]
        return self._whole(found, self._shapes.webhook)

    def _create_webhook(self) -> Any:
        values = self._body(fields.WEBHOOK, required=("url", "events", "secret"))
        if self.dialect.plain_secrets and not re.fullmatch("[!-~]{1,64}", values["secret"]):
            raise invalid({"secret": "Must be up to 64 letters, digits and signs"})
        webhook = Webhook(team=g.team, **values)
        self._records.webhooks.append(webhook)
        shown = {**self._shapes.webhook(webhook), "webhook_id": webhook.id}
        shown["verification_token"] = webhook.token
        if self.dialect.terse_webhook:
            names = ("id", "webhook_id", "active", "verification_token")
            shown = {name: shown[name] for name in names}
        return shown, self.dialect.created_status

    # Answers

    def _page(self, items: list[Any], query: Mapping[str, str], shape: Callable[..., Any]) -> Any:
        wrong = {}
        numbers = {"page": 1, "limit": self.dialect.default_limit}
        for name in {"page", "limit"} & set(query):
            text = query[name]
            if not (text.isascii() and text.isdigit() and len(text) < 4000 and int(text) > 0):
                wrong[name] = "Must be an integer of at least 1"
            else:
                numbers[name] = int(text)
        if numbers["limit"] > 100 and not self.dialect.clamps_limit:
            wrong["limit"] = "Must be an integer of at most 100"
        if wrong:
            raise invalid(wrong)
        page, limit = numbers["page"], min(numbers["limit"], 100)
        total = -(-len(items) // limit) or self.dialect.pages_of_nothing
        if page > max(total, 1) and self.dialect.far_page_status == 404:
            raise Refusal(404, "NOT_FOUND", f"Page {page} not found")
        ordered = items[::-1] if self.dialect.newest_first else items
        shown = [shape(item) for item in ordered[(page - 1) * limit : page * limit]]
        more = {"count": len(items)} if self.dialect.extra_fields else {}
        return {"results": shown, "page": page, "total_pages": total, **more}

    def _whole(self, items: list[Any], shape: Callable[..., Any]) -> Any:
        shown = [shape(item) for item in reversed(items)]
        if self.dialect.bare_lists:
            return {"results": shown}
        pages = 1 if items else self.dialect.pages_of_nothing
        return {"results": shown, "page": 1, "total_pages": pages}


def _forbidden() -> Refusal:
    return Refusal(403, "FORBIDDEN", "Insufficient permissions for this resource")


def _not_found(kind: str, name: str) -> Refusal:
    return Refusal(404, "NOT_FOUND", f"{kind} {name} not found")


def _truth(query: Mapping[str, str], name: str) -> bool | None:
    text = query.get(name)
    if text not in {None, "true", "false"}:
        raise invalid({name: "Must be true or false"})
    return None if text is None else text == "true"
