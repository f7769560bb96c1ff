"""What the insights show, as tables and as charts beside them."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from flask import current_app, request, url_for

from annotate import rules
from annotate.agreeing import PairAgreement, Report, find_report
from annotate.agreement import Agreement, Figure
from annotate.database import Database
from annotate.store.insights import Sums, sum_by_collection, sum_figures
from annotate.store.reviewers import Person, list_reviewers
from annotate.views.tables import Cell, Table, table
from schemas.terms import LABELS, LISTED_STATES, STATUSES, VERDICTS

N_DAYS = 30
MOST_DRAWN = 20  # rows of a chart; its table has them all
AGES = (  # days since a document was loaded, at least
    (28, "four weeks or more"),
    (7, "one to four weeks"),
    (3, "three to six days"),
    (1, "one or two days"),
    (0, "today"),
)
RELIABLE, TENTATIVE = 0.8, 0.667  # Krippendorff (2004): to rely on; for tentative conclusions
COUNTS = ("documents", "sentences", "decided", "in_dispute", "reviews", "checkable", "settled")
OF_PEOPLE = ("begun", "signed_off", "votes", "checked")
AGREED = ("Sentences", "Per cent", "Alpha", "AC1", "Kappa")
BY_DAY = ("signed_off_on", "votes_on", "settled_on")


class Measure(NamedTuple):
    """A coefficient as the page tells it."""

    key: str
    name: str
    about: str


MEASURES = (
    Measure("krippendorff", "Krippendorff’s alpha", "any number of people, missing votes, chance taken off"),
    Measure("ac1", "Gwet’s AC1", "chance taken off, steadier where one label is far more frequent"),
    Measure("cohen", "Cohen’s kappa", "chance taken off, the mean of all pairs of people"),
    Measure("per_cent", "Per cent", "equal pairs of votes, chance included"),
)


class Desk:
    """The figures that somebody may see, each read when it is first asked for."""

    def __init__(self, db: Database, reader: Person, collection: str | None) -> None:
        self.db, self.reader, self.collection = db, reader, collection
        self.sees_people = rules.may(reader.role, "see_people")
        self.today = date.fromisoformat(time.strftime("%Y-%m-%d", time.gmtime()))

    @cached_property
    def all_collections(self) -> list[str]:
        """The names of all collections that they may see."""
        return list(sum_by_collection(self.db, self.reader, ["documents"]))

    @cached_property
    def by_collection(self) -> dict[str, Sums]:
        """Figures of each, or of the chosen one."""
        return sum_by_collection(self.db, self.reader, COUNTS, collection=self.collection)

    @cached_property
    def _found(self) -> tuple[Report, bool]:
        return find_report(self.db, self.reader, collection=self.collection)

    @property
    def report(self) -> Report:
        """The agreement, without intervals by label and the like."""
        return self._found[0]

    @property
    def is_report_new(self) -> bool:
        """Whether no document was opened since."""
        return self._found[1]

    def sums(self, *names: str, since: str = "") -> Sums:
        """Figures of all collections, or of the chosen one."""
        return sum_figures(self.db, self.reader, names, collection=self.collection, since=since)


def in_words(figure: Figure, key: str) -> str:
    """Say how far a coefficient carries, by Krippendorff's own rule."""
    if figure.value is None:
        return figure.reason or ""
    if key == "per_cent":
        return f"{figure.value:.0f} of 100 pairs of votes are equal."
    if figure.value >= RELIABLE:
        return (
            "To rely on." if (figure.low or 0) >= RELIABLE else "To rely on, though it may be less by chance."
        )
    if figure.value >= TENTATIVE:
        return "For tentative conclusions only."
    return "Too low to rest conclusions on."


def _agreement(desk: Desk) -> Table:
    figures = [(each, getattr(desk.report, each.key)) for each in MEASURES]
    return table(
        "agreement",
        ("Coefficient", "Value", "From", "To", "Sentences", "Samples", "In words"),
        [
            (
                each.name,
                found.value,
                found.low,
                found.high,
                found.n,
                found.resamples,
                in_words(found, each.key),
            )
            for each, found in figures
        ],
    )


def _by_label(desk: Desk) -> Table:
    rows = [_agreed(_words(label), found) for label, found in desk.report.by_label.items()]
    return table("agreement_by_label", ("Label", *AGREED), rows)


def _by_collection(desk: Desk) -> Table:
    rows = [_agreed(name, found) for name, found in desk.report.by_collection.items()]
    return table("agreement_by_collection", ("Collection", *AGREED), rows)


def _agreed(name: str, found: Agreement) -> tuple[Cell, ...]:
    per_cent, *others = found.per_cent, found.krippendorff, found.ac1, found.cohen
    return (name, per_cent.n, _rounded(per_cent, 1), *(_rounded(each, 2) for each in others))


def _rounded(figure: Figure, digits: int) -> float | None:
    return None if figure.value is None else round(figure.value, digits)


def _collections(desk: Desk) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for name, sums in desk.by_collection.items():
        states, reviews = sums["documents"], sums["reviews"]
        rows.append(
            (
                name,
                sum(states.values()),
                *(states.get(state, 0) for state in ("open", "in_dispute", "decided", "closed")),
                reviews.get("done", 0),
                reviews.get("wanted", 0),
                *(sums[each].get("", 0) for each in ("sentences", "decided", "in_dispute", "settled")),
            )
        )
    return table(
        "collections",
        (
            "Collection",
            "Documents",
            "Open",
            "In dispute",
            "Decided",
            "Closed",
            "Sign-offs",
            "Sign-offs wanted",
            "Sentences",
            "Sentences decided",
            "Sentences in dispute",
            "Checks settled",
        ),
        rows,
        *(url_for("pages.documents", collection=name) for name in desk.by_collection),
    )


def _people(desk: Desk) -> Table:
    sums = desk.sums(*OF_PEOPLE)
    names = {str(each.id): each.name for each in list_reviewers(desk.db)}
    seen = {who for each in sums.values() for who in each}
    if not desk.sees_people:
        seen &= {str(desk.reader.id)}
    rows: list[tuple[Cell, ...]] = [
        (name, *(sums[each].get(who, 0) for each in OF_PEOPLE)) for who, name in names.items() if who in seen
    ]
    return table("people", ("Person", "At work on", "Signed off", "Votes", "Checks settled"), rows)


def _days(desk: Desk) -> Table:
    days = [str(desk.today - timedelta(days=back)) for back in range(N_DAYS - 1, -1, -1)]
    sums = desk.sums(*BY_DAY, since=days[0])
    rows: list[tuple[Cell, ...]] = [(day, *(sums[each].get(day, 0) for each in BY_DAY)) for day in days]
    return table("days", ("Day (UTC)", "Sign-offs", "Votes", "Checks settled"), rows)


def _labels(desk: Desk) -> Table:
    found = desk.sums("labels")["labels"]
    return _shares("labels", "Label", {label: found.get(label, 0) for label in LABELS}, "Sentences")


def _shares(name: str, first: str, counts: dict[str, int], what: str, *links: str | None) -> Table:
    total = sum(counts.values())
    rows: list[tuple[Cell, ...]] = [
        (_words(term), n, round(100 * n / total, 1) if total else None) for term, n in counts.items()
    ]
    return table(name, (first, what, "Per cent"), rows, *links)


def _words(term: str) -> str:
    return term.replace("_", " ").capitalize()


def _pairs(desk: Desk) -> Table:
    """Of everybody for editors; a reviewer sees how far they differ from all others together."""
    columns = ("Person", "And", "Sentences", "Per cent", "Kappa", "Why no kappa")
    if desk.sees_people:
        rows = [_pair(each) for each in desk.report.by_pair]
        links = [_disputes(desk, reviewer=each.reviewers[0]) for each in desk.report.by_pair]
        n_columns = 6 if any(row[5] for row in rows) else 5
        return table("pairs", columns[:n_columns], [row[:n_columns] for row in rows], *links)
    mine = [each.per_cent for each in desk.report.by_pair if desk.reader.name in each.reviewers]
    n = sum(each.n for each in mine)
    equal = sum(each.n * (each.value or 0) for each in mine)
    return table(
        "pairs", columns[:4], [(desk.reader.name, "all others", n, round(equal / n, 1))] if n else []
    )


def _pair(each: PairAgreement) -> tuple[Cell, ...]:
    kappa = each.cohen
    return (*each.reviewers, each.per_cent.n, _rounded(each.per_cent, 1), _rounded(kappa, 2), kappa.reason)


def _confusions(desk: Desk) -> Table:
    rows: list[tuple[Cell, ...]] = []
    links = []
    for *labels, n in desk.report.confusions:
        one, other = sorted(map(str, labels), key=LABELS.index)
        rows.append((_words(one), _words(other), n))
        links.append(_disputes(desk, pair=f"{one}-{other}"))
    return table("confusions", ("Label", "And", "Pairs of votes"), rows, *links)


def _age(desk: Desk) -> Table:
    sums = desk.sums("open_since", "unchecked_since")
    open_, unchecked = ({name: 0 for _, name in AGES} for _ in range(2))
    for counts, found in ((open_, sums["open_since"]), (unchecked, sums["unchecked_since"])):
        for day, n in found.items():
            counts[_age_of((desk.today - date.fromisoformat(day)).days)] += n
    rows: list[tuple[Cell, ...]] = [
        (name.capitalize(), open_[name], unchecked[name]) for _, name in reversed(AGES)
    ]
    return table("age", ("Loaded", "Documents not decided", "Claims and quotes unchecked"), rows)


def _age_of(days: int) -> str:
    return next((name for least, name in AGES if days >= least), AGES[-1][1])


def _checks(desk: Desk) -> Table:
    sums = desk.sums("unchecked", "statuses")
    counts = {"unchecked": sums["unchecked"].get("", 0)}
    counts |= {status: sums["statuses"].get(status, 0) for status in STATUSES if status != "unchecked"}
    links = [_board(status=status) for status in counts]
    return _shares("checks", "Status", counts, "Claims and quotes", *links)


def _verdicts(desk: Desk) -> Table:
    found = desk.sums("verdicts")["verdicts"]
    counts = {verdict: found[verdict] for verdict in VERDICTS if found.get(verdict)}
    links = [_board(status="settled", verdict=verdict) for verdict in counts]
    return _shares("verdicts", "Verdict", counts, "Settled", *links)


def _board(**wanted: str) -> str | None:
    """Return where the verification desk shows such checks."""
    return _leads_to("desk.board", wanted)


def _disputes(desk: Desk, **wanted: str) -> str | None:
    """Return where editors find what of such votes is still in dispute."""
    return _leads_to("adjudication.board", wanted) if rules.may(desk.reader.role, "adjudicate") else None


def _leads_to(endpoint: str, wanted: dict[str, str]) -> str | None:
    if endpoint not in current_app.view_functions:
        return None
    values: dict[str, Any] = {**wanted, "collection": request.args.get("collection") or None}
    return url_for(endpoint, **values)


TABLES: dict[str, Callable[[Desk], Table]] = {
    "agreement": _agreement,
    "agreement_by_label": _by_label,
    "agreement_by_collection": _by_collection,
    "collections": _collections,
    "people": _people,
    "days": _days,
    "labels": _labels,
    "pairs": _pairs,
    "confusions": _confusions,
    "age": _age,
    "checks": _checks,
    "verdicts": _verdicts,
}


# ----------------------------------------------------------------------------------------------- the charts

Bar = tuple[Cell, Cell, str]  # name, number, and kind, which is a class of the style sheet


def charts(desk: Desk, tables: dict[str, Table]) -> dict[str, Any]:
    """Return what the charts draw; the kinds of bars are classes of the style sheet."""
    kinds = ("none", "boilerplate", "accent", "good")
    return {
        "progress": [_progress(name, sums) for name, sums in list(desk.by_collection.items())[:MOST_DRAWN]],
        "states": _add_states(desk),
        "worst_pairs": _worst_pairs(desk, tables["pairs"]),
        "confusions": [(f"{row[0]} and {row[1]}", row[2], "bad") for row in tables["confusions"].rows],
        "people": _bars(tables["people"], 2)[:MOST_DRAWN],
        "days": [[(row[0], row[column]) for row in tables["days"].rows] for column in (1, 2, 3)],
        "ages": [_bars(tables["age"], column) for column in (1, 2)],
        "labels": [(*row[:2], label) for row, label in zip(tables["labels"].rows, LABELS, strict=True)],
        "checks": [(*row[:2], kind) for row, kind in zip(tables["checks"].rows, kinds, strict=True)],
        "verdicts": _bars(tables["verdicts"], 1),
    }


def _bars(shown: Table, column: int) -> list[Bar]:
    return [(row[0], row[column], "accent") for row in shown.rows]


def _progress(name: str, sums: Sums) -> tuple[str, list[tuple[str, int, str]]]:
    n, decided, disputed = (sums[each].get("", 0) for each in ("sentences", "decided", "in_dispute"))
    return name, [
        ("decided", decided, "good"),
        ("in dispute", disputed, "bad"),
        ("open", n - decided - disputed, "none"),
    ]


def _add_states(desk: Desk) -> dict[str, int]:
    states: Counter[str] = Counter()
    for sums in desk.by_collection.values():
        states.update(sums["documents"])
    return {state: states[state] for state in LISTED_STATES if states[state]}


def _worst_pairs(desk: Desk, pairs: Table) -> list[Bar]:
    """Return the pairs that differ most; of a reviewer, the one row that they see."""
    if not desk.sees_people:
        return [
            (f"{row[0]} and {row[1]}", 100 - row[3], "bad") for row in pairs.rows if isinstance(row[3], float)
        ]
    equal = [(each.per_cent.value or 0.0, " and ".join(each.reviewers)) for each in desk.report.by_pair]
    return [(names, round(100 - value, 1), "bad") for value, names in sorted(equal)[:MOST_DRAWN]]
