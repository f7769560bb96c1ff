"""What an export holds: the documents that everybody may see, each checked before it goes out."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from annotate.database import Database
from annotate.errors import AnnotateError, Invalid
from annotate.store.contents import Content, Sentence, get_content
from annotate.store.documents import Document
from annotate.store.exports import (
    get_exportable,
    last_known_event,
    last_visible_event,
    list_exportable,
    list_withdrawn,
)
from annotate.store.reviewers import Person, hidden_from
from annotate.text.checking import find_faults

Piece = TypeVar("Piece")


@dataclass(frozen=True)
class Selection:
    """What to export; empty means all.

    :param since: cursor of an earlier export: only documents that changed after it.
    """

    collection: str | None = None
    labels: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    since: str | None = None

    @property
    def is_partial(self) -> bool:
        """Whether sentences are left out."""
        return bool(self.labels or self.statuses)


@dataclass(frozen=True)
class Publisher:
    """Who publishes the desk's checks, and where.

    :param review_url: address of each, with `{document}`, `{key}` and `{start}` in it.
    """

    name: str | None = None
    review_url: str | None = None


@dataclass
class Export:
    """An export under way; `omitted` grows as documents fail their checks.

    :param skipped: how many sentences a format has no place for, by reason.
    """

    view: Database
    selection: Selection
    cursor: str
    numbers: list[int]
    withdrawn: list[dict[str, str]]
    publisher: Publisher = Publisher()
    hidden: str = "[]"  # JSON list of the collections that its reader may not see
    omitted: list[dict[str, str]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)


def open_export(
    view: Database, selection: Selection, reader: Person | None, publisher: Publisher = Publisher()
) -> Export:
    """Choose the documents of an export.

    :param reader: who may see all of it; None is the command line.
    :param view: a snapshot of the database, open until the export is written.
    :raises Invalid: `since` is not a cursor that we gave.
    """
    since = _event_number(selection.since, last_known_event(view, reader))
    return Export(
        view,
        selection,
        str(last_visible_event(view, reader)),
        list_exportable(view, reader, collection=selection.collection, since=since),
        list_withdrawn(view, reader, collection=selection.collection, since=since)
        if selection.since is not None
        else [],
        publisher,
        hidden_from(reader),
    )


def _event_number(since: str | None, newest: int) -> int:
    if since is None:
        return 0
    if not (since.isascii() and since.isdigit() and len(since) < 19 and int(since) <= newest):
        raise Invalid(f"{since!r} is no cursor of ours.", fields={"since": ["Not a cursor."]})
    return int(since)


def written(export: Export, write: Callable[[Document, Content, Selection], Piece]) -> Iterator[Piece]:
    """Yield what `write` makes of each document; one that fails its checks is added to `export.omitted`."""
    for number in export.numbers:
        document = get_exportable(export.view, number)
        try:
            content = _sound_content(export, document)
            piece = None if content is None else write(document, content, export.selection)
        except (AnnotateError, ValueError) as problem:  # its records are damaged: not even readable
            export.omitted.append({"key": document.key, "reason": f"It cannot be read: {problem}"})
            continue
        if piece is not None:
            yield piece


def _sound_content(export: Export, document: Document) -> Content | None:
    content = get_content(export.view, document, None, hidden=export.hidden)
    faults = find_faults(
        content.text,
        document.sha256,
        [(each.start, each.end, each.text) for each in content.sentences],
    )
    if faults:
        export.omitted.append({"key": document.key, "reason": faults[0]})
        return None
    return content


def is_selected(sentence: Sentence, selection: Selection) -> bool:
    """Say whether a sentence has one of the labels and one of the statuses that were asked for."""
    label = sentence.decision and sentence.decision.label
    verification = sentence.verification
    status = None if verification is None or verification.suspended else verification.status
    return (not selection.labels or label in selection.labels) and (
        not selection.statuses or status in selection.statuses
    )
