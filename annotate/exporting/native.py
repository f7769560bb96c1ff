"""The native formats: JSON and JSON Lines, ``annotate/1``, with every record of every sentence."""

from collections.abc import Iterator
from typing import Any

import orjson

from annotate.exporting.selecting import Export, Selection, is_selected, written
from annotate.rules import may
from annotate.store.contents import Comment, Content, Decision, Sentence, Verification
from annotate.store.corrections import Correction
from annotate.store.documents import Document
from annotate.store.reviewers import Person
from schemas.export import VERIFICATION
from schemas.terms import FORMAT_VERSION


def write_json(export: Export) -> Iterator[bytes]:
    """Yield one JSON document, piece by piece; the cursor stands last."""
    yield b'{"format":' + orjson.dumps(FORMAT_VERSION) + b',"documents":['
    separator = b"\n"
    for document in written(export, _document):
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
    for document in written(export, _document):
        yield document + b"\n"
    for each in export.withdrawn:
        line = {"key": each["key"], "state": "withdrawn", "withdrawn_at": each["at"]}
        yield orjson.dumps(line) + b"\n"


def _document(document: Document, content: Content, selection: Selection) -> bytes:
    return orjson.dumps(document_json(document, content, selection))


def document_json(document: Document, content: Content, selection: Selection) -> dict[str, Any]:
    """Return a document as it stands in an export; its shape is ``schemas.export.ExportedDocument``."""
    sentences = [each for each in content.sentences if is_selected(each, selection)]
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


CORRECTION = ("at", "by", "act", "reason")


def sentence_json(sentence: Sentence) -> dict[str, Any]:
    """Return a sentence as it stands in an export; its shape is ``schemas.export.Sentence``."""
    decision = sentence.decision
    comments = [_comment_json(each) for each in sentence.comments]
    corrections = corrections_json(sentence)
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
        "matches": sentence.matches,
        **({"comments": comments} if comments else {}),
        **({"corrections": corrections} if corrections else {}),
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
        "assignment": sentence.assignment,
        "made_on": sentence.made_on,
        **({"comments": sentence.comments} if sentence.comments else {}),
    }


def _comment_json(comment: Comment) -> dict[str, Any]:
    names = ("reviewer", "text", "at")
    said = {name: getattr(comment, name) for name in names}
    return {**said, "resolved": comment.resolved_at is not None}


def corrections_json(sentence: Sentence) -> list[dict[str, Any]]:
    """Return what was changed of a sentence after settling; each is a ``schemas.export.Correction``."""
    return [_correction_json(each) for each in sentence.corrections]


def _correction_json(correction: Correction) -> dict[str, Any]:
    changes = [{"field": each.field, "from": each.was, "to": each.now} for each in correction.changes]
    return {**{name: getattr(correction, name) for name in CORRECTION}, "changes": changes}


def _adjudication_json(decision: Decision | None) -> dict[str, Any] | None:
    if decision is None or decision.decided_by != "adjudication":
        return None
    names = ("editor", "label", "speaker", "reason", "at")
    return {name: getattr(decision, name) for name in names}


def _verification_json(verification: Verification | None) -> dict[str, Any] | None:
    if verification is None:
        return None
    return {name: getattr(verification, name) for name in VERIFICATION}
