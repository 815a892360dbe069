"""Print docs/verify.md, whose list of clauses is that of the code."""

import sys
from itertools import groupby
from pathlib import Path

from statuspool_mock.conformance.active.clauses import CLAUSES

MARK = "<!-- what follows is made by scripts/clauses_page.py -->\n"


def main() -> None:
    """Write the page as it is, with the list anew."""
    page = Path(__file__).parents[1] / "docs" / "verify.md"
    written = page.read_text("utf-8").partition(MARK)[0]
    lines = [f"\n## The {len(CLAUSES)} clauses\n"]
    for group, members in groupby(
        sorted(CLAUSES, key=lambda clause: clause.group), key=lambda clause: clause.group
    ):
        lines += [
            f"\n### {group}\n",
            "\n| clause | level | what it says | section |\n|---|---|---|---|\n",
        ]
        for clause in members:
            says = clause.says.replace("|", "&#124;").replace("<", "&lt;")
            lines.append(f"| `{clause.id}` | {clause.level} | {says} | {clause.section} |\n")
    sys.stdout.buffer.write((written + MARK + "".join(lines)).encode())


main()
