"""The page of clauses is that of the code."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]


def test_the_page_lists_the_clauses_of_the_code():
    made = subprocess.run(
        [sys.executable, ROOT / "scripts" / "clauses_page.py"], capture_output=True, check=True
    ).stdout
    assert (ROOT / "docs" / "verify.md").read_bytes() == made
