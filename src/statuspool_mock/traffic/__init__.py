"""Traffic between a client and a server, seen by a bystander and held against the contract."""

from statuspool_mock.traffic.judge import Judge, Sort
from statuspool_mock.traffic.observation import Kind, Observation

__all__ = ["Judge", "Kind", "Observation", "Sort"]
