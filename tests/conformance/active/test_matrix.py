"""`verify` against mutants: a sample of the matrix that `make matrix` writes."""

import subprocess

import pytest
from tests.mock_process import command

pytestmark = pytest.mark.process

SAMPLE = ("page-ignored", "names-garbled")


def matrix(*names):
    only = [part for name in names for part in ("--only", name)]
    return subprocess.run(
        command("mutants", "--matrix", "--profile", "quick", *only),
        capture_output=True,
        text=True,
        check=False,
    )


def test_mutants_are_detected_and_the_clean_server_has_no_findings():
    done = matrix(*SAMPLE)
    assert done.returncode == 0, done.stdout
    assert f"**{len(SAMPLE)} of {len(SAMPLE)} mutants are found**" in done.stdout
    assert "Without mutants there are 0 findings." in done.stdout


def test_unknown_mutants_are_refused():
    done = matrix("no-such-mutant")
    assert done.returncode == 2
    assert "no-such-mutant" in done.stderr
