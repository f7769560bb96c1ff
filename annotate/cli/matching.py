"""``match``: which decided claims were said elsewhere, for an editor in the morning."""

import click
import orjson

from annotate.cli.common import commands, open_db, printable
from annotate.store.matches import Match, as_json, list_unmatched

WIDTH = 100  # code points of a sentence on a terminal


@commands.command()
@click.option("--collection", help="Only claims of this collection.")
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True, help="Claims at most.")
@click.option("--json", "is_json", is_flag=True, help="One claim a line, for programs.")
def match(collection: str | None, limit: int, is_json: bool) -> None:
    """List decided claims and quotes that nobody has matched yet, with where else they may be said."""
    n = 0
    for found in list_unmatched(open_db(), collection=collection, limit=limit):
        n += 1
        if is_json:
            click.echo(orjson.dumps(as_json(found)))
            continue
        click.echo(f"{printable(found.key)} at {found.start}: {_short(found.text)}")
        for each in found.matches:
            click.echo(f"  {each.score:.2f} {printable(each.key)} at {each.start}: {_short(each.text)}")
            click.echo(f"       {_why(each)}")
    if not is_json:
        click.echo(
            f"{n} claims may have been said before." if n != 1 else "1 claim may have been said before."
        )


def _short(text: str) -> str:
    text = " ".join(text.split())
    return printable(text if len(text) <= WIDTH else text[: WIDTH - 1] + "…")


def _why(match: Match) -> str:
    checked = match.verification
    is_settled = checked is not None and checked.status == "settled"
    verdict = f"; settled there: {checked.verdict.replace('_', ' ')}" if checked and is_settled else ""
    return printable(match.reason + verdict)
