"""Print docs/mutants.md, which is made from the gallery: `make docs` writes it."""

import sys
from itertools import groupby

from statuspool_mock.mutants.catalog import CATALOG

_HEAD = f"""# Would your tests notice?

A mutant is a server that breaks the API's contract in one realistic way. Run your tests, or any
verifier, against one; if they stay green, nobody would have told you.

```sh
statuspool-mock serve --mutant put-not-stored
```

`--mutant` may be repeated: violations add up, and the server says on stderr that it is one. Apart
from what a mutant does wrong the server is the mock as you know it: worlds by key, scenarios, a
clock, limits. Mutants are deterministic. One of the rate limit needs a limit to lie about. The
journal under `/_mock` tells of the server behind the mutant, the mutant's own questions included.

With `serve --switch-mutants` they are switched while the server runs, for all of its worlds: in the
[console](console.md) under Break it, with `statuspool-mock ctl mutants NAME…` (`--none`), or with
`PUT /_mock/mutants`.

There are {len(CATALOG)} of them, by the part of the contract that they break. `statuspool-mock
mutants` prints this list; `statuspool-mock mutants --json` is for scripts, such as one that puts
your own test suite to the test:

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
            _row("mutant", "what it does wrong", "what the reference promises"),
            "|---|---|---|",
        ]
        parts.append("\n".join([f"## {group.capitalize()}", "", *head, *rows, ""]))
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.buffer.write(page().encode())
