"""``seeds``: the articles."""

import codecs
import json
import sys
from collections import Counter
from dataclasses import asdict
from itertools import chain
from pathlib import Path

import click

from annotate.cli.common import Group, commands, open_db, printable
from annotate.cli.progress import Bar
from annotate.config import load_settings
from annotate.errors import Invalid
from annotate.loading import Loaded, Terms, find_sources, load
from annotate.store.contents import get_content
from annotate.store.documents import get_document, list_documents, withdraw_document
from annotate.store.plans import Change, change_plan, get_plan
from annotate.store.revisions import Lost
from schemas.plan import MOST_REVIEWS
from schemas.terms import PRIORITIES

ALL = 2**31
OUTCOMES = ("new", "revised", "updated", "unchanged", "refused")


@commands.group(cls=Group)
def seeds() -> None:
    """Load articles, look at them, withdraw them."""


@seeds.command("load")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--collection", help="Of all of them. Default: what the file says, else the folder's name.")
@click.option("--source", help="Who published them all. Default: what the file says.")
@click.option("--encoding", help="Of files that don't say. Default: UTF-8, strictly.")
@click.option(
    "--reviews",
    type=click.IntRange(1, MOST_REVIEWS),
    help="How many must sign each off. Default: as set for its collection, else for all.",
)
@click.option("--replace", is_flag=True, help="Revise even where the text looks like another article.")
@click.option("--dry-run", is_flag=True, help="Tell what would happen, change nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for programs.")
def load_files(
    paths: tuple[Path, ...],
    collection: str | None,
    source: str | None,
    encoding: str | None,
    reviews: int | None,
    replace: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Load articles and folders of them; `-` is standard input. Safe to run again.

    One article in a .txt or .html file; one or more, as JSON, in .json and .jsonl.
    """
    db, settings = open_db(), load_settings()
    sources, refused = find_sources(list(paths), _checked_collection(collection))
    counts: Counter[str] = Counter()
    with Bar(is_shown=sys.stderr.isatty() and not as_json) as bar:
        loading = load(
            db,
            sources,
            reviews_needed=settings.reviews_per_document,
            own_reviews=reviews,
            terms=Terms(source, _checked_encoding(encoding), settings.abbreviations),
            is_dry_run=dry_run,
            may_replace=replace,
            progress=bar.show,
        )
        for each in chain(refused, loading):
            counts[each.outcome] += 1
            bar.make_room()
            _tell(each, as_json)
    if not as_json:
        would = "Would be: " if dry_run else ""
        click.echo(would + ", ".join(f"{counts[name]} {name}" for name in OUTCOMES) + ".")
    if counts["refused"]:
        sys.exit(1)


def _checked_collection(name: str | None) -> str | None:
    if name is not None and not name.strip():
        raise Invalid("The name of a collection cannot be empty.")
    return name


def _checked_encoding(name: str | None) -> str | None:
    try:
        if name is not None and codecs.lookup(name).name:
            "a".encode(name)
    except (LookupError, ValueError, TypeError):
        raise Invalid(f"There is no encoding called {name}. Try one such as cp1252 or iso-8859-2.") from None
    return name


def _tell(each: Loaded, as_json: bool) -> None:
    if as_json:
        # In ASCII: safe on a terminal, whatever the name.
        click.echo(json.dumps(asdict(each), separators=(",", ":")))
    elif each.outcome == "refused":
        where = each.path if each.line is None else f"{each.path}, line {each.line}"
        click.echo(f"refused\t{printable(where)}: {printable(each.reason or '')}", err=True)
    else:
        carried = "" if each.n_carried is None else f", {each.n_carried} as before"
        key, plural = printable(each.key or ""), "sentence" if each.n_sentences == 1 else "sentences"
        click.echo(f"{each.outcome}\t{key}\t{each.n_sentences} {plural}{carried}")
        for lost in each.lost or []:
            click.echo(f"\tnot carried: {_told_of(lost)}")


def _told_of(lost: Lost) -> str:
    about = ", ".join(each for each in (lost.label, lost.status) if each)
    return f"[{lost.start}, {lost.end}){' ' + about if about else ''} {printable(lost.text)}"


@seeds.command("list")
def list_all() -> None:
    """List every document."""
    for each in list_documents(open_db(), None, limit=ALL):
        click.echo(f"{each.id}\t{each.state}\t{each.n_sentences}\t{printable(each.key)}")


@seeds.command()
@click.argument("document_id", metavar="ID")
def show(document_id: str) -> None:
    """Show one document: what is known of it, and its sentences with their spans."""
    db = open_db()
    document = get_document(db, document_id, None)
    for name in ("id", "key", "revision", "title", "collection", "state", "sha256", "loaded_at"):
        click.echo(f"{name}: {printable(str(getattr(document, name)))}")
    for each in get_content(db, document, None).sentences:
        label = (each.decision and each.decision.label) or "-"
        click.echo(f"[{each.start}, {each.end})\t{each.block}\t{label}\t{printable(each.text)}")


@seeds.command()
@click.argument("document_id", metavar="ID")
@click.option("--reason", required=True, help="Why; it is kept in the history.")
@click.option("--erase", is_flag=True, help="Also blank its text and what may quote it, for good.")
def withdraw(document_id: str, reason: str, erase: bool) -> None:
    """Take a document out of queue, desk and export."""
    db = open_db()
    document = withdraw_document(db, document_id, reason=reason, erase=erase)
    if erase:
        db.forget_log()
    done = "withdrawn and erased" if erase else "withdrawn"
    click.echo(f"{printable(document.key)} is {done}.")


@seeds.command()
@click.argument("document_id", metavar="ID")
@click.option("--assign", multiple=True, metavar="NAME", help="Keep it for somebody; may be given again.")
@click.option("--unassign", multiple=True, metavar="NAME", help="Take that back.")
@click.option("--priority", type=click.Choice(PRIORITIES))
@click.option("--reviews", type=click.IntRange(1, MOST_REVIEWS), help="How many must sign it off.")
@click.option("--close", metavar="REASON", help="Take it out of the queue; nobody changes it any more.")
@click.option("--reopen", is_flag=True, help="Take that back.")
def plan(
    document_id: str,
    assign: tuple[str, ...],
    unassign: tuple[str, ...],
    priority: str | None,
    reviews: int | None,
    close: str | None,
    reopen: bool,
) -> None:
    """Plan a document: who reviews it, how many, how soon; close it. Without options: show the plan."""
    if close is not None and (reopen or not close.strip()):
        raise Invalid("Give --close a reason, and not --reopen with it.")
    db = open_db()
    change = Change(assign, unassign, priority, reviews, close, reopen)
    if change != Change():
        change_plan(db, document_id, change, by=None)
    done = get_plan(db, document_id, None).plan
    click.echo(f"reviews needed: {done.reviews_needed}")
    click.echo(f"priority: {done.priority}")
    click.echo(f"assigned: {printable(', '.join(done.assigned)) or '-'}")
    click.echo(f"closed: {printable(done.reason or '') if done.closed else '-'}")
