"""Let programs that use the vendor's address reach the mock instead."""

from statuspool_mock.interception.authority import Authority, AuthorityUnusable
from statuspool_mock.interception.environment import THIS_MACHINE, ProgramEnvironment, trusted
from statuspool_mock.interception.network import VENDOR_HOST
from statuspool_mock.interception.program import CannotRun, run_program
from statuspool_mock.interception.proxy import InterceptingProxy
from statuspool_mock.interception.runtime_files import write_runtime_files

__all__ = [
    "THIS_MACHINE",
    "VENDOR_HOST",
    "Authority",
    "AuthorityUnusable",
    "CannotRun",
    "InterceptingProxy",
    "ProgramEnvironment",
    "run_program",
    "trusted",
    "write_runtime_files",
]
