"""No server takes a client's memory or time: each request is limited as a whole."""

from contextlib import ExitStack

import httpx
import pytest

from statuspool_mock.conformance.bounded_client import MOST_BYTES, BoundedClient
from statuspool_mock.conformance.passive.crawler import Crawler, CrawlFailed
from tests.hostile.bounded_runs import broken, run_all
from tests.hostile.servers import ENDLESS_PAGES, RESPONSES, hostile

pytestmark = [pytest.mark.long, pytest.mark.process]

KEY = ["--api-key", "sp_test_hostile"]
ENDS = {  # how each command is told to end soon; none writes a file
    "verify": lambda url: [*["verify", f"{url}/v1", *KEY, "--timeout", "1", "--budget", "20"]],
    "certify": lambda url: ["certify", f"{url}/hook", "--secret", "whsec_a", "--timeout", "0.2"],
    "ctl": lambda url: ["ctl", "sandbox", "list", "--url", url],
    "seed-from": lambda url: ["seed-from", f"{url}/v1", *KEY, "--monitors", "1"],
    "drift": lambda url: ["drift", f"{url}/v1", *KEY],
}
SLOW = {"a dripping body", "a dripping header", "silence", "endless 103s"}


@pytest.fixture(scope="module")
def urls():
    with ExitStack() as stack:
        yield {name: stack.enter_context(hostile(each)) for name, each in RESPONSES.items()}


@pytest.mark.parametrize("command", ["certify", "drift", "verify"])
def test_a_run_ends_in_a_verdict_or_in_one_line(command, urls):
    chosen = urls.keys() - (SLOW if command == "drift" else set())
    done = run_all({name: ENDS[command](urls[name]) for name in chosen})
    crashed = {name: left for name, left in broken(done).items() if left.returncode != 1}
    assert crashed == {}
    assert not [name for name, left in done.items() if "Traceback" in left.stderr + left.stdout]


@pytest.mark.parametrize("command", ["ctl", "seed-from"])
def test_a_reader_ends_in_one_line(command, urls):
    done = run_all({name: ENDS[command](url) for name, url in urls.items() if name not in SLOW})
    assert broken(done) == {}


@pytest.mark.parametrize("name", sorted(RESPONSES))
def test_a_request_ends_in_a_bounded_response_or_in_time(name, urls):
    client = BoundedClient(timeout_seconds=0.5, verify=True, trust_env=False)
    try:
        content = client.request("GET", f"{urls[name]}/v1/monitors", headers={}).content
    except httpx.TransportError as error:
        assert len(str(error)) < 1_000  # noqa: PT017  (either is fine)
    else:
        assert len(content) <= MOST_BYTES
    finally:
        client.close()


def test_endless_pages_are_read_up_to_a_bound():
    with hostile(ENDLESS_PAGES) as url:
        crawler = Crawler(f"{url}/v1", "sp_test_pages", max_monitors=1, rate=100_000)
        steps = [step.name for step in crawler.crawl(errors=False)]
    assert steps.count("monitors") == 50


def test_a_crawl_is_bounded_in_all(monkeypatch):
    monkeypatch.setattr("statuspool_mock.conformance.passive.crawler._MAX_BYTES", 100_000)
    with hostile(ENDLESS_PAGES) as url:
        crawler = Crawler(f"{url}/v1", "sp_test_pages", max_monitors=1, rate=100_000)
        with pytest.raises(CrawlFailed, match="in all"):
            list(crawler.crawl(errors=False))
