"""The connections of a run."""

import ssl

from statuspool_mock.conformance.active.options import Options
from statuspool_mock.conformance.bounded_client import BoundedClient
from statuspool_mock.trust import authorities_for


class Clients:
    """A client with a connection for each request, and one that keeps its connections.

    Behind a balancer that chooses a replica for each connection, only the first one meets all.
    """

    def __init__(self, options: Options) -> None:
        verify = authorities_for(options.url)
        if options.ca_file is not None:
            verify = ssl.create_default_context(cafile=str(options.ca_file))
        self._new, self._kept = (
            BoundedClient(
                timeout_seconds=options.timeout_seconds,
                verify=verify,
                trust_env=not options.is_local,
                keeps_connections=keeps,
            )
            for keeps in (False, True)
        )

    def of(self, *, is_paced: bool) -> BoundedClient:
        """Return the client for requests one by one, or for a burst of them."""
        return self._new if is_paced else self._kept

    def close(self) -> None:
        """Close the connections."""
        self._new.close()
        self._kept.close()
