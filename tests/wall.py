"""A wall clock that a test sets."""


class Wall:
    """Shows `reading`, in seconds, until the test changes it."""

    def __init__(self, reading=1000.0):
        self.reading = reading

    def __call__(self):
        return self.reading
