"""Results as one self-contained page."""

from collections.abc import Mapping
from html import escape

from statuspool_mock.conformance.active.reports.summary import (
    by_group,
    by_level,
    counts,
    headline,
    named,
)
from statuspool_mock.conformance.active.results import ClauseResult, Verdict
from statuspool_mock.conformance.active.run import VerificationRun

_STYLE = """
:root{color-scheme:light dark;--ink:#1c2430;--soft:#667085;--line:#e4e7ec;--back:#f6f7f9;
--card:#fff;--good:#12805c;--bad:#c4320a;--note:#8a6100;--dim:#98a2b3}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ef;--soft:#98a2b3;--line:#2b3340;--back:#12161d;
--card:#1a2029;--good:#4fc59b;--bad:#ff8a65;--note:#e0b04d;--dim:#667085}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:960px;margin:0 auto;padding:32px 20px 64px}
h1{font-size:22px;margin:0 0 4px;overflow-wrap:anywhere}h2{font-size:17px;margin:32px 0 10px}
p{margin:4px 0}.soft{color:var(--soft)}
.tiles{display:flex;flex-wrap:wrap;gap:10px;margin:20px 0}
.tile{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:10px 16px}
.tile b{display:block;font-size:24px;line-height:1.2}
.card{background:var(--card);border:1px solid var(--line);border-left:4px solid var(--bad);
border-radius:8px;padding:12px 16px;margin:10px 0}
.card h3{font-size:15px;margin:0;font-family:ui-monospace,monospace}
dl{display:grid;grid-template-columns:90px 1fr;gap:2px 12px;margin:8px 0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
pre{background:var(--back);border:1px solid var(--line);border-radius:6px;padding:8px 10px;
white-space:pre-wrap;overflow-wrap:anywhere;font-size:12.5px;margin:8px 0 0}
table{width:100%;border-collapse:collapse;background:var(--card);border:1px solid var(--line);
border-radius:8px}th,td{text-align:left;padding:6px 10px;border-bottom:1px solid var(--line);
vertical-align:top}th{color:var(--soft);font-weight:500}td.n,th.n{text-align:right}
.scroll{overflow-x:auto}.wide td{overflow-wrap:anywhere}.wide td:first-child{white-space:nowrap}
@media(max-width:600px){.wide td{display:block;border:0;padding:1px 10px}
.wide tr{display:block;border-bottom:1px solid var(--line);padding:5px 0}}
details{margin:6px 0}summary{cursor:pointer;padding:4px 0}code{font-size:13px}
.passed{color:var(--good)}.finding{color:var(--bad)}.note,.known{color:var(--note)}
.not{color:var(--soft)}
"""


def as_html(judgement: VerificationRun) -> bytes:
    """Return the page. Everything a server said is escaped."""
    findings = [r for r in judgement.results if r.verdict in {Verdict.FINDING, Verdict.KNOWN}]
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{escape(headline(judgement))}</title><style>{_STYLE}</style></head><body><main>",
        f'<h1>{escape(headline(judgement))}</h1><p class="soft">{escape(counts(judgement))}; ',
        f"profile {escape(str(judgement.options.profile))}</p>",
        _tiles(judgement),
        "<h2>Findings</h2>" if findings else "",
        *map(_finding, findings),
        _groups(judgement),
        _levels(judgement),
        "<h2>Every clause</h2>",
        *(_group(judgement, group) for group, _, _ in by_group(judgement)),
        _left(judgement),
        "</main></body></html>\n",
    ]
    return "".join(parts).encode("utf-8", "backslashreplace")


def _class(verdict: Verdict) -> str:
    return str(verdict).split()[0]


def _tiles(judgement: VerificationRun) -> str:
    tiles = [
        f'<div class="tile {_class(verdict)}"><b>{number}</b>{named(verdict, number)}</div>'
        for verdict in _told(judgement)
        for number in (judgement.count(verdict),)
    ]
    requests = f'<div class="tile"><b>{judgement.session.requests}</b>requests</div>'
    return f'<div class="tiles">{"".join(tiles)}{requests}</div>'


def _finding(result: ClauseResult) -> str:
    rows = (
        ("promised", result.clause.says),
        ("came", result.got),
        ("expected", result.expected),
        ("source", f"{result.clause.level}: {result.clause.section}"),
    )
    cells = "".join(f"<dt>{name}</dt><dd>{escape(text)}</dd>" for name, text in rows)
    curl = f"<pre>{escape(result.curl)}</pre>" if result.curl else ""
    known = " (known)" if result.verdict is Verdict.KNOWN else ""
    return (
        f'<section class="card"><h3>{escape(result.clause.id)}{known}</h3><dl>{cells}</dl>'
        f"{curl}</section>"
    )


def _told(judgement: VerificationRun) -> list[Verdict]:
    """Return the verdicts that came up, and the two that everybody looks for."""
    always = {Verdict.PASSED, Verdict.FINDING}
    return [verdict for verdict in Verdict if judgement.count(verdict) or verdict in always]


def _row(name: str, found: Mapping[Verdict, int], verdicts: list[Verdict]) -> str:
    cells = "".join(
        f'<td class="n {_class(verdict)}">{found[verdict] or ""}</td>' for verdict in verdicts
    )
    return f"<td>{escape(name)}</td>{cells}"


def _table(first: str, verdicts: list[Verdict], rows: list[str], *, last: str = "") -> str:
    head = "".join(f'<th class="n">{verdict}</th>' for verdict in verdicts)
    end = f'<th class="n">{last}</th>' if last else ""
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f'<div class="scroll"><table><tr><th>{first}</th>{head}{end}</tr>{body}</table></div>'


def _groups(judgement: VerificationRun) -> str:
    verdicts = _told(judgement)
    rows = [
        f'{_row(group, found, verdicts)}<td class="n">{requests}</td>'
        for group, found, requests in by_group(judgement)
    ]
    return f"<h2>By group</h2>{_table('group', verdicts, rows, last='requests')}"


def _levels(judgement: VerificationRun) -> str:
    verdicts = _told(judgement)
    rows = [_row(level, found, verdicts) for level, found in by_level(judgement)]
    return f"<h2>By level</h2>{_table('level', verdicts, rows)}"


def _group(judgement: VerificationRun, group: str) -> str:
    results = [result for result in judgement.results if result.clause.group == group]
    rows = "".join(
        f'<tr><td class="{_class(r.verdict)}">{r.verdict}</td>'
        f"<td><code>{escape(r.clause.id)}</code></td>"
        f"<td>{escape(r.clause.says)}{_why(r)}</td></tr>"
        for r in results
    )
    return (
        f"<details><summary>{escape(group)} ({len(results)})</summary>"
        f'<div class="scroll"><table class="wide">{rows}</table></div></details>'
    )


def _why(result: ClauseResult) -> str:
    told = [*result.notes, *([result.reason] if result.reason else [])]
    return "".join(f'<p class="soft">{escape(text)}</p>' for text in told)


def _left(judgement: VerificationRun) -> str:
    items = "".join(f"<li>{escape(text)}</li>" for text in judgement.left)
    return f"<h2>Left behind</h2><ul>{items}</ul>" if items else ""
