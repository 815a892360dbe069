"""Realistic monitors generated with Faker, and scenario files of them.

The same count and seed give the same bytes on every machine: Faker gets a generator of its own and
only invents companies; every choice is a hash of the seed and the monitor's position.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, TypeVar

import yaml

from statuspool_mock.contract.reference import DEFAULT_REGIONS, MAX_NAME_LENGTH

_SERVICES = (
    ("Checkout Service", "checkout", "/health", ("payments", "web")),
    ("CDN Edge", "cdn", "/ping", ("cdn",)),
    ("Production API", "api", "/health", ("api-gateway",)),
    ("Payments API", "payments", "/v2/health", ("payments",)),
    ("Login", "login", "/healthz", ("auth",)),
    ("Web Shop", "shop", "/", ("web",)),
    ("Search", "search", "/status", ("search",)),
    ("Customer Portal", "portal", "/", ("web",)),
    ("Webhooks Relay", "hooks", "/health", ("integrations",)),
    ("Image Proxy", "img", "/ping", ("cdn",)),
    ("Partner API", "partners", "/v1/health", ("api-gateway", "integrations")),
    ("Admin Console", "admin", "/login", ("internal",)),
    ("Status Feed", "feed", "/feed.json", ("integrations",)),
    ("Mobile Backend", "mobile", "/health", ("api-gateway", "mobile")),
    ("Docs", "docs", "/", ("web",)),
    ("Reports", "reports", "/healthz", ("internal",)),
)
_INTERVALS = (60, 60, 60, 60, 30, 30, 120, 300)
_STAGES = ("production", "production", "production", "production", "staging")
_REGIONS = (
    None,
    None,
    None,
    None,
    ["eu-central-1", "us-east-1"],
    ["eu-central-1"],
    [*DEFAULT_REGIONS, "sa-east-1", "ap-southeast-2"],
)
T = TypeVar("T")

# Of every 100 monitors; the others are stable. Small worlds get at least one of each.
_SHARES = (("flaky", 4), ("paused", 2), ("degrading", 1), ("flapping", 1), ("perfect", 15))


def monitors(count: int, *, seed: int) -> list[dict[str, Any]]:
    """Return generated monitors, as in a scenario file."""
    draw = _Choices(seed)
    domains = _domains(-(-count // len(_SERVICES)), seed)
    roles = _roles(count, draw)
    return [_monitor(index, domains, roles.get(index, "stable"), draw) for index in range(count)]


def scenario_text(*, count: int, seed: int) -> str:
    """Return a scenario file with generated monitors: the same bytes for the same arguments."""
    content = {
        "name": f"generated-{count}-{seed}",
        "title": f"{count} generated monitors (seed {seed})",
        "clock": "live",
        "history": "45d",
        "monitors": monitors(count, seed=seed),
    }
    # The pure Python dumper: libyaml breaks lines differently and is not always available.
    text: str = yaml.dump(
        content, Dumper=yaml.SafeDumper, sort_keys=False, allow_unicode=True, width=1000
    )
    return f"# Made by: statuspool-mock fixtures --monitors {count} --seed {seed}\n{text}"


class _Choices:
    """Choices by hash, so that none depends on earlier ones."""

    def __init__(self, seed: int) -> None:
        self._key = str(seed).encode()

    def number(self, what: str, index: int) -> int:
        """Return a 64-bit number for a purpose and position."""
        raw = blake2b(f"{what}/{index}".encode(), key=self._key, digest_size=8).digest()
        return int.from_bytes(raw, "little")

    def one(self, choices: Sequence[T], what: str, index: int) -> T:
        """Return one of the choices."""
        return choices[self.number(what, index) % len(choices)]


def names_and_urls(count: int, *, seed: int) -> list[tuple[str, str]]:
    """Return distinct names and URLs of made-up monitors."""
    draw = _Choices(seed)
    domains = _domains(-(-count // len(_SERVICES)), seed) if count else []
    made = (_monitor(index, domains, "stable", draw) for index in range(count))
    return [(one["name"], one["url"]) for one in made]


def _domains(count: int, seed: int) -> list[str]:
    """Return distinct domains, none of which can exist (RFC 2606)."""
    from faker import Faker  # noqa: PLC0415  (0.4 s imported only to generate)

    fake = Faker("en_US")
    fake.seed_instance(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        company = fake.company().lower()
        slug = "-".join("".join(c if c.isalnum() else " " for c in company).split())
        found[
            f"{slug}-{len(found)}.example" if f"{slug}.example" in found else f"{slug}.example"
        ] = None
    return list(found)


def _roles(count: int, draw: _Choices) -> dict[int, str]:
    """Return the roles of the monitors that are not stable."""
    order = sorted(range(count), key=lambda index: (draw.number("role", index), index))
    roles: dict[int, str] = {}
    for role, share in _SHARES:
        for _ in range(max(1, count * share // 100)):
            if len(roles) < count:
                roles[order[len(roles)]] = role
    return roles


def _monitor(index: int, domains: list[str], role: str, draw: _Choices) -> dict[str, Any]:
    service, sub, route, tags = _SERVICES[index % len(_SERVICES)]
    host = f"{sub}.{domains[index // len(_SERVICES)]}"
    found: dict[str, Any] = {
        "name": f"{service} — {host}"[:MAX_NAME_LENGTH],
        "url": f"https://{host}{route}",
        "interval_seconds": draw.one(_INTERVALS, "interval", index),
        "tags": [draw.one(_STAGES, "stage", index), *tags],
    }
    regions = draw.one(_REGIONS, "regions", index)
    if regions is not None:
        found["regions"] = list(regions)
    found["behaviour"] = "stable" if role == "paused" else role
    if role == "paused":
        found["pauses"] = [{"from": f"-{1 + draw.number('paused', index) % 200}h"}]
    if role == "flapping":
        found["age"] = f"{6 + draw.number('age', index) % 42}h"
    return found
