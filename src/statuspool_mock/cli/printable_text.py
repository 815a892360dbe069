"""Text of others, made harmless for terminals and for the logs of pipelines.

Terminals obey control characters, and runners of pipelines obey lines such as `::add-mask::` and
`##vso[…]`. What a server, a file or another team wrote is shown so that neither does.
"""

import re

# Control characters except tab and line feed, and those that change the direction of text.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_COMMAND = re.compile(r"^(\s*):(?=:)|#(?=#\w*\[)", re.MULTILINE)


def printable(text: str) -> str:
    """Return a text whose control characters are written out, and which commands nobody."""
    text = _CONTROLS.sub(lambda match: match[0].encode("unicode_escape").decode(), text)
    return _COMMAND.sub(lambda match: f"{match[0]} ", text)
