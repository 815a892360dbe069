"""The connections of a run."""

import ssl
from functools import partial

from statuspool_mock.conformance.active.options import Options
from statuspool_mock.conformance.bounded_client import BoundedClient
from statuspool_mock.trust import authorities_for


class Clients:
    """A client with a connection for each request, and one that keeps its connections.

    Behind a balancer that chooses a replica for each connection, requests one by one meet all of
    them only over new connections. Requests at the same time are on different ones in any case.
    """

    def __init__(self, options: Options) -> None:
        verify = authorities_for(options.url)
        if options.ca_file is not None:
            verify = ssl.create_default_context(cafile=str(options.ca_file))
        self._make = partial(
            BoundedClient,
            timeout_seconds=options.timeout_seconds,
            verify=verify,
            trust_env=not options.is_local,
        )
        self._new, self.kept = self._make(keeps_connections=False), self._make()

    def of(self, *, is_paced: bool) -> BoundedClient:
        """Return the client for requests one by one, or for a burst of them."""
        return self._new if is_paced else self.kept

    def drop_kept(self) -> None:
        """Close what is kept: a server that takes one connection at a time waits for its end."""
        self.kept.close()
        self.kept = self._make()

    def close(self) -> None:
        """Close the connections."""
        self._new.close()
        self.kept.close()
