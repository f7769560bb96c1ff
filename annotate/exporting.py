"""Write documents out as JSON: the same state gives the same bytes, one document in memory at a time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from annotate.database import Database
from annotate.errors import AnnotateError, Invalid
from annotate.rules import may
from annotate.store.contents import Content, Decision, Sentence, Verification, get_content
from annotate.store.documents import Document
from annotate.store.events import last_event
from annotate.store.exports import (
    get_exportable,
    last_visible_event,
    list_exportable,
    list_withdrawn,
)
from annotate.store.reviewers import Person
from annotate.text.checking import find_faults
from schemas.export import ExportedVerification
from schemas.terms import FORMAT_VERSION


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


@dataclass
class Export:
    """An export under way; `omitted` grows as documents fail their checks."""

    view: Database
    selection: Selection
    cursor: str
    numbers: list[int]
    withdrawn: list[dict[str, str]]
    omitted: list[dict[str, str]] = field(default_factory=list)


def open_export(view: Database, selection: Selection, reader: Person | None) -> Export:
    """Choose the documents of an export.

    :param reader: who may see all of it; None is the command line.
    :param view: a snapshot of the database, open until the export is written.
    :raises Invalid: `since` is not a cursor that we gave.
    """
    since = _event_number(selection.since, last_event(view))
    return Export(
        view,
        selection,
        str(last_visible_event(view, reader)),
        list_exportable(view, reader, collection=selection.collection, since=since),
        list_withdrawn(view, reader, collection=selection.collection, since=since)
        if selection.since is not None
        else [],
    )


def _event_number(since: str | None, newest: int) -> int:
    if since is None:
        return 0
    if not (since.isascii() and since.isdigit() and len(since) < 19 and int(since) <= newest):
        raise Invalid(f"{since!r} is no cursor of ours.", fields={"since": ["Not a cursor."]})
    return int(since)


def write_json(export: Export) -> Iterator[bytes]:
    """Yield one JSON document, piece by piece; the cursor stands last."""
    yield b'{"format":' + orjson.dumps(FORMAT_VERSION) + b',"documents":['
    separator = b"\n"
    for document in _documents(export):
        yield separator + document
        separator = b",\n"
    tail: dict[str, Any] = {}
    if export.omitted:
        tail["omitted"] = export.omitted
    if export.selection.since is not None:
        tail["withdrawn"] = export.withdrawn
    tail["cursor"] = export.cursor
    yield b"\n]," + orjson.dumps(tail)[1:] + b"\n"


def write_jsonl(export: Export) -> Iterator[bytes]:
    """Yield one document a line; one that was withdrawn is a line with its key, state and time alone."""
    for document in _documents(export):
        yield document + b"\n"
    for each in export.withdrawn:
        line = {"key": each["key"], "state": "withdrawn", "withdrawn_at": each["at"]}
        yield orjson.dumps(line) + b"\n"


WRITERS = {"json": write_json, "jsonl": write_jsonl}
MIMETYPES = {"json": "application/json", "jsonl": "application/x-ndjson"}


def _documents(export: Export) -> Iterator[bytes]:
    for number in export.numbers:
        document = get_exportable(export.view, number)
        try:
            piece = _document(export, document)
        except (AnnotateError, ValueError) as problem:  # its records are damaged: not even readable
            export.omitted.append({"key": document.key, "reason": f"It cannot be read: {problem}"})
            continue
        if piece is not None:
            yield piece


def _document(export: Export, document: Document) -> bytes | None:
    content = get_content(export.view, document, None)
    faults = find_faults(
        content.text,
        document.sha256,
        [(each.start, each.end, each.text) for each in content.sentences],
    )
    if faults:
        export.omitted.append({"key": document.key, "reason": faults[0]})
        return None
    return orjson.dumps(document_json(document, content, export.selection))


def document_json(document: Document, content: Content, selection: Selection) -> dict[str, Any]:
    """Return a document as it stands in an export; its shape is ``schemas.export.ExportedDocument``."""
    sentences = [each for each in content.sentences if _is_selected(each, selection)]
    exported = {
        **{name: getattr(document, name) for name in METADATA},
        "text": content.text,
        "blocks": content.blocks,
        "sentences": [sentence_json(each) for each in sentences],
        "sign_offs": [
            {"reviewer": each.reviewer, "at": each.signed_off_at}
            for each in content.reviews
            if each.signed_off_at
        ],
    }
    return exported | {"partial": True} if selection.is_partial else exported


METADATA = (
    "id",
    "key",
    "revision",
    "state",
    "title",
    "source",
    "url",
    "author",
    "published_at",
    "language",
    "collection",
    "sha256",
)


VERIFICATION = tuple(ExportedVerification().fields)


def _is_selected(sentence: Sentence, selection: Selection) -> bool:
    label = sentence.decision and sentence.decision.label
    verification = sentence.verification
    status = None if verification is None or verification.suspended else verification.status
    return (not selection.labels or label in selection.labels) and (
        not selection.statuses or status in selection.statuses
    )


def sentence_json(sentence: Sentence) -> dict[str, Any]:
    """Return a sentence as it stands in an export; its shape is ``schemas.export.Sentence``."""
    decision = sentence.decision
    return {
        "start": sentence.start,
        "end": sentence.end,
        "text": sentence.text,
        "block": sentence.block,
        "label": decision and decision.label,
        "speaker": decision and decision.speaker,
        "decided_by": decision and decision.decided_by,
        "annotations": sentence.annotations,  # orjson writes dataclasses itself
        "adjudication": _adjudication_json(decision),
        "verification": _verification_json(sentence.verification),
        "matches": [],
    }


def open_sentence_json(sentence: Sentence, reader: Person) -> dict[str, Any]:
    """Return a sentence as it is exported, with the record of its decision; for somebody at work on it."""
    decision = sentence.decision
    names = ("label", "speaker", "decided_by", "in_dispute", "version")
    return {
        **sentence_json(sentence),
        "version": sentence.version_of(reader),
        "decision": decision and {name: getattr(decision, name) for name in names},
        "late_dissent": may(reader.role, "see_late_dissent") and sentence.has_late_dissent,
    }


def _adjudication_json(decision: Decision | None) -> dict[str, Any] | None:
    if decision is None or decision.decided_by != "adjudication":
        return None
    names = ("editor", "label", "speaker", "reason", "at")
    return {name: getattr(decision, name) for name in names}


def _verification_json(verification: Verification | None) -> dict[str, Any] | None:
    if verification is None:
        return None
    return {name: getattr(verification, name) for name in VERIFICATION}
