"""A fleet: servers that share a ledger, where each world has one home."""
