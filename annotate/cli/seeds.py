"""``seeds``: the articles."""

import json
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click

from annotate.cli.common import Group, commands, open_db, printable
from annotate.config import load_settings
from annotate.loading import Loaded, Source, find_sources, load
from annotate.store.contents import get_content
from annotate.store.documents import get_document, list_documents, withdraw_document
from annotate.store.revisions import Lost

ALL = 2**31


@commands.group(cls=Group)
def seeds() -> None:
    """Load articles, look at them, withdraw them."""


@seeds.command("load")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--collection", help="Default: the name of the folder.")
@click.option("--source", help="Who published them.")
@click.option("--replace", is_flag=True, help="Revise even where the text looks like another article.")
@click.option("--dry-run", is_flag=True, help="Tell what would happen, change nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for programs.")
def load_files(
    paths: tuple[Path, ...],
    collection: str | None,
    source: str | None,
    replace: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Load .txt files, one article each, and folders of them; safe to run again."""
    db = open_db()
    sources, refused = find_sources(list(paths), collection)
    loading = load(
        db,
        sources,
        reviews_needed=load_settings().reviews_per_document,
        source=source,
        replace=replace,
        is_dry_run=dry_run,
    )
    counts = Counter(each.outcome for each in _told([*refused], as_json))
    counts.update(each.outcome for each in _told(_with_progress(loading, sources, as_json), as_json))
    if not as_json:
        would = "Would be: " if dry_run else ""
        names = ("new", "revised", "unchanged", "refused")
        click.echo(would + ", ".join(f"{counts[name]} {name}" for name in names) + ".")
    if counts["refused"]:
        sys.exit(1)


def _with_progress(loading: Iterable[Loaded], sources: list[Source], as_json: bool) -> Iterable[Loaded]:
    """Show a bar with the time left on a terminal, and nothing elsewhere."""
    if as_json or not sys.stderr.isatty():
        yield from loading
        return
    with click.progressbar(
        loading, length=len(sources), label="Loading", file=sys.stderr, show_pos=True
    ) as bar:
        yield from bar


def _told(results: Iterable[Loaded], as_json: bool) -> Iterable[Loaded]:
    is_behind_bar = sys.stderr.isatty() and not as_json
    for each in results:
        if is_behind_bar:
            click.echo("\r\x1b[K", err=True, nl=False)  # the bar makes room and is drawn anew below
        if as_json:
            # In ASCII: safe on a terminal, whatever the name.
            click.echo(json.dumps(asdict(each), separators=(",", ":")))
        elif each.outcome == "refused":
            click.echo(f"refused\t{printable(each.path)}: {printable(each.reason or '')}", err=True)
        else:
            carried = "" if each.n_carried is None else f", {each.n_carried} as before"
            key = printable(each.key or "")
            click.echo(f"{each.outcome}\t{key}\t{each.n_sentences} sentences{carried}")
            for lost in each.lost or []:
                click.echo(f"\tnot carried: {_told_of(lost)}")
        yield each


def _told_of(lost: Lost) -> str:
    about = ", ".join(each for each in (lost.label, lost.status) if each)
    return f"[{lost.start}, {lost.end}){' ' + about if about else ''} {printable(lost.text)}"


@seeds.command("list")
def list_all() -> None:
    """List every document."""
    for each in list_documents(open_db(), limit=ALL):
        click.echo(f"{each.id}\t{each.state}\t{each.n_sentences}\t{printable(each.key)}")


@seeds.command()
@click.argument("document_id", metavar="ID")
def show(document_id: str) -> None:
    """Show one document: what is known of it, and its sentences with their spans."""
    db = open_db()
    document = get_document(db, document_id)
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
