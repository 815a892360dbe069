"""Disturbs a fleet while clients write and read, and checks what they were told."""
