"""Closes idle connections with one timer for each, instead of one for each response.

Uvicorn makes a timer after each response and cancels it at the next request: 3 µs. Here the timer
runs on, and looks when it is over whether the connection has been idle since.
"""

from statuspool_mock.web.write_coalescing import CoalescingProtocol


class KeepAliveProtocol(CoalescingProtocol):
    """Uvicorn's protocol with another timer for idle connections."""

    _idle_since: float | None = None
    """When the last response was complete; None while there is anything else to wait for."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Handle the end of a connection."""
        super().connection_lost(exc)
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()

    def on_response_complete(self) -> None:
        """Go on with the next request, or let the time run in which one has to come."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        self._idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._look_after(self.timeout_keep_alive)

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection if it has been idle for too long."""
        self.timeout_keep_alive_task = None
        if self._idle_since is None:
            return  # the next response makes another timer
        rest = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if rest > 0:
            self._look_after(rest)
        else:
            super().timeout_keep_alive_handler()

    def _unset_keepalive_if_required(self) -> None:
        self._idle_since = None

    def _look_after(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(
            seconds, self.timeout_keep_alive_handler
        )
