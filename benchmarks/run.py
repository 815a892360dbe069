"""Compare the API with other servers and write docs/benchmarks.md: `make bench`.

`--quick` runs everything in short rounds and prints the page instead of writing it. `--short`
runs fewer rounds and writes the page.
"""

import argparse
import sys
from pathlib import Path

import contenders
import growth
import proxy
import readiness
import report
import rounds
import waits

import sandbox

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def main() -> int:
    """Return 0 if every target was met, else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="short rounds; print the page instead of writing it"
    )
    parser.add_argument("--short", action="store_true", help="fewer rounds")
    arguments = parser.parse_args()
    quick = arguments.quick
    turns, seconds, starts = (1, 1, 2) if quick else (2, 2, 4) if arguments.short else (5, 2, 7)

    contenders.install_peers()
    measured = rounds.measure(rounds=turns, seconds=seconds, progress=_progress)
    pages = growth.pages(rounds=turns, seconds=seconds, progress=_progress)
    holding = growth.holding(rounds=turns, seconds=seconds, progress=_progress)
    others = [one for one in contenders.peers() if one.name != contenders.PRISM_AS_MUCH]
    found = report.Findings(
        results=measured.results,
        growth=pages,
        holding=holding,
        readiness=readiness.measure(others, rounds=starts),
        sandbox=sandbox.measure(rounds=turns, seconds=seconds, progress=_progress),
        passing=proxy.measure(rounds=turns, seconds=seconds, progress=_progress),
        waits=list(waits.measured()),
        help_seconds=readiness.help_seconds(rounds=starts + 2),
        versions=contenders.versions(),
        settings=f"Medians of {turns} rounds of {seconds} s, and of {starts} starts. "
        + " ".join(
            filter(None, (rounds.about_rejected(measured.rejected), contenders.no_wiremock()))
        ),
    )
    page = report.markdown(found)
    if quick:
        sys.stdout.write(page)
    else:
        PAGE.write_text(page, "utf-8")
    compared = report.targets(found)
    for target in compared:
        _progress(f"{'met   ' if target.met else 'MISSED'} {target.promise}: {target.found}")
    return 0 if all(target.met for target in compared) else 1


def _progress(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
