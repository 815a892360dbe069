"""Output on a terminal or in the log of a pipeline, where the text of a server is data."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from statuspool_mock.cli.printable_text import printable


class SafeConsole(Console):
    """A console on which all text is printable, also in tables."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Yield the segments of something, with printable text."""
        for segment in super().render(renderable, options):
            if segment.control or segment.text.isalnum():
                yield segment
            else:
                yield Segment(printable(segment.text), segment.style)


def console(**options: Any) -> SafeConsole:
    """Return a console that adds no colour to what it prints by itself."""
    return SafeConsole(highlight=False, **options)
