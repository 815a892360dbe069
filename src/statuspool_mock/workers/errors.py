"""Why workers cannot serve. It is apart, so that a server without workers does not import them."""


class WorkersFailed(Exception):
    """The workers cannot be started; the message says why."""
