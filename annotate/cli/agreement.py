"""``agreement``: how far people agree who have read the same sentences independently."""

import click
import orjson

from annotate.agreeing import Report, get_report
from annotate.agreement import Agreement, Figure
from annotate.cli.common import commands, open_db, printable
from annotate.database import Database
from annotate.errors import NotFound
from annotate.store.documents import list_collections
from annotate.store.figures import catch_up_wholly

NAMES = {
    "per_cent": "per cent, pairwise",
    "cohen": "Cohen's kappa, mean of pairs",
    "krippendorff": "Krippendorff's alpha",
    "ac1": "Gwet's AC1",
}


@commands.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@click.option("--collection", help="Only this collection.")
def agreement(as_json: bool, collection: str | None) -> None:
    """Say how far independent votes agree: per cent, Cohen's kappa, Krippendorff's alpha, Gwet's AC1."""
    db = open_db()
    _check(db, collection)
    for _ in catch_up_wholly(db):
        pass
    report = get_report(db, None, collection=collection)
    if as_json:
        click.echo(orjson.dumps(report).decode())
        return
    for line in _table(report):
        click.echo(printable(line))


def _check(db: Database, collection: str | None) -> None:
    if collection is not None and collection not in list_collections(db, None):
        raise NotFound(f"There is no collection called {collection}.")


def _table(report: Report) -> list[str]:
    lines = [f"{report.n_sentences} sentences with independent votes, {report.n_votes} votes"]
    for key, name in NAMES.items():
        lines.append(f"{name:<30}{_told(getattr(report, key))}")
    resamples = report.krippendorff.resamples
    if resamples:
        lines.append(
            f"In brackets: what {resamples} samples drawn anew from these sentences give in 95 of 100 cases."
        )
    groups: list[tuple[str, list[tuple[str, Agreement]]]] = [
        ("By label, against all others", list(report.by_label.items())),
        ("By pair", [(" and ".join(each.reviewers), each) for each in report.by_pair]),
        ("By collection", list(report.by_collection.items())),
    ]
    for title, rows in groups:
        if rows:
            lines += ["", f"{title:<30}{'n':>8}  {'per cent':>8}  {'kappa':>6}  {'alpha':>6}  {'AC1':>6}"]
            lines += [_row(name, each) for name, each in rows]
    return lines


def _told(figure: Figure) -> str:
    if figure.value is None:
        return f"undefined: {figure.reason}"
    between = "" if figure.low is None else f"  [{figure.low:.3f}, {figure.high:.3f}]"
    return f"{figure.value:7.3f}{between}  of {figure.n}"


def _row(name: str, found: Agreement) -> str:
    per_cent, *others = (
        "–" if each.value is None else f"{each.value:.2f}"
        for each in (found.per_cent, found.cohen, found.krippendorff, found.ac1)
    )
    return f"  {name:<28}{found.per_cent.n:>8}  {per_cent:>8}  " + "  ".join(f"{each:>6}" for each in others)
