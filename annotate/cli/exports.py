"""``export``: everything that everybody may see, as JSON."""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click

from annotate.cli.common import commands, open_db, printable
from annotate.config import load_settings
from annotate.errors import Refused, Unavailable
from annotate.exporting import WRITERS, Export, Publisher, Selection, open_export
from schemas.terms import FORMATS, LABELS, STATUSES


@commands.command()
@click.option("--format", "form", type=click.Choice(FORMATS), default="json", show_default=True)
@click.option("--collection", help="Only this collection.")
@click.option("--label", "labels", type=click.Choice(LABELS), multiple=True, help="Only such sentences.")
@click.option("--status", "statuses", type=click.Choice(STATUSES), multiple=True)
@click.option("--since", help="Only documents changed after this cursor.")
@click.option("--out", type=click.Path(path_type=Path), help="A file, which appears whole or not at all.")
@click.option("--check", is_flag=True, help="Check every document and write nothing.")
def export(
    form: str,
    collection: str | None,
    labels: tuple[str, ...],
    statuses: tuple[str, ...],
    since: str | None,
    out: Path | None,
    check: bool,
) -> None:
    """Write the export to standard output or a file; the cursor goes to standard error."""
    settings = load_settings()
    selection = Selection(collection, labels, statuses, since)
    with open_db().snapshot() as view:
        under_way = open_export(view, selection, None, Publisher(settings.publisher, settings.review_url))
        pieces = WRITERS[form](under_way)
        if check:
            for _ in pieces:
                pass
        elif out is not None:
            _write_whole(out, pieces)
        else:
            _write_out(pieces)
    _tell(under_way, check)


def _tell(export: Export, check: bool) -> None:
    for each in export.omitted:
        click.echo(f"omitted {printable(each['key'])}: {printable(each['reason'])}", err=True)
    for reason, n in sorted(export.skipped.items()):
        click.echo(f"skipped {n}: {reason}", err=True)
    if check:
        click.echo(f"{len(export.numbers) - len(export.omitted)} documents hold.", err=True)
    click.echo(f"cursor {export.cursor}", err=True)
    if export.omitted:
        sys.exit(1)


def _write_out(pieces: Iterator[bytes]) -> None:
    stream = sys.stdout.buffer
    for piece in pieces:
        stream.write(piece)
    stream.flush()


def _write_whole(out: Path, pieces: Iterator[bytes]) -> None:
    out = out.resolve()  # a link stays one
    if out.exists() and not out.is_file():
        raise Refused(f"{out} is not a regular file.")
    partial = out.parent / f".{out.name}.{os.getpid()}.partial"
    try:
        with open(partial, "xb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, out)
    except OSError as problem:
        raise Unavailable(f"{out} cannot be written: {problem.strerror}.") from problem
    finally:
        with suppress(OSError):  # in place by now, or never there
            partial.unlink()
