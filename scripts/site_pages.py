"""Gather the pages of the documentation: those in docs/, those in the root, and the reference.

`site_pages.py FOLDER` recreates the folder. Other files that the pages link to are copied. A link
to a folder of the repository becomes plain text, because the site has no page for it.
"""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import commands_page
import endpoints_page
import yaml

ROOT = Path(__file__).resolve().parents[1]
OUTSIDE_DOCS = {
    "ARCHITECTURE.md": "architecture.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "examples/README.md": "examples.md",
}
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)#\s]+)(#[^)\s]*)?\)")
_FENCED = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)


def gather(folder: Path) -> None:
    """Fill the folder with all pages and the files that they link to."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "docs", folder)
    pages = {f"docs/{path.relative_to(ROOT / 'docs')}" for path in (ROOT / "docs").rglob("*.md")}
    places = {page: page.removeprefix("docs/") for page in pages} | OUTSIDE_DOCS
    for source, place in places.items():
        text = (ROOT / source).read_text("utf-8")
        (folder / place).write_text(_relinked(text, source, places, folder), "utf-8")
    reference = folder / "reference"
    reference.mkdir()
    (reference / "commands.md").write_text(commands_page.page(), "utf-8")
    for name in ("statuspool", "control"):
        page = endpoints_page.page(ROOT / "openapi" / f"{name}.yaml")
        (reference / f"{name}.md").write_text(page, "utf-8")
    (folder / "llms.txt").write_text(_index(folder), "utf-8")


def _index(folder: Path) -> str:
    """Return the list of pages for language models, each with its first sentence."""
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
    head = [f"# {settings['site_name']}", "", f"> {settings['site_description']}"]
    return "\n".join([*head, *_sections(folder, settings["nav"])]) + "\n"


def _sections(folder: Path, nav: list[Any]) -> Iterator[str]:
    for entry in nav:
        title, target = ("Overview", entry) if isinstance(entry, str) else (*entry.items(),)[0]
        if isinstance(target, list):
            yield from ("", f"## {title}", "")
            yield from _sections(folder, target)
        else:
            yield _line(folder, title, target)


def _line(folder: Path, title: str, page: str) -> str:
    text = _FENCED.sub("", (folder / page).read_text("utf-8"))
    paragraph = next(
        (part for part in text.split("\n\n") if part[:1].isalpha() or part[:1] == "`"), ""
    )
    plain = " ".join(_LINK.sub(r"\2", paragraph).split())
    sentence = re.split(r"(?<=[.])\s", plain, maxsplit=1)[0]
    return f"- [{title}]({page.removesuffix('.md')}.html): {sentence}"


def _relinked(text: str, source: str, places: dict[str, str], folder: Path) -> str:
    """Return the text of a page with its links adapted to its new place, except in code."""

    def relink(match: re.Match[str]) -> str:
        picture, words, target, anchor = match.groups(default="")
        if re.match(r"[a-z]+:", target):
            return match[0]
        aim = os.path.normpath(Path(source).parent / target)
        here = Path(places[source]).parent
        if aim in places:
            place = places[aim]
        elif aim.startswith("docs/"):
            place = aim.removeprefix("docs/")
        elif (ROOT / aim).is_file():
            place = f"files/{aim}"
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / aim, folder / place)
        else:
            return words
        return f"{picture}[{words}]({os.path.relpath(place, here)}{anchor})"

    parts = _FENCED.split(text)
    return "".join(part if part.startswith("```") else _LINK.sub(relink, part) for part in parts)


if __name__ == "__main__":
    gather(Path(sys.argv[1]))
