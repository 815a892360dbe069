"""What clients trust."""

import ssl


def authorities_for(url: str) -> ssl.SSLContext | bool:
    """Return what a client of this URL trusts, as HTTPX's `verify`: the usual authorities.

    Reading those takes 30 ms, so a client that will not speak TLS trusts nobody instead.
    """
    return url.lower().startswith("https:") or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
