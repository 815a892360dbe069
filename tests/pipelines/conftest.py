"""Jobs of a pipeline that have the mock installed already."""

import os
import sys

import pytest

from tests.pipelines.composite import Runner


@pytest.fixture
def environment(tmp_path):
    """Return the environment of a job in which `statuspool-mock` is a program."""
    programs = tmp_path / "programs"
    programs.mkdir()
    program = programs / "statuspool-mock"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m statuspool_mock "$@"\n')
    program.chmod(0o755)
    outside = {name: text for name, text in os.environ.items() if not name.startswith("MAKE")}
    return {**outside, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}


@pytest.fixture
def runner(tmp_path, environment):
    """Return a runner whose job has installed the mock."""
    return Runner(folder=tmp_path, environment=environment)
