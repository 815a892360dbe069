"""Types of options and arguments. Their messages say what was expected, and what it got."""

import math
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

_DIGITS = re.compile(r"-?[0-9]+", re.ASCII)
SEED = 2**64 - 1
"""The largest seed."""


class Integer(click.IntRange):
    """A whole number in a range, written in plain digits."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number; `int` alone would take `1_000` and spaces as well."""
        if _DIGITS.fullmatch(str(value)):
            with suppress(click.BadParameter):
                return super().convert(value, param, ctx)
        bounds = self._describe_range()
        expected = f"an integer from {bounds}" if bounds else "an integer"
        raise click.BadParameter(f"expected {expected}, got {value!r}", ctx, param)

    def _describe_range(self) -> str:  # what click's help shows after the default
        if self.max is None:
            return ""
        return f"{self.min} to {'2^64 - 1' if self.max == SEED else self.max}"


class Number(click.FloatRange):
    """A finite number in a range."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number."""
        with suppress(click.BadParameter):
            number = super().convert(value, param, ctx)
            if math.isfinite(number):
                return number
        raise click.BadParameter(f"expected a number{self._described()}, got {value!r}", ctx, param)

    def _described(self) -> str:
        if self.min is None:
            return ""
        lower = f"above {self.min:g}" if self.min_open else f"from {self.min:g}"
        return f" {lower}" if self.max is None else f" {lower} up to {self.max:g}"

    def _describe_range(self) -> str:
        return self._described().strip()


class OneOf(click.Choice[str]):
    """One of a few words."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:  # noqa: ARG002
        """Say which words there are."""
        return f"expected one of {', '.join(self.choices)}, got {value!r}"


class InputFile(click.Path):
    """A file to be read."""

    def __init__(self) -> None:
        super().__init__(exists=True, dir_okay=False, readable=True, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path of a file that can be read."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            what = "no such file" if not Path(value).exists() else "it cannot be read as a file"
            message = f"expected a file, got {str(value)!r}: {what}"
            raise click.BadParameter(message, ctx, param) from error


class OutputFile(click.Path):
    """A file to be written, in a folder that is there."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path of a file that can be written."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if path.is_dir() or not os.access(path.parent, os.W_OK):
            self.fail(f"expected a file in a writable folder, got {str(value)!r}", param, ctx)
        return path


class ReportFile(OutputFile):
    """A report: its format, and the file to write it to."""

    def __init__(self, *formats: str) -> None:
        super().__init__()
        self._formats = formats

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the format and the path of `junit=report.xml`."""
        form, _, path = str(value).partition("=")
        if form not in self._formats or not path:
            expected = " or ".join(f"{each}=PATH" for each in self._formats)
            self.fail(f"expected {expected}, got {value!r}", param, ctx)
        return form, super().convert(path, param, ctx)


class WebAddress(click.ParamType[str]):
    """An http or https URL without a user name or password."""

    name = "url"

    def __init__(self, example: str, *, is_base: bool = False) -> None:
        self._example = example
        self._is_base = is_base  # a base has no query and no fragment

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the URL. A password in it is never shown."""
        text = str(value)
        if "@" in text.partition("//")[2].partition("/")[0]:
            self.fail("expected a URL without a user name or password", param, ctx)
        if not self._is_complete(text) or not text.isprintable() or " " in text:
            self.fail(f"expected a URL such as {self._example}, got {text!r}", param, ctx)
        return text

    def _is_complete(self, text: str) -> bool:
        try:
            parts = urlsplit(text)
            complete = parts.scheme in {"http", "https"} and bool(parts.hostname)
            complete = complete and parts.port != 0
        except ValueError:
            return False
        return complete and not (self._is_base and (parts.query or parts.fragment))


class ApiKey(click.ParamType[str]):
    """A key; messages never show it."""

    name = "key"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return a key that can stand in a header."""
        text = str(value)
        if not (text.isascii() and text.isprintable() and text.strip()):
            self.fail("expected printable ASCII characters, got something else", param, ctx)
        return text


class ListenAddress(click.ParamType[str]):
    """A host and port to listen on."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the address as it was given."""
        host, colon, port = str(value).rpartition(":")
        if not colon or not host or not (port.isascii() and port.isdigit() and int(port) <= 65_535):
            self.fail(f"expected HOST:PORT such as 127.0.0.1:8099, got {value!r}", param, ctx)
        return str(value)
