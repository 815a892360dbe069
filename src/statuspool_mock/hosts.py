"""Hosts of URLs, and whether they are this machine."""

import ipaddress
from urllib.parse import urlsplit


def host_of(url: str) -> str:
    """Return the host of a URL in lower case, empty if it has none."""
    try:
        return (urlsplit(url).hostname or "").lower().rstrip(".")
    except ValueError:
        return ""


def is_this_machine(host: str) -> bool:
    """Return whether a host name or address is a loopback one."""
    if is_local_name(host):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def is_local_name(host: str) -> bool:
    """Return whether a name is `localhost` or below it, which resolves to loopback."""
    return host == "localhost" or host.endswith(".localhost")
