"""The version is written in one place, and the changelog describes it."""

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

from statuspool_mock import __version__

ROOT = Path(__file__).parents[1]
HEADING = re.compile(r"^## \[(.+?)\](?: - (\d{4}-\d{2}-\d{2}))?$", re.MULTILINE)


def test_the_package_takes_its_version_from_the_code():
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert "version" not in pyproject["project"]
    assert pyproject["project"]["dynamic"] == ["version"]
    assert pyproject["tool"]["hatch"]["version"]["path"] == "src/statuspool_mock/__init__.py"
    assert version("statuspool-mock") == __version__


def test_the_newest_dated_section_of_the_changelog_is_this_version():
    (unreleased, no_date), *released = HEADING.findall((ROOT / "CHANGELOG.md").read_text("utf-8"))
    assert (unreleased, no_date) == ("Unreleased", "")
    assert released[0][0] == __version__
    dates = [date for _, date in released]
    assert all(dates)
    assert dates == sorted(dates, reverse=True)
