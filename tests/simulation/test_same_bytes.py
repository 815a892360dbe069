"""Same seed and same commands: the same bytes on every machine and every Python."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.simulation.same_bytes import fingerprint

ROOT = Path(__file__).parents[2]

# Changes when the simulation changes on purpose: then say so in the CHANGELOG, since snapshots of
# older releases will not go on as they would have.
PINNED = "a4483c3b51c2d0fa1583cce8b0de8b8c2f8806ed774ac6258e7903a5f2b6505e"


def test_this_python_makes_the_pinned_world():
    assert fingerprint() == PINNED


@pytest.mark.process
@pytest.mark.parametrize("name", ["python3.11", "python3.12", "python3.13", "python3.14"])
def test_other_pythons_make_it_too(name):
    path = shutil.which(name)
    if (
        path is None
        or subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode
    ):
        pytest.skip(f"{name} is not installed")
    done = subprocess.run(
        [path, "-m", "tests.simulation.same_bytes"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONHASHSEED": "random"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == PINNED
