"""The variables with which programs find their proxy and the authorities to trust."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import certifi

from statuspool_mock.interception.network import VENDOR_HOST

THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
_PROXY_VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")
_TRUST_VARIABLES = (
    "SSL_CERT_FILE",  # OpenSSL: Python's ssl and httpx, Ruby, Go, Rust's native-certs
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "DENO_CERT",
)
_PRELOAD = Path(__file__).with_name("preload.cjs")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramEnvironment:
    """The settings for a program: the proxy, the bundle of trusted authorities, the mock."""

    proxy_url: str
    bundle: Path
    control_url: str
    keys: tuple[str, ...]
    allow_network: bool

    def around(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Return the program's environment: the given one, with these settings."""
        bypass = ",".join(_bypass(environment, allow_network=self.allow_network))
        proxies = dict.fromkeys(_PROXY_VARIABLES, self.proxy_url) | {"NO_PROXY": bypass}
        key = environment.get("STATUSPOOL_API_KEY", "")
        return {
            **environment,
            **proxies,
            **{name.lower(): value for name, value in proxies.items()},
            **dict.fromkeys(_TRUST_VARIABLES, str(self.bundle)),
            "NODE_USE_ENV_PROXY": "1",
            "NODE_OPTIONS": f"{environment.get('NODE_OPTIONS', '')} {_require(_PRELOAD)}".strip(),
            "STATUSPOOL_URL": self.control_url,
            "STATUSPOOL_API_KEY": key if self._opens_a_world(key) else self.keys[0],
        }

    def _opens_a_world(self, key: str) -> bool:
        return key.startswith("sp_test_") or key in self.keys


def trusted(certificate: bytes, environment: Mapping[str, str], *, allow_network: bool) -> bytes:
    """Return a bundle: the mock's authority, the user's and, with the network, the public ones."""
    named = {environment[name] for name in _TRUST_VARIABLES if environment.get(name)}
    files = [Path(name) for name in sorted(named)]
    if allow_network:
        files.append(Path(ssl.get_default_verify_paths().cafile or certifi.where()))
    return b"\n".join([certificate, *map(_content, files)])


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""  # programs ignore a missing file, too


def _bypass(environment: Mapping[str, str], *, allow_network: bool) -> list[str]:
    """Return the hosts without a proxy: this machine, and the user's if the network is allowed.

    The API's host is never among them: `*` or `.statuspool.io` would bypass the mock.
    """
    listed = environment.get("NO_PROXY") or environment.get("no_proxy") or ""
    entries = listed.replace(",", " ").split() if allow_network else []
    return [*THIS_MACHINE, *(entry for entry in entries if not _covers_vendor(entry))]


def _covers_vendor(entry: str) -> bool:
    domain = entry.lower().lstrip("*").lstrip(".").partition(":")[0]
    return f".{VENDOR_HOST}".endswith(f".{domain}") if domain else True


def _require(path: Path) -> str:
    """Return the option in the form of NODE_OPTIONS, whose paths may have spaces."""
    quoted = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'--require "{quoted}"'
