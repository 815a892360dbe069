"""Compare `verify` with stock Schemathesis and write docs/schemathesis.md: `make compare`.

Both test the same servers: correct ones, which should raise no alarm, and mutants, which should.
A mutant takes about half a minute of processor time.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path

from comparison import Comparison, Right, page
from scoring import score_page
from verifiers import (
    Cost,
    Keys,
    Schemathesis,
    Tool,
    Trial,
    Verify,
    fresh_keys,
    inventory,
    mock,
    provider,
)

from statuspool_mock.mutants.catalog import CATALOG

_MOCK = "the mock"
_RIGHT = (_MOCK, "like-the-samples", "newest-first", "stern", "busy")
_NOT_COMPARED = "rate limiter"  # Schemathesis has no check for it
_OTHER_SEEDS = (2, 3)


def main() -> None:
    """Test every server with every tool, and print the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--every", type=int, default=4, metavar="N", help="test every Nth mutant (default: 4)")
    add(
        "--max-examples",
        type=int,
        default=10,
        metavar="N",
        help="option of schemathesis run (default: 10)",
    )
    add(
        "--jobs",
        type=int,
        default=2,
        metavar="N",
        help="number of servers to test at once (default: 2)",
    )
    add("--score", type=Path, metavar="FILE", help="also write the page of mutation scores")
    arguments = parser.parse_args()
    stock = Schemathesis(arguments.max_examples)
    tools = (Verify("quick"), Verify("standard"), stock)
    mutants = [mutant for mutant in CATALOG if mutant.group != _NOT_COMPARED]
    tried = mutants[:: arguments.every]
    limiter = [mutant for mutant in CATALOG if mutant.group == _NOT_COMPARED]
    limited = limiter[:: arguments.every] if arguments.score else []

    with ThreadPoolExecutor(arguments.jobs) as pool:
        rights = pool.map(partial(_test_correct, tools=tools), _RIGHT)
        others = pool.map(partial(_alarms_of_the_mock, arguments.max_examples), _OTHER_SEEDS)
        wrongs = pool.map(partial(_test_mutant, tools=tools), [each.name for each in tried])
        more = pool.map(partial(_test_limiter, tools=tools), [each.name for each in limited])
        right = dict(zip(_RIGHT, rights, strict=True))
        wrong = {each.name: trials for each, trials in zip(tried, wrongs, strict=True)}
        of_limiter = {each.name: trials for each, trials in zip(limited, more, strict=True)}
        noise = right[_MOCK][stock.name].trial.alarms.union(*others)
    found = Comparison(
        tools=tuple(tool.name for tool in tools),
        stock=stock.name,
        right=right,
        groups={mutant.name: mutant.group for mutant in tried},
        mutants=len(mutants),
        wrong=wrong,
        noise=noise,
        settings=(
            f"Schemathesis {version('schemathesis')} ran with `--max-examples "
            f"{arguments.max_examples}` and its defaults."
        ),
    )
    sys.stdout.buffer.write(page(found).encode())
    if arguments.score:
        groups = {each.name: each.group for each in (*tried, *limited)}
        whole = replace(found, groups=groups, mutants=len(CATALOG), wrong={**wrong, **of_limiter})
        arguments.score.write_text(score_page(whole), "utf-8")


def _test_correct(name: str, tools: Sequence[Tool]) -> dict[str, Right]:
    """Test a correct server with each tool, and list its objects before and after."""
    found = {}
    for tool in tools:
        with _serving(name) as (url, keys):
            before = inventory(url, keys)
            trial = tool.run(url, keys)
            found[tool.name] = Right(trial, before, inventory(url, keys))
        _progress(name, tool, trial)
    return found


@contextmanager
def _serving(name: str) -> Iterator[tuple[str, Keys]]:
    if name == _MOCK:
        with mock() as url:
            yield url, fresh_keys()
    else:
        with provider(name) as served:
            yield served


def _alarms_of_the_mock(max_examples: int, seed: int) -> frozenset[str]:
    """Return the alarms of Schemathesis about the mock with this seed. They detect no mutant."""
    with mock() as url:
        return Schemathesis(max_examples, seed=seed).run(url, fresh_keys()).alarms


def _test_mutant(name: str, tools: Sequence[Tool]) -> dict[str, Trial]:
    found = {}
    with mock(name) as url:
        for tool in tools:
            trial = found[tool.name] = tool.run(url, fresh_keys())
            _progress(name, tool, trial)
    return found


def _test_limiter(name: str, tools: Sequence[Tool]) -> dict[str, Trial]:
    """Test a mutant of the rate limiter, for which Schemathesis has no check."""
    found = {tool.name: Trial(frozenset(), 0, Cost(0.0, 0.0)) for tool in tools}
    for tool in tools:
        if isinstance(tool, Verify):
            with mock(name, limited=True) as url:
                trial = found[tool.name] = replace(tool, limited=True).run(url, fresh_keys())
            _progress(name, tool, trial)
    return found


def _progress(name: str, tool: Tool, trial: Trial) -> None:
    alarms = trial.error or ", ".join(sorted(trial.alarms)[:3]) or "nothing"
    sys.stderr.write(
        f"{name}: {tool.name}: {alarms} ({trial.requests}, {trial.cost.seconds:.0f} s)\n"
    )


if __name__ == "__main__":
    main()
