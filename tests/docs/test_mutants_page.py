"""docs/mutants.md is the gallery, neither older nor newer."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]


def test_the_page_is_what_its_script_prints():
    script = ROOT / "scripts" / "mutants_page.py"
    printed = subprocess.run([sys.executable, script], capture_output=True, check=True).stdout
    page = (ROOT / "docs" / "mutants.md").read_text("utf-8")
    assert page == printed.decode(), "run `make docs`"
