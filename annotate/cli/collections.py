"""``collections``: who sees them, how many review what is in them, and their guidelines."""

import sys
from pathlib import Path

import click

from annotate.cli.common import Group, commands, open_db, printable
from annotate.errors import Invalid
from annotate.store.collections import (
    MOST_REVIEWS,
    get_collection,
    list_settings,
    set_collection,
    set_guidelines,
)


@commands.group(cls=Group)
def collections() -> None:
    """Say who sees a collection, how many review it, and by which guidelines."""


@collections.command("list")
def list_all() -> None:
    """List every collection that has documents, or for which something is set."""
    for each in list_settings(open_db()):
        n = f"{each.n_documents} {'document' if each.n_documents == 1 else 'documents'}"
        needed = f"N = {each.reviews_needed}" if each.reviews_needed else "N as set"
        seen_by = "everybody" if each.people is None else ", ".join(each.people) or "admins alone"
        guided = "guidelines" if each.guidelines else "no guidelines"
        click.echo(printable(each.name) + f"\t{n}\t{needed}\t{seen_by}\t{guided}")


@collections.command("set")
@click.argument("name")
@click.option("--reviews", type=click.IntRange(1, MOST_REVIEWS), help="N of what will be loaded into it.")
@click.option("--reviews-default", is_flag=True, help="N as the installation has it.")
@click.option("--limit-to", "people", metavar="NAME", multiple=True, help="Who sees it; may come again.")
@click.option("--limit-to-admins", is_flag=True, help="Let nobody but the admins see it.")
@click.option("--open", "is_open", is_flag=True, help="Let everybody see it.")
@click.option("--guidelines", metavar="FILE", type=click.Path(path_type=Path), help="Markdown; - is stdin.")
@click.option("--no-guidelines", is_flag=True, help="Remove them.")
def change(
    name: str,
    reviews: int | None,
    reviews_default: bool,
    people: tuple[str, ...],
    limit_to_admins: bool,
    is_open: bool,
    guidelines: Path | None,
    no_guidelines: bool,
) -> None:
    """Change what is set for a collection, also for one that is not there yet; the rest stays."""
    _choose_one(reviews is not None, reviews_default)
    _choose_one(bool(people), limit_to_admins, is_open)
    _choose_one(guidelines is not None, no_guidelines)
    text = None if guidelines is None else _read(guidelines)
    db = open_db()
    with db.transaction():
        was = get_collection(db, name)
        is_limited = bool(people) or limit_to_admins
        set_collection(
            db,
            name,
            people=people if is_limited else None if is_open else was.people,
            reviews_needed=None if reviews_default else reviews or was.reviews_needed,
        )
        if guidelines or no_guidelines:
            set_guidelines(db, name, text)
    click.echo(f"Saved what is set for {printable(name)}.")


def _choose_one(*given: bool) -> None:
    if sum(given) > 1:
        raise click.UsageError("These options contradict each other.")


def _read(path: Path) -> str:
    try:
        if str(path) == "-":
            return sys.stdin.buffer.read().decode("utf-8-sig")
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(f"{path} is not UTF-8.") from None
