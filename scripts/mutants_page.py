"""Print docs/mutants.md from the catalog; `make docs` writes the file."""

import sys
from itertools import groupby

from statuspool_mock.mutants.catalog import CATALOG

_HEAD = f"""# Would your tests notice?

A mutant is a server that breaks the API's contract in one realistic way. Run your tests, or any
verifier, against one: if they still pass, they would miss that mistake.

```sh
statuspool-mock serve --mutant put-not-stored
```

`--mutant` may be repeated to combine violations, and the server warns about its mutants on stderr.
Apart from them it is the mock as usual: sandboxes by key, scenarios, a clock, limits. Mutants are
deterministic. Mutants of the rate limit need a limit. The journal under `/_mock` records the server
behind the mutant, including the mutant's own requests.

With `serve --switch-mutants` they can be switched while the server runs, for all of its sandboxes:
in the [console](console.md) under Break it, with `statuspool-mock ctl mutants NAME…` (`--none`), or
with `PUT /_mock/mutants`. Servers that share a ledger need the same `--mutant` from their start
([fleet](fleet.md)).

There are {len(CATALOG)} of them, grouped by the part of the contract that they break.
`statuspool-mock mutants` prints this list, and `statuspool-mock mutants --json` prints it for
scripts, such as one that tests your own test suite:

```python
import json
import subprocess
import sys

listing = subprocess.run(
    [sys.executable, "-m", "statuspool_mock", "mutants", "--json"],
    capture_output=True,
    check=True,
)
for mutant in json.loads(listing.stdout):
    if mutant["group"] == "delete":
        print(mutant["name"], "-", mutant["wrong"])
```
"""


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def page() -> str:
    """Return the whole page."""
    parts = [_HEAD]
    for group, members in groupby(CATALOG, key=lambda mutant: mutant.group):
        rows = [_row(f"`{m.name}`", m.wrong, m.promise) for m in members]
        head = [
            _row("Mutant", "Defect", "Promise of the reference"),
            "|---|---|---|",
        ]
        parts.append("\n".join([f"## {group.capitalize()}", "", *head, *rows, ""]))
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.buffer.write(page().encode())
