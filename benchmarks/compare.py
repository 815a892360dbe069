"""Hold the judge beside stock Schemathesis and write docs/schemathesis.md: `make compare`.

Both judge the same servers: right ones, which nobody should accuse, and mutants, which somebody
should. It takes about half a minute of processor time for each mutant.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version

from comparison import Comparison, Right, page
from verifiers import (
    Judge,
    Keys,
    Schemathesis,
    Trial,
    Verify,
    fresh_keys,
    inventory,
    mock,
    provider,
)

from statuspool_mock.mutants.catalog import CATALOG

_MOCK = "the mock"
_RIGHT = (_MOCK, "like-the-samples", "newest-first", "stern")
_NOT_COMPARED = "rate limiter"  # no check of Schemathesis is about it
_OTHER_SEEDS = (2, 3)


def main() -> None:
    """Judge every server with every judge, and print the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--every", type=int, default=4, metavar="N", help="try each Nth mutant (4)")
    add("--max-examples", type=int, default=10, metavar="N", help="of schemathesis run (10)")
    add("--jobs", type=int, default=2, metavar="N", help="how many servers at once (2)")
    arguments = parser.parse_args()
    stock = Schemathesis(arguments.max_examples)
    judges = (Verify("quick"), Verify("standard"), stock)
    mutants = [mutant for mutant in CATALOG if mutant.group != _NOT_COMPARED]
    tried = mutants[:: arguments.every]

    with ThreadPoolExecutor(arguments.jobs) as pool:
        rights = pool.map(partial(_judge_right, judges=judges), _RIGHT)
        others = pool.map(partial(_alarms_of_the_mock, arguments.max_examples), _OTHER_SEEDS)
        wrongs = pool.map(partial(_judge_mutant, judges=judges), [each.name for each in tried])
        right = dict(zip(_RIGHT, rights, strict=True))
        wrong = {each.name: trials for each, trials in zip(tried, wrongs, strict=True)}
        noise = right[_MOCK][stock.name].trial.alarms.union(*others)
    found = Comparison(
        judges=tuple(judge.name for judge in judges),
        stock=stock.name,
        right=right,
        groups={mutant.name: mutant.group for mutant in tried},
        gallery=len(mutants),
        wrong=wrong,
        noise=noise,
        settings=(
            f"Schemathesis {version('schemathesis')} ran with `--max-examples "
            f"{arguments.max_examples}` and its defaults."
        ),
    )
    sys.stdout.buffer.write(page(found).encode())


def _judge_right(name: str, judges: Sequence[Judge]) -> dict[str, Right]:
    """Judge a right server anew with each judge, and take stock before and after."""
    found = {}
    for judge in judges:
        with _serving(name) as (url, keys):
            before = inventory(url, keys)
            trial = judge.judge(url, keys)
            found[judge.name] = Right(trial, before, inventory(url, keys))
        _tell(name, judge, trial)
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
    """Return what Schemathesis says of the mock under a seed: it is no sign of a mutant."""
    with mock() as url:
        return Schemathesis(max_examples, seed=seed).judge(url, fresh_keys()).alarms


def _judge_mutant(name: str, judges: Sequence[Judge]) -> dict[str, Trial]:
    found = {}
    with mock(name) as url:
        for judge in judges:
            trial = found[judge.name] = judge.judge(url, fresh_keys())
            _tell(name, judge, trial)
    return found


def _tell(name: str, judge: Judge, trial: Trial) -> None:
    told = trial.trouble or ", ".join(sorted(trial.alarms)[:3]) or "nothing"
    sys.stderr.write(
        f"{name}: {judge.name}: {told} ({trial.requests}, {trial.cost.seconds:.0f} s)\n"
    )


if __name__ == "__main__":
    main()
