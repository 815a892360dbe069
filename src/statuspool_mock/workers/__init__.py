"""The workers of a server: processes of one machine, each of which is the home of some worlds."""
