"""The navigation of the site lists every page once."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]


def pages_in(nav):
    """Return the paths in a navigation of MkDocs, a list of paths, titled paths and sections."""
    for entry in nav:
        for target in entry.values() if isinstance(entry, dict) else [entry]:
            if isinstance(target, list):
                yield from pages_in(target)
            else:
                yield target


def test_every_page_is_in_the_navigation_once(tmp_path):
    folder = tmp_path / "docs"
    script = ROOT / "scripts" / "site_pages.py"
    subprocess.run([sys.executable, script, folder], check=True, capture_output=True)
    written = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.md"))
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))["nav"]
    assert len(written) > 20
    assert sorted(pages_in(nav)) == written


def test_the_list_for_language_models_has_every_page_with_a_sentence(tmp_path):
    folder = tmp_path / "docs"
    script = ROOT / "scripts" / "site_pages.py"
    subprocess.run([sys.executable, script, folder], check=True, capture_output=True)
    lines = (folder / "llms.txt").read_text("utf-8").splitlines()
    listed = [line for line in lines if line.startswith("- ")]
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))["nav"]
    assert [line.partition("](")[2].partition(".html)")[0] for line in listed] == [
        page.removesuffix(".md") for page in pages_in(nav)
    ]
    assert not [line for line in listed if len(line.partition("): ")[2]) < 10]
