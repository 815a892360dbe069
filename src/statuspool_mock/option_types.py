"""Types of command-line arguments, which say what came and what was expected."""

import argparse


class integer:  # noqa: N801 - argparse shows the name of a type in its messages
    """Whole numbers in a range."""

    def __init__(self, least: int, most: int) -> None:
        self.least = least
        self.most = most

    def __call__(self, text: str) -> int:
        """Return the number. Raises `argparse.ArgumentTypeError`."""
        if text.isascii() and text.isdigit() and self.least <= int(text[:20]) <= self.most:
            return int(text)
        expected = f"an integer from {self.least} to {self.most}"
        raise argparse.ArgumentTypeError(f"came {text!r}, expected {expected}")


class seconds:  # noqa: N801 - as above
    """Seconds, above 0 and up to a bound."""

    def __init__(self, most: int) -> None:
        self.most = most

    def __call__(self, text: str) -> float:
        """Return the seconds. Raises `argparse.ArgumentTypeError`."""
        try:
            given = float(text)
        except ValueError:
            given = 0.0
        if not 0 < given <= self.most:
            expected = f"seconds, above 0 and up to {self.most}"
            raise argparse.ArgumentTypeError(f"came {text!r}, expected {expected}")
        return given
