"""What POST /monitors makes. Reference: Monitors, POST /monitors."""

from statuspool_mock.conformance.active.assertions import (
    expect,
    expect_equal,
    expect_status,
    ids,
)
from statuspool_mock.conformance.active.clause import Check, ClauseGroup
from statuspool_mock.conformance.active.context import REGIONS, Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level, Need
from statuspool_mock.conformance.active.session import MAIN
from statuspool_mock.time_parsing import moment

chapter = ClauseGroup("create", section="Monitors, POST /monitors")
chapters = (chapter,)
_WRITES = (Need.WRITES,)
FIELDS = ("name", "url", "interval_seconds", "expected_status", "regions", "tags")


@chapter.clause("documented-example", "POST /monitors creates a monitor.", needs=_WRITES)
def _(scene: Context) -> None:
    answer = scene.full_answer()
    expect_status(answer, 201, 200)
    if answer.status == 200:
        scene.note("POST /monitors answers 200; the reference names no code, 201 is usual.")
    expect(answer.fields.get("id"), answer.summary(), "the monitor with its id", answer)


def _kept(field: str) -> Check:
    def check(scene: Context) -> None:
        made = scene.full()
        if field in made:
            expect_equal(made[field], scene.example[field], field, scene.full_answer())
        answer = _stored(scene)
        expect_equal(answer.get(field), scene.example[field], f"stored {field}", _last(scene))

    return check


def _stored(scene: Context) -> dict[str, object]:
    if "stored example" not in scene.kept:
        scene.kept["stored example"] = scene.read(scene.full()["id"])
        scene.kept["stored answer"] = scene.api.exchanges[-1]
    found: dict[str, object] = scene.kept["stored example"]
    return found


def _last(scene: Context) -> ServerResponse:
    found: ServerResponse = scene.kept["stored answer"]
    return found


for _field in FIELDS:
    chapter.clause(
        f"keeps-{_field.replace('_', '-')}",
        f"The sent {_field} is that of the created monitor, in the answer and when read back.",
        needs=_WRITES,
        requests=0,
    )(_kept(_field))


@chapter.clause(
    "default-regions",
    "Without regions a monitor is checked from eu-central-1, us-east-1 and ap-northeast-1.",
    needs=_WRITES,
)
def _(scene: Context) -> None:
    now = scene.read(scene.minimal()["id"])
    scene.kept["stored minimal"] = now
    regions = now.get("regions")
    last = scene.api.exchanges[-1]
    expect(isinstance(regions, list), f"regions {regions!r}", repr(REGIONS), last)
    expect(
        isinstance(regions, list) and sorted(map(str, regions)) == sorted(REGIONS),
        f"regions {regions!r}",
        repr(REGIONS),
        last,
    )


@chapter.clause(
    "default-expected-status",
    "Without expected_status a monitor expects 200.",
    needs=_WRITES,
    requests=0,
)
def _(scene: Context) -> None:
    now = scene.kept.get("stored minimal") or scene.read(scene.minimal()["id"])
    expect_equal(now.get("expected_status"), 200, "expected_status", scene.api.exchanges[-1])


@chapter.clause(
    "default-tags",
    "Without tags a monitor has none.",
    level=Level.INFERRED,
    needs=_WRITES,
    requests=0,
)
def _(scene: Context) -> None:
    now = scene.kept.get("stored minimal") or scene.read(scene.minimal()["id"])
    expect(not now.get("tags"), f"tags {now.get('tags')!r}", "none")


@chapter.clause(
    "is-listed",
    "A created monitor is in the list of all monitors.",
    section="Monitors, GET /monitors",
    needs=_WRITES,
    requests=3,
)
def _(scene: Context) -> None:
    scene.existing()  # the list has been read before: it may be cached now
    made = scene.make(name=f"{scene.mark} listed")["id"]
    pages = scene.pages("/monitors", limit=100, most=30)
    listed = [item for page in pages for item in page.results]
    if made not in ids(listed):
        total = pages[-1].fields.get("total_pages")
        if isinstance(total, int) and total > len(pages):
            raise NotVerified("the list is too long to read it all")
        expect(made in ids(listed), f"no {made} in it", "the created monitor", pages[-1])
    scene.kept["listed"] = listed


@chapter.clause(
    "makes-one",
    "POST /monitors creates one monitor.",
    needs=_WRITES,
    requests=0,
)
def _(scene: Context) -> None:
    listed = scene.kept.get("listed")
    if listed is None:
        raise NotVerified("the list does not hold what was created")
    mine = [m for m in listed if isinstance(m, dict) and scene.mark in str(m.get("name"))]
    strays = [
        str(m["id"]) for m in mine if "id" in m and str(m["id"]) not in scene.api.ledger.monitors
    ]
    for monitor_id in strays:
        scene.api.ledger.adopt(monitor_id, key=MAIN)
    expect(not strays, f"monitors {strays[:2]} which no answer told of", "one for each POST")


@chapter.clause(
    "listed-as-it-is",
    "The list tells the created monitor's name and url as they were sent.",
    section="Code Examples, List Monitors",
    level=Level.SAMPLE,
    needs=_WRITES,
    requests=0,
)
def _(scene: Context) -> None:
    listed = {m.get("id"): m for m in scene.kept.get("listed", ()) if isinstance(m, dict)}
    mine = listed.get(scene.full()["id"])
    if mine is None:
        raise NotVerified("the list does not hold it")
    expect_equal(mine.get("name"), scene.example["name"], "name")
    for field in FIELDS:
        if field in mine:
            expect_equal(mine[field], scene.example[field], f"listed {field}")


@chapter.clause("ids-differ", "Each monitor has an id of its own.", needs=_WRITES, requests=0)
def _(scene: Context) -> None:
    expect(
        scene.full()["id"] != scene.minimal()["id"], "the same id twice", "an id for each monitor"
    )


@chapter.clause(
    "times-are-now",
    "created_at and updated_at of a new monitor, where told, are the time of its creation.",
    level=Level.INFERRED,
    needs=_WRITES,
    requests=0,
)
def _(scene: Context) -> None:
    answer, made = scene.full_answer(), scene.full()
    times = [moment(made[name]) for name in ("created_at", "updated_at") if name in made]
    known = [time for time in times if time is not None]
    if not known:
        raise NotVerified("the answer tells neither")
    apart = max(known) - min(known)
    expect(apart.total_seconds() <= 5, f"times {apart} apart", "the same time", answer)


_TEXTS = {
    "em-dash": "café — naïve",
    "emoji": "ship 🚢 and 👩‍💻",
    "combining": "cafe\u0301 A\u030angstro\u0308m",
    "other-scripts": "Мониторинг 監視 مراقبة",
    "markup": "<b>A & B</b> \"quoted\" 'it' \\ %20",
}


@chapter.clause(
    "unicode-name",
    "A name is kept character by character: dashes, emoji, combining marks, other scripts, markup.",
    needs=_WRITES,
    requests=2,
)
def _(scene: Context) -> None:
    name = " ".join(_TEXTS.values())
    answer = scene.api.send("POST", "/monitors", value=scene.body(name=name))
    expect_status(answer, 201, 200, because=f"{name!r} is a good name")
    now = scene.read(str(answer.fields.get("id")))
    expect_equal(now.get("name"), name, "name", answer)


@chapter.clause(
    "unicode-tags",
    "Tags are kept as they were sent, in order, letter case and characters.",
    needs=_WRITES,
    requests=2,
)
def _(scene: Context) -> None:
    tags = ["Zeta", "alpha", "ÄÖ — 🚢", "cafe\u0301", "a,b"]
    made = scene.make(name=f"{scene.mark} tags", tags=tags)
    expect_equal(scene.read(made["id"]).get("tags"), tags, "tags", scene.api.exchanges[-1])


@chapter.clause(
    "unicode-escapes",
    "JSON escapes in a body mean the characters that they stand for.",
    needs=(Need.WRITES, Need.TIME),
    requests=2,
)
def _(scene: Context) -> None:
    body = (
        f'{{"name": "{scene.mark} \\u2014 \\ud83d\\udea2", "url": "https:\\/\\/api.example.com\\/",'
        ' "interval_seconds": 60}'
    )
    answer = scene.api.send("POST", "/monitors", body=body.encode())
    expect_status(answer, 201, 200)
    now = scene.read(str(answer.fields.get("id")))
    expect_equal(now.get("name"), f"{scene.mark} — 🚢", "name", answer)
