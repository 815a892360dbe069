"""Why a server cannot start, as `serve` and `run` report it."""

from statuspool_mock.fleet.ledger_url import LedgerRejected
from statuspool_mock.interception import AuthorityUnusable
from statuspool_mock.sandbox.directory import StorageUnavailable
from statuspool_mock.scenarios import ScenarioRejected
from statuspool_mock.web.control_tokens import TokensRejected
from statuspool_mock.web.sockets import CannotListen
from statuspool_mock.workers.errors import WorkersFailed

CANNOT_START = (
    ScenarioRejected,
    StorageUnavailable,
    LedgerRejected,
    TokensRejected,
    CannotListen,
    AuthorityUnusable,
    WorkersFailed,
)
