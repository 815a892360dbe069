"""The wheel and the sdist hold what they should and nothing else."""

import filecmp
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from packaging.metadata import Metadata

from tests.packaging.conftest import ROOT

PACKAGE = ROOT / "src" / "statuspool_mock"
NOT_CODE = {
    "cli/verify/kills.json",
    "cli/verify/sent.json",
    "conformance/active/reports/report.html.j2",
    "conformance/active/script_template.py.txt",
    "interception/preload.cjs",
    "py.typed",
    "web/console/assets",
}


def files_under(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def held(dist) -> dict[str, bytes]:
    """Return what the wheel installs, by path below the package."""
    with zipfile.ZipFile(dist.wheel) as wheel:
        return {
            name.removeprefix("statuspool_mock/"): wheel.read(name)
            for name in wheel.namelist()
            if name.startswith("statuspool_mock/")
        }


@pytest.fixture(scope="module")
def metadata(dist):
    with zipfile.ZipFile(dist.wheel) as wheel:
        (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        return Metadata.from_email(wheel.read(name), validate=True)


def test_the_wheel_holds_the_documents_and_scenarios(held):
    for folder in ("openapi", "fixtures"):
        shipped = {
            name.removeprefix(f"_data/{folder}/"): content
            for name, content in held.items()
            if name.startswith(f"_data/{folder}/")
        }
        assert shipped == files_under(ROOT / folder)


def test_the_wheel_holds_the_console_and_every_module(held):
    expected = {
        name: content
        for name, content in files_under(PACKAGE).items()
        if name.endswith(".py") or any(name.startswith(other) for other in NOT_CODE)
    }
    assert {n: c for n, c in held.items() if not n.startswith("_data/")} == expected
    assert {"web/console/assets/index.html", "py.typed"} <= set(expected)


@pytest.mark.process
def test_the_sdist_builds_the_same_wheel_as_the_checkout(dist, tmp_path):
    with tarfile.open(dist.sdist) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # new in 3.11.4
        archive.extractall(tmp_path)  # noqa: S202 - our own
    (unpacked,) = tmp_path.iterdir()
    built = []
    for name, source in (("sdist", unpacked), ("checkout", ROOT)):
        command = [sys.executable, "-m", "build", "--wheel", "--no-isolation"]
        target = tmp_path / f"from-{name}"
        subprocess.run([*command, "--outdir", target, source], capture_output=True, check=True)
        (wheel,) = target.glob("*.whl")
        built.append(wheel)
    for wheel in built:
        assert filecmp.cmp(wheel, dist.wheel, shallow=False)


def test_the_sdist_holds_what_its_tests_need_and_no_workplace(dist):
    with tarfile.open(dist.sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    tops = {name.partition("/")[0] for name in names}
    assert {"src", "openapi", "fixtures", "tests", "docs", "Makefile", "constraints.txt"} <= tops
    assert not {top for top in tops if top.startswith(".")} - {".gitignore", ".dockerignore"}
    assert not [name for name in names if "__pycache__" in name or "node_modules" in name]


def test_the_metadata_tells_what_indexes_and_people_ask(metadata):
    assert metadata.license_expression == "MIT"
    assert metadata.license_files == ["LICENSE"]
    assert str(metadata.requires_python) == ">=3.11"
    assert sorted(metadata.provides_extra) == ["fleet", "mcp", "verify"]
    assert {"Typing :: Typed", "Framework :: Pytest"} <= set(metadata.classifiers)
    assert set(metadata.classifiers) <= pytest.importorskip("trove_classifiers").classifiers
    assert metadata.description_content_type == "text/markdown"
    assert metadata.description.startswith("# statuspool-mock")


def test_what_only_one_command_needs_comes_with_its_extra(metadata):
    extra = {need.name for need in metadata.requires_dist if "extra ==" in str(need.marker)}
    always = {need.name for need in metadata.requires_dist if "extra ==" not in str(need.marker)}
    assert extra == {"hiredis", "jinja2", "mcp", "pytest", "schemathesis"}
    assert not extra & always
