"""What a server says cannot drive a terminal or the runner of a pipeline."""

import io
import json
import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table
from rich.text import Text

from statuspool_mock.cli.printable_text import printable
from statuspool_mock.cli.terminal import console
from tests.mock_process import command

OBEYED = re.compile(r"^\s*::|##\w*\[", re.MULTILINE)
HOSTILE = (
    "::stop-commands::x",
    "  ::add-mask::a",
    "text\n::error::b",
    "##vso[task.setvariable variable=a]b",
    "##[group]c",
    "##teamcity[blockOpened name='d']",
    "\x1b[2J\x1b]0;title\x07",
    "section_start:1:e\r\x1b[0K",
    "\u202egnp.exe\u2066",
    "\x9b31m",
)


def shown(what, **options):
    file = io.StringIO()
    console(file=file, width=500, **options).print(what)
    return file.getvalue()


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_is_obeyed_neither_in_lines_nor_in_tables(text):
    table = Table()
    table.add_column()
    table.add_row(Text(text))
    for output in (printable(text), shown(Text(text)), shown(table), shown(text)):
        assert not OBEYED.search(output)
        assert not re.search(r"[^\n\t\x20-\x7e\u00a1-\u2000\u2010-\uffff]", output)
    assert all(word in shown(Text(text)) for word in re.findall("[a-z]{3,}", text))


@given(st.text(alphabet=":# [\n\t\x1babc\r\u2028"))
def test_no_combination_is_obeyed(text):
    assert not OBEYED.search(printable(text))
    assert printable(printable(text)) == printable(text)


def test_styles_of_our_own_remain():
    assert "\x1b[1m" in shown(Text("bold", style="bold"), force_terminal=True)


@pytest.mark.parametrize("text", ["plain", "a: b", "C::d", "# title", "#1 of #2", "é 日本 –"])
def test_ordinary_text_stays_as_it_is(text):
    assert printable(text) == text


class Hostile(BaseHTTPRequestHandler):
    """Answers every request with something that tries to get out of the log."""

    def respond(self):
        text = "\n".join(HOSTILE)
        body = json.dumps({"error": text, "message": text, "details": [{"field": text}]})
        self.send_response(418, "\x1b[31m::error::reason")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = respond  # noqa: N815 - named by http.server

    def log_message(self, *_):
        """Print nothing."""


@pytest.mark.process
@pytest.mark.parametrize(
    "arguments",
    [
        ("verify", "{url}/v1", "--api-key", "sp_test_x", "--profile", "quick"),
        ("ctl", "clock", "show", "--url", "{url}"),
        ("ctl", "monitor", "list", "--url", "{url}"),
        ("certify", "{url}/hook", "--secret", "s" * 16, "--timeout", "2"),
        ("drift", "{url}/v1", "--api-key", "sp_test_x"),
        ("seed-from", "{url}/v1", "--api-key", "sp_test_x"),
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_no_command_passes_on_what_a_server_wants_obeyed(arguments):
    with ThreadingHTTPServer(("127.0.0.1", 0), Hostile) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
        url = f"http://127.0.0.1:{server.server_port}"
        done = subprocess.run(
            command(*(argument.format(url=url) for argument in arguments)),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        server.shutdown()
    output = done.stdout + done.stderr
    assert output
    assert done.returncode in {1, 2}
    assert not OBEYED.search(output)
    assert "\x1b" not in output
    assert "Traceback" not in output
