"""The variables with which programs find their proxy and the authorities to trust."""

import json
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import certifi

from statuspool_mock.interception.network import VENDOR_HOST
from statuspool_mock.interception.runtime_files import STORE_PASSWORD, RuntimeFiles

THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
_PROXY_VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")
_TRUST_VARIABLES = (
    "SSL_CERT_FILE",  # OpenSSL: Python's ssl and httpx, Ruby, Go, Rust's native-certs
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "DENO_CERT",
    "PERL_LWP_SSL_CA_FILE",
    "HTTPS_CA_FILE",  # Perl's Crypt::SSLeay
)
_PRELOAD = Path(__file__).with_name("preload.cjs")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramEnvironment:
    """The settings for a program: the proxy, the bundle of trusted authorities, the mock."""

    proxy_url: str
    vendor_port: int
    """Where the proxy listens as the vendor itself."""
    bundle: Path
    files: RuntimeFiles
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
            **self._of_node(environment),
            "JAVA_TOOL_OPTIONS": _joined(environment, "JAVA_TOOL_OPTIONS", self._java_options()),
            "PHP_INI_SCAN_DIR": _php_folders(environment, self.files.php_folder),
            "PERL_LWP_ENV_PROXY": "1",
            "STATUSPOOL_URL": self.control_url,
            "STATUSPOOL_API_KEY": key if self._opens_a_world(key) else self.keys[0],
        }

    def _of_node(self, environment: Mapping[str, str]) -> dict[str, str]:
        lead = {
            "host": VENDOR_HOST,
            "tlsPort": self.vendor_port,
            "plainPort": urlsplit(self.control_url).port,
            "network": self.allow_network,
        }
        variables = {
            "NODE_OPTIONS": _joined(environment, "NODE_OPTIONS", _require(_PRELOAD)),
            "STATUSPOOL_MOCK_RUN": json.dumps(lead),
        }
        # Newer versions then reach other hosts through the user's own proxy.
        return variables | ({"NODE_USE_ENV_PROXY": "1"} if self.allow_network else {})

    def _java_options(self) -> str:
        proxy = urlsplit(self.proxy_url)
        properties = {
            "http.proxyHost": proxy.hostname,
            "http.proxyPort": proxy.port,
            "https.proxyHost": proxy.hostname,
            "https.proxyPort": proxy.port,
            "http.nonProxyHosts": "localhost|127.*|[::1]",
            "javax.net.ssl.trustStore": self.files.java_store,
            "javax.net.ssl.trustStoreType": "PKCS12",
            "javax.net.ssl.trustStorePassword": STORE_PASSWORD,
        }
        return " ".join(f'"-D{name}={value}"' for name, value in properties.items())

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


def _joined(environment: Mapping[str, str], name: str, added: str) -> str:
    """Return the value of a variable, if it has one, and what is added to it."""
    return " ".join(filter(None, [environment.get(name), added]))


def _php_folders(environment: Mapping[str, str], added: Path) -> str:
    """Return the folders of settings; an empty one stands for those that PHP was built with."""
    return f"{environment.get('PHP_INI_SCAN_DIR', '')}{os.pathsep}{added}"


def _require(path: Path) -> str:
    """Return the option in the form of NODE_OPTIONS, whose paths may have spaces."""
    quoted = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'--require "{quoted}"'
