"""What a process imports before it serves: most of a start is imports, and they can be listed."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.process


def run_python(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


SERVER = {"aiohttp", "connexion", "cryptography", "faker", "flask", "httpx", "jsonschema"}
PROXY = {"connexion", "faker", "flask", "httpx", "jsonschema", "statuspool_mock.sandbox"}


@pytest.mark.parametrize(
    ("module", "unneeded"),
    [
        ("server", SERVER | {"jinja2", "requests", "rich", "werkzeug"}),
        ("cli.starting", {"statuspool_mock.links.client", "statuspool_mock.workers.worker"}),
        ("cli.proxy.serving", PROXY | {"statuspool_mock.simulation"}),
        ("cli.verify.suite", {"connexion", "faker", "flask", "schemathesis", "uvicorn"}),
        ("testing", {"connexion", "faker", "flask", "pytest", "schemathesis"}),
    ],
)
def test_what_is_not_needed_is_not_imported(module, unneeded):
    imported = run_python(f"import sys, statuspool_mock.{module}; print(*sys.modules)")
    assert unneeded.isdisjoint(imported)


SERVE = """
from statuspool_mock.composition import compose
from statuspool_mock.settings import Settings
compose(Settings(port=0))
"""
USE_CONNEXION = """
import warnings; warnings.simplefilter("ignore")
import connexion, jinja2, requests
app = connexion.AsyncApp("x")
app.add_api({"openapi": "3.0.3", "info": {"title": "x", "version": "1"}, "paths": {}})
print(jinja2.Template("whole").render(), requests.get.__name__, connexion.lifecycle.__name__)
"""


@pytest.mark.parametrize("code", [SERVE + USE_CONNEXION, USE_CONNEXION + SERVE])
def test_connexion_is_whole_for_others_in_the_same_process(code):
    """The server takes a part of it, without what that part does not need."""
    assert run_python(code) == ["whole", "get", "connexion.lifecycle"]
