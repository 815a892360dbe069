"""What a world's clients asked and got: kept in bounds, searched, counted, exported."""

from statuspool_mock.journal import har
from statuspool_mock.journal.coverage import Cell, Coverage, cells
from statuspool_mock.journal.exchange import Exchange
from statuspool_mock.journal.journal import MOST_EXCHANGES, Journal
from statuspool_mock.journal.masking import masked_body, masked_headers
from statuspool_mock.journal.wanted import NearMiss, Verification, Wanted, verify

__all__ = [
    "MOST_EXCHANGES",
    "Cell",
    "Coverage",
    "Exchange",
    "Journal",
    "NearMiss",
    "Verification",
    "Wanted",
    "cells",
    "har",
    "masked_body",
    "masked_headers",
    "verify",
]
