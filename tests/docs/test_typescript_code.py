"""The tests in TypeScript that the pages show are tests of the project that uses the package."""

import re

import pytest

from tests.docs.test_written_code import ROOT, Block, blocks_of

CONSUMER = ROOT / "npm" / "consumer"
NOT_RUN = "/__admin/mappings"  # WireMock, for comparison; the page says so
SHOWN = [
    block
    for page in ("README.md", "docs/typescript.md")
    for block in blocks_of(page)
    if block.language == "ts" and "\ntest(" in f"\n{block.code}" and NOT_RUN not in block.code
]
MOST_LINES = 8


def files_of_the_consumer() -> list[str]:
    files = sorted(CONSUMER.glob("*/*.ts"))
    return [path.read_text("utf-8") for path in files]


@pytest.mark.parametrize("block", SHOWN, ids=str)
def test_a_test_that_is_shown_is_run_by_the_consumer(block: Block):
    assert any(block.code in text for text in files_of_the_consumer())


def test_an_outage_takes_eight_lines_at_most_and_nineteen_by_hand():
    shown = [block.code for block in SHOWN if "page.goto" in block.code]
    lines = [len(code.strip().splitlines()) for code in shown if "page.route" not in code]
    assert len(lines) == 2
    assert max(lines) <= MOST_LINES
    (by_hand,) = [code for code in shown if "page.route" in code]
    assert len(by_hand.strip().splitlines()) == 19
    assert re.search(r"It is 19 lines long", (ROOT / "docs/typescript.md").read_text("utf-8"))
