"""What the tests import comes with the group `dev`, which is all that `make test` installs."""

import ast
import sys
import tomllib
from importlib.metadata import packages_distributions, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
OURS = {"tests", "statuspool_mock"}


def imported(path):
    """Return the top-level packages that a module imports while it is imported itself."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def installed_with(requirements):
    """Return the distributions that these requirements install, directly or not."""
    found, waiting = (
        set(),
        [
            need
            for text in requirements
            if not (need := Requirement(text)).marker or need.marker.evaluate()
        ],
    )
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        if name in found:
            continue
        found.add(name)
        extras = wanted.extras or {""}
        needs = map(Requirement, requires(name) or ())
        waiting += [
            need
            for need in needs
            if not need.marker or any(need.marker.evaluate({"extra": extra}) for extra in extras)
        ]
    return found


def test_every_import_of_the_tests_is_installed_by_the_dev_group():
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    available = installed_with(
        pyproject["project"]["dependencies"] + pyproject["dependency-groups"]["dev"]
    )
    provided = packages_distributions()
    missing = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in (ROOT / "tests").rglob("*.py")
        for name in imported(path)
        if name not in OURS | sys.stdlib_module_names
        and not {canonicalize_name(dist) for dist in provided.get(name, ())} & available
    }
    assert missing == set()
