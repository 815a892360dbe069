"""Traffic between a client and a server, seen by a bystander and held against the contract."""

from statuspool_mock.conformance.passive.checker import ExchangeChecker, ObservationGroup
from statuspool_mock.conformance.passive.observation import Kind, Observation

__all__ = ["ExchangeChecker", "Kind", "Observation", "ObservationGroup"]
