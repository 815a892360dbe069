"""The wheel with its extra judges servers and tests clients."""

import pytest

from tests.packaging.conftest import serving

pytestmark = pytest.mark.process


def test_verify_with_its_extra_judges(judging):
    options = ("--api-key", "sp_test_judge", "--profile", "quick")
    with serving(judging, "--rate-limit", "off") as ready:
        done = judging.run("statuspool-mock", "verify", ready["url"], *options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no findings in what was verified" in done.stdout


def test_the_extra_brings_the_pytest_fixtures(judging):
    test = judging.folder / "test_wheel.py"
    test.write_text(
        "def test_a_fresh_world(statuspool):\n"
        "    statuspool.monitors.create('Shop', 'https://down.test/')\n"
        "    assert statuspool.monitors.find('Shop')['status'] == 'down'\n"
    )
    done = judging.run("python", "-m", "pytest", "-q", test)
    assert done.returncode == 0, done.stdout
