"""Mutants that change the text they are given."""

import html
import unicodedata
from collections.abc import Callable
from functools import partial

from statuspool_mock.mutants.exchange import Json
from statuspool_mock.mutants.mutant import ExchangeChange, Mutant
from statuspool_mock.mutants.transforms import mapped, monitors, sending

_KEPT = "A name is a string, such as “Production API — api.example.com”. (POST /monitors)"
_TAGS = "tags is an array of strings. (Monitors, POST /monitors)"
_text = partial(Mutant, group="unicode")


def _stored(change: Callable[[str], str]) -> ExchangeChange:
    """Change names before they are stored."""

    def changed(values: Json) -> Json:
        name = values.get("name")
        return {**values, "name": change(name)} if isinstance(name, str) else values

    return sending("createMonitor updateMonitor", changed)


def _latin(text: str) -> str:
    return text.encode("latin-1", "replace").decode("latin-1")


def _read_as_latin(text: str) -> str:
    return text.encode().decode("latin-1")


def _cut_at_emoji(text: str) -> str:
    for position, character in enumerate(text):
        if ord(character) > 0xFFFF:
            return text[:position]
    return text


UNICODE: tuple[Mutant, ...] = (
    _text(
        name="dash-becomes-question-mark",
        wrong="Names are stored in Latin-1: an em dash becomes a question mark.",
        promise=_KEPT,
        change=_stored(_latin),
    ),
    _text(
        name="names-garbled",
        wrong="Names are read as Latin-1: an em dash becomes â€”.",
        promise=_KEPT,
        change=_stored(_read_as_latin),
    ),
    _text(
        name="names-end-at-emoji",
        wrong="Names end before their first emoji: the column stores three bytes a character.",
        promise=_KEPT,
        change=_stored(_cut_at_emoji),
    ),
    _text(
        name="names-normalised",
        wrong="Combining characters are composed, so that names differ from those sent.",
        promise=_KEPT,
        change=_stored(lambda text: unicodedata.normalize("NFC", text)),
    ),
    _text(
        name="names-escaped-for-html",
        wrong="A & in a name is returned as &amp;.",
        promise=_KEPT,
        change=monitors(mapped("name", html.escape)),
    ),
    _text(
        name="tags-in-lower-case",
        wrong="Tags are returned in lower case.",
        promise=_TAGS,
        change=monitors(mapped("tags", lambda tags: [str(tag).lower() for tag in tags])),
    ),
)
