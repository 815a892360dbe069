"""Exchanges: requests and responses, kept in a journal, searched, counted and exported."""

from statuspool_mock.exchanges import har
from statuspool_mock.exchanges.coverage import Cell, Coverage, KeptBody, cells
from statuspool_mock.exchanges.exchange import Entry, Exchange
from statuspool_mock.exchanges.journal import MOST_EXCHANGES, Journal
from statuspool_mock.exchanges.masking import masked_body, masked_headers, masked_query
from statuspool_mock.exchanges.matching import MatchResult, NearMiss, RequestPattern, verify

__all__ = [
    "MOST_EXCHANGES",
    "Cell",
    "Coverage",
    "Entry",
    "Exchange",
    "Journal",
    "KeptBody",
    "MatchResult",
    "NearMiss",
    "RequestPattern",
    "cells",
    "har",
    "masked_body",
    "masked_headers",
    "masked_query",
    "verify",
]
