"""Write the page of mutation scores, in the terms of the literature on mutation testing."""

from collections.abc import Iterator
from statistics import median

from comparison import Comparison, line, row


def score_page(found: Comparison) -> str:
    """Return the page as Markdown."""
    return "\n".join([*_head(found), *_table(found), *_groups(found), *_survivors(found)]) + "\n"


def _head(found: Comparison) -> Iterator[str]:
    tried, all_of_them = len(found.wrong), found.mutants
    which = "All" if tried == all_of_them else f"{tried} of them, evenly chosen,"
    yield f"""# Mutation score

How many known faults each tool finds, and how many it reports that are none. Made by `make score`.

- A *fault* is one of the {all_of_them} [mutants](mutants.md): the mock with one promise of the
  reference broken. {which} were tested.
- A fault is *found* (the mutant is killed) if the tool reports something that it does not report of
  the mock without mutants. The *mutation score* is the share of faults found. No mutant is
  equivalent to the mock: a probe in `tests/mutants` fails on each.
- A *false alarm* is a report about one of {len(found.right)} right servers: the mock, and
  implementations that read differently what the reference leaves open.
- *Precision* is the share of faults found among them and the false alarms.

{found.settings}
`verify` had all four keys, `--allow-permanent` and `--webhook-listen`. Schemathesis has no check
for a rate limit, and was not run on those mutants: they count as not found.
"""


def _table(found: Comparison) -> Iterator[str]:
    tried, tools = len(found.wrong), found.tools
    alarms = {t: sum(len(by[t].trial.alarms) for by in found.right.values()) for t in tools}
    kills = {tool: found.kills(tool) for tool in tools}
    requests = {tool: _requests(found, tool) for tool in tools}
    yield row("", *(f"`{tool}`" for tool in tools))
    yield line("--:" for _ in tools)
    yield row("faults", *(tried for _ in tools))
    yield row("faults found", *(kills[tool] for tool in tools))
    yield row("**mutation score**", *(f"**{_percent(kills[tool], tried)}**" for tool in tools))
    yield row(f"false alarms on {len(found.right)} right servers", *(alarms[t] for t in tools))
    yield row("precision", *(_percent(kills[t], kills[t] + alarms[t]) for t in tools))
    yield row("requests of a run, median", *(round(median(requests[tool])) for tool in tools))
    yield row("requests of a run, most", *(max(requests[tool]) for tool in tools))
    yield ""


def _requests(found: Comparison, tool: str) -> list[int]:
    sent = [by[tool].requests for by in found.wrong.values() if by[tool].requests]
    return sent or [0]


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def _groups(found: Comparison) -> Iterator[str]:
    yield "## By group\n"
    yield row("group", "faults", *(f"`{tool}`" for tool in found.tools))
    yield line("--:" for _ in range(len(found.tools) + 1))
    for group in dict.fromkeys(found.groups.values()):
        tried = sum(each == group for each in found.groups.values())
        scores = (_percent(found.kills(tool, group=group), tried) for tool in found.tools)
        yield row(group, tried, *scores)
    yield ""


def _survivors(found: Comparison) -> Iterator[str]:
    yield "## Faults that were not found\n"
    for tool in found.tools:
        names = [mutant for mutant in found.wrong if not found.signs(mutant, tool)]
        listed = ", ".join(f"`{name}`" for name in names) or "none"
        yield f"- `{tool}`: {listed}"
