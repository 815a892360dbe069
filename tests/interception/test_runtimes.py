"""Programs in Java, PHP and Perl reach the mock, or are refused where they would pass it by."""

import subprocess

import pytest

from tests.interception.running import PROGRAMS, found, run

pytestmark = pytest.mark.process


def _printed(*command, **environment):
    done = run("--scenario", "docs", "--", *command, **environment)
    return done.stdout, done.stderr


def _need(*command):
    """Skip the test where a runtime lacks a library."""
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip(f"{' '.join(command)} fails, so no program was run with it")


def test_both_clients_of_java_reach_the_mock():
    java = found("java")
    found("javac")  # which compiles the program
    stdout, stderr = _printed(java, str(PROGRAMS / "WithHttpClient.java"))
    assert stdout == "200\n200\n"
    assert stderr.startswith("Picked up JAVA_TOOL_OPTIONS: ")


def test_java_options_of_the_user_stay():
    code = "import os; print(os.environ['JAVA_TOOL_OPTIONS'])"
    stdout, _ = _printed("python3", "-c", code, JAVA_TOOL_OPTIONS="-Dmine=1")
    assert stdout.startswith('-Dmine=1 "-Dhttp.proxyHost=127.0.0.1" ')


def test_php_s_curl_reaches_the_mock():
    php = found("php")
    _need(php, "-r", "exit((int) !extension_loaded('curl'));")
    assert _printed(php, str(PROGRAMS / "with_curl.php")) == ("200\n", "")


def test_php_s_streams_are_refused():
    stdout, _ = _printed(found("php"), str(PROGRAMS / "with_streams.php"))
    assert "no suitable wrapper could be found" in stdout


def test_perl_s_http_tiny_reaches_the_mock():
    perl = found("perl")
    _need(perl, "-MIO::Socket::SSL", "-e", "1")
    assert _printed(perl, str(PROGRAMS / "with_http_tiny.pl")) == ("200\n", "")


def test_perl_s_lwp_reaches_the_mock():
    perl = found("perl")
    _need(perl, "-MLWP::Protocol::https", "-e", "1")
    assert _printed(perl, str(PROGRAMS / "with_lwp.pl")) == ("200\n", "")
