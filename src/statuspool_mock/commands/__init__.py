"""One module a command: `run` carries it out and returns the exit code."""
