"""The Statuspool API: its operations, and the order in which a request is checked."""
