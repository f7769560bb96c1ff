"""What goes out: the native export, format ``annotate/1``; the README shows an example."""

from typing import Any

from marshmallow import fields, validate

from schemas.base import Offset, Shape, choice
from schemas.terms import (
    ATTRIBUTIONS,
    BLOCKS,
    CORRECTED,
    CORRECTIONS,
    DECIDED_BY,
    FORMAT_VERSION,
    FORMATS,
    LABELS,
    RELATIONS,
    STANCES,
    STATES,
    STATUSES,
    VERDICTS,
)


def _text(about: str = "", *, allow_none: bool = False) -> fields.String:
    metadata = {"description": about} if about else {}
    return fields.String(required=True, allow_none=allow_none, metadata=metadata)


def _time(*, allow_none: bool = False) -> fields.String:
    return _text("UTC, ISO 8601", allow_none=allow_none)


class Block(fields.Tuple):
    """`[start, end, kind]`: lines that belong together."""

    def __init__(self, **options: Any) -> None:
        kind = fields.String(validate=validate.OneOf(BLOCKS))
        super().__init__((Offset(), Offset(), kind), **options)


class Annotation(Shape):
    """One reviewer's vote on one sentence; label null is a note without a vote."""

    reviewer = _text()
    label = choice(LABELS, required=True, allow_none=True)
    speaker = _text(allow_none=True)
    note = _text(allow_none=True)
    origin = _text("How it was entered: key, pointer or api.")
    version = fields.Integer(required=True, strict=True)
    at = _time()
    carried = fields.Boolean(
        metadata={"description": "Given before its boundaries or its article were revised; absent otherwise."}
    )


class Adjudication(Shape):
    """An editor's word on a sentence."""

    editor = _text()
    label = choice(LABELS, required=True)
    speaker = _text(allow_none=True)
    reason = _text(allow_none=True)
    at = _time()


class ExportedEvidence(Shape):
    """One source of a verification."""

    url = _text("http or https", allow_none=True)
    reference = _text("something offline: a call, a document", allow_none=True)
    title = _text(allow_none=True)
    excerpt = _text(allow_none=True)
    stance = choice(STANCES, required=True)
    accessed_at = _text(allow_none=True)
    archive_url = _text(allow_none=True)


class ExportedVerification(Shape):
    """The checking of a decided claim or quote; version 0: nobody has touched it."""

    status = choice(STATUSES, required=True)
    verdict = choice(VERDICTS, required=True)
    attribution = choice(ATTRIBUTIONS, required=True, allow_none=True)
    rationale = _text(allow_none=True)
    suspended = fields.Boolean(
        required=True, metadata={"description": "The sentence is no longer what was checked."}
    )
    evidence = fields.List(fields.Nested(ExportedEvidence), required=True)
    proposed_by = _text(allow_none=True)
    checked_by = _text(allow_none=True)
    version = fields.Integer(required=True, strict=True)
    at = _time(allow_none=True)


VERIFICATION = tuple(ExportedVerification().fields)  # the names of its fields, in order


class Match(Shape):
    """A sentence of another document that says the same or the contrary."""

    document = _text()
    start = Offset(required=True)
    relation = choice(RELATIONS, required=True)


class Comment(Shape):
    """What somebody said of a sentence."""

    reviewer = _text()
    text = _text()
    at = _time()
    resolved = fields.Boolean(required=True)


class CorrectedField(Shape):
    """One field that a correction changed; evidence is a list as in a verification."""

    field = choice(CORRECTED, required=True)
    was = fields.Raw(required=True, allow_none=True, data_key="from")
    now = fields.Raw(required=True, allow_none=True, data_key="to")


class Correction(Shape):
    """What was changed of a verification after it had been settled."""

    at = _time()
    by = _text("Null where nobody did it: the article was loaded anew.", allow_none=True)
    act = choice(CORRECTIONS, required=True)
    reason = _text("Why it was reopened.", allow_none=True)
    changes = fields.List(fields.Nested(CorrectedField), required=True)


class Sentence(Shape):
    """`text[start:end]` in Unicode code points, and what stands for it; label null is undecided."""

    start = Offset(required=True)
    end = Offset(required=True)
    text = _text()
    block = choice(BLOCKS, required=True)
    label = choice(LABELS, required=True, allow_none=True)
    speaker = _text(allow_none=True)
    decided_by = choice(DECIDED_BY, required=True, allow_none=True)
    annotations = fields.List(fields.Nested(Annotation), required=True)
    adjudication = fields.Nested(Adjudication, required=True, allow_none=True)
    verification = fields.Nested(ExportedVerification, required=True, allow_none=True)
    matches = fields.List(fields.Nested(Match), required=True)
    corrections = fields.List(
        fields.Nested(Correction), metadata={"description": "In order; absent where there is none."}
    )
    comments = fields.List(
        fields.Nested(Comment), metadata={"description": "Oldest first; absent where there is none."}
    )


class SignOff(Shape):
    """One reviewer's word that they have read the whole document."""

    reviewer = _text()
    at = _time()


class ExportedDocument(Shape):
    """One article with everything that stands for it."""

    id = _text("opaque; one a revision, never reused")
    key = _text("names the article across revisions")
    revision = fields.Integer(required=True, strict=True)
    state = choice(STATES, required=True)
    title = _text()
    source = _text(allow_none=True)
    url = _text(allow_none=True)
    author = _text(allow_none=True)
    published_at = _text(allow_none=True)
    language = _text(allow_none=True)
    collection = _text()
    sha256 = _text("of the text in UTF-8")
    text = _text()
    blocks = fields.List(Block(), required=True)
    sentences = fields.List(fields.Nested(Sentence), required=True)
    sign_offs = fields.List(fields.Nested(SignOff), required=True)
    partial_ = fields.Boolean(
        data_key="partial", metadata={"description": "Sentences were left out by a filter."}
    )


class Omitted(Shape):
    """A document that failed its checks and was left out whole."""

    key = _text()
    reason = _text()


class Withdrawn(Shape):
    """A document that was withdrawn since the cursor."""

    key = _text()
    at = _time()


class WithdrawnLine(Shape):
    """What stands in ``--format jsonl --since`` for a document that was withdrawn."""

    key = _text()
    state = fields.String(required=True, validate=validate.Equal("withdrawn"))
    withdrawn_at = _time()


class Export(Shape):
    """The whole of ``--format json``."""

    format = fields.String(required=True, validate=validate.Equal(FORMAT_VERSION))
    documents = fields.List(fields.Nested(ExportedDocument), required=True)
    omitted = fields.List(fields.Nested(Omitted))
    withdrawn = fields.List(fields.Nested(Withdrawn))
    cursor = _text("opaque; give it to `since` next time")


class ExportQuery(Shape):
    """What to export over HTTP."""

    format = choice(FORMATS, load_default="json")
    collection = fields.String(load_default=None)
    label = fields.List(choice(LABELS), load_default=list)
    status = fields.List(choice(STATUSES), load_default=list)
    since = fields.String(load_default=None)
