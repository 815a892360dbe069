"""Check servers and webhook receivers against the contract, from outside."""
