"""Whatever an endpoint is or does: a row in the log says it, nothing hangs, nothing is lost."""

import socket
import threading

import pytest

from statuspool_mock.client import Control
from statuspool_mock.interception.authority import Authority
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings
from statuspool_mock.webhooks import sender
from tests.webhooks.receiver import Receiver


@pytest.fixture
def tell(world, shop):
    """Register an endpoint, trigger an event, and return its delivery with the newest try."""

    def run(url, **more):
        world.webhooks.register(url, secret="s", **more)
        world.webhooks.trigger("sla_breach", monitor_id=shop["id"])
        return world.webhooks.delivery(world.webhooks.deliveries()[0]["number"])

    return run


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://192.168.1.20/hook", "192.168.1.20 is not this machine"),
        ("http://10.0.0.1/", "not this machine"),
        ("http://169.254.169.254/latest/meta-data", "not this machine"),
        ("http://[fd00::1]/", "not this machine"),
        ("http://0.0.0.0/", "not this machine"),
        ("http://hooks.myapp.io/statuspool", "--webhook-allow"),
        ("http://127.0.0.1.nip.io/", "not this machine"),
        ("http://user:hush@127.0.0.1/", "contains credentials"),
    ],
)
def test_what_may_not_be_called_is_withheld_and_says_why(tell, url, why):
    delivery = tell(url)
    assert delivery["outcome"] == "withheld"
    assert why in delivery["reason"]
    assert delivery["tries"] == []


def test_nobody_there_is_retried(tell, world):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    delivery = tell(f"http://127.0.0.1:{port}/")
    assert delivery["outcome"] == "pending"
    refused = f"cannot connect to 127.0.0.1:{port}: Connection refused"
    assert delivery["tries"][0]["error"] == refused
    world.clock.advance("1d")
    delivery = world.webhooks.delivery(delivery["number"])
    assert (delivery["outcome"], delivery["attempts"]) == ("failed", 6)


def test_broken_tls_is_a_row_in_the_log(tell):
    with Receiver() as plain:
        delivery = tell(plain.url.replace("http://", "https://"))
    assert "TLS" in delivery["tries"][0]["error"]
    assert "ssl:" not in delivery["tries"][0]["error"]
    assert delivery["tries"][0]["status"] is None


def test_a_certificate_that_is_not_trusted_is_said(tell):
    tls = Authority.made_now().server_context("127.0.0.1")
    with RunningServer(Settings(port=0, scenario="empty", tls=tls)) as receiver:
        error = tell(receiver.url)["tries"][0]["error"]
    assert error.startswith("the certificate is not accepted: ")


def test_a_connection_closed_without_a_response_is_said(tell):
    with Receiver(lambda handler: handler.connection.shutdown(socket.SHUT_RDWR)) as receiver:
        error = tell(receiver.url)["tries"][0]["error"]
    assert error == "the connection was closed before a response"


def test_an_answer_without_end_counts_by_its_status_and_is_not_kept(tell):
    def flood(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(100 << 20))
        handler.end_headers()
        block = b"x" * 65_536
        try:
            for _ in range(1_600):
                handler.wfile.write(block)
        except OSError:
            pass

    with Receiver(flood) as receiver:
        delivery = tell(receiver.url)
    assert delivery["outcome"] == "delivered"
    assert len(delivery["tries"][0]["response_body"]) <= 4_096


def test_redirects_are_not_followed(tell):
    with Receiver() as target, Receiver((307, ("Location", target.url))) as receiver:
        delivery = tell(receiver.url)
        assert delivery["tries"][0]["status"] == 307
        assert delivery["outcome"] == "pending"
        assert target.sent == []


def test_garbage_instead_of_http_is_a_row_in_the_log(tell):
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def response():
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(b"\x00\xffgarbage\r\n\r\n")

        thread = threading.Thread(target=response)
        thread.start()
        delivery = tell(f"http://127.0.0.1:{listener.getsockname()[1]}/")
        thread.join()
    assert delivery["tries"][0]["error"]


def test_silence_ends_after_the_time_out(tell, monkeypatch):
    monkeypatch.setattr(sender, "TIMEOUT_SECONDS", 0.3)
    done = threading.Event()
    with Receiver(lambda _: done.wait(20)) as receiver:
        delivery = tell(receiver.url)
        done.set()
    assert delivery["tries"][0]["error"] == "no complete response within 0 s"


def test_a_host_that_was_allowed_is_called():
    with Receiver() as receiver:
        port = receiver.server.server_port
        name = socket.gethostname()
        try:
            socket.getaddrinfo(name, port)
        except OSError:
            pytest.skip("this machine cannot resolve its own name")
        receiver.server.socket.close()
    settings = Settings(port=0, scenario="empty", webhook_allow=(name,))
    with RunningServer(settings) as server, Control(server.control_url) as world:
        world.clock.freeze()
        made = world.monitors.create("Shop", "https://perfect.test/")
        world.webhooks.register(f"http://{name}:{port}/", secret="s")
        world.webhooks.trigger("sla_breach", monitor_id=made["id"])
        (delivery,) = world.webhooks.deliveries()
        assert delivery["outcome"] == "pending"
        assert delivery["error"] == f"cannot connect to {name}:{port}: Connection refused"


def test_an_empty_secret_is_refused_at_registration(world):
    response = world._http.post(
        "/v1/webhooks", json={"url": "http://127.0.0.1/", "events": ["sla_breach"], "secret": ""}
    )
    assert response.status_code == 400
    assert response.json()["details"][0]["field"] == "secret"


def test_an_internal_error_is_logged_without_what_is_secret_in_the_url(tell, monkeypatch, caplog):
    def fail(*_, **__):
        raise RuntimeError("broken")

    monkeypatch.setattr(sender.WebhookSender, "_attempt", fail)
    delivery = tell("http://127.0.0.1:9/?token=hush&key=hush")
    assert (delivery["outcome"], delivery["reason"]) == ("failed", "internal error")
    (record,) = [one for one in caplog.records if "internal error" in one.getMessage()]
    assert "http://127.0.0.1:9/?token=***&key=***" in record.getMessage()
    assert "hush" not in caplog.text
