"""What a request has done so far at its home, noted where it is done."""

from contextvars import ContextVar


class RequestMarks:
    """Notes on one request. Its attributes are the class's until they change."""

    is_refused = False
    """Whether it came to a world that has left: nothing of it may be answered."""
    first_write = 0
    """The position of the first entry that it wrote; 0 for none."""


current: ContextVar[RequestMarks | None] = ContextVar("request_marks", default=None)


def mark_write(position: int) -> None:
    """Note that the present request has written an entry."""
    marks = current.get()
    if marks is not None and not marks.first_write:
        marks.first_write = position


def mark_refusal() -> None:
    """Note that the present request came to a world that has left."""
    marks = current.get()
    if marks is not None:
        marks.is_refused = True
