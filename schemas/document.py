"""Documents as the API lists and shows them, and the answers to writes."""

from marshmallow import fields, validate

from schemas.base import Filter, Offset, Shape, Text, choice
from schemas.export import Annotation, ExportedDocument, Sentence
from schemas.terms import DECIDED_BY, LABELS, LISTED_STATES, PRIORITIES, STATES, STATUSES

MOST_LISTED = 200


class DocumentFilter(Filter):
    """Which documents a list shows; empty is all, without the withdrawn ones."""

    q = Text(
        longest=200,
        load_default=None,
        allow_none=True,
        metadata={"description": "Part of title or key, or words of the text."},
    )
    collection = Text(load_default=None, allow_none=True)
    state = fields.String(load_default=None, validate=validate.OneOf(["", *LISTED_STATES]))
    assigned = Text(
        longest=64,
        load_default=None,
        allow_none=True,
        metadata={"description": "Whom it is assigned to, by name; `me` is whoever asks."},
    )
    before = fields.Integer(
        load_default=None,
        data_key="cursor",
        validate=validate.Range(0, 2**62),
        metadata={"description": "The `next` of the page before."},
    )


class DocumentQuery(DocumentFilter):
    """A page of a list."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, MOST_LISTED))


class Counts(Shape):
    """How far a document is; `n_untagged` is of whoever asks."""

    id = fields.String(required=True)
    state = choice(STATES, required=True)
    reviews_needed = fields.Integer(required=True)
    n_sign_offs = fields.Integer(required=True)
    n_sentences = fields.Integer(required=True)
    n_untagged = fields.Integer(required=True)
    n_decided = fields.Integer(required=True)
    n_in_dispute = fields.Integer(required=True)
    n_checkable = fields.Integer(required=True)
    n_unchecked = fields.Integer(required=True)
    n_settled = fields.Integer(required=True)


class ListedDocument(Shape):
    """A document in a list."""

    id = fields.String(required=True)
    key = fields.String(required=True)
    revision = fields.Integer(required=True)
    state = choice(STATES, required=True)
    title = fields.String(required=True)
    source = fields.String(required=True, allow_none=True)
    collection = fields.String(required=True)
    language = fields.String(required=True, allow_none=True)
    published_at = fields.String(required=True, allow_none=True)
    priority = choice(PRIORITIES, required=True)
    reviews_needed = fields.Integer(required=True)
    n_sign_offs = fields.Integer(required=True)
    n_sentences = fields.Integer(required=True)
    n_decided = fields.Integer(required=True)
    n_in_dispute = fields.Integer(required=True)
    n_unchecked = fields.Integer(required=True)
    n_settled = fields.Integer(required=True)


class DocumentList(Shape):
    """A page of a list; `next` is the cursor of the page after."""

    items = fields.List(fields.Nested(ListedDocument), required=True)
    next = fields.String(required=True, allow_none=True)


class StandingDecision(Shape):
    """What stands for a sentence, with the version that If-Match wants."""

    label = choice(LABELS, required=True, allow_none=True)
    speaker = fields.String(required=True, allow_none=True)
    decided_by = choice(DECIDED_BY, required=True, allow_none=True)
    in_dispute = fields.Boolean(required=True)
    version = fields.Integer(required=True)


class OpenComment(Shape):
    """A comment with what a change of it needs: its number, and the version that If-Match wants."""

    number = fields.Integer(required=True)
    reviewer = fields.String(required=True)
    text = fields.String(required=True)
    at = fields.String(required=True)
    resolved_by = fields.String(required=True, allow_none=True)
    resolved_at = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)


class Assignment(Shape):
    """Who has a sentence to check; `reviewer` null: it was given back. If-Match wants the version."""

    reviewer = fields.String(required=True, allow_none=True)
    by = fields.String(required=True, allow_none=True)
    question = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)
    at = fields.String(required=True)


class MadeOn(Shape):
    """The label and text that a verification was made on."""

    label = choice(LABELS, required=True)
    text = fields.String(required=True)


class OpenSentence(Sentence):
    """A sentence as it is exported, with the record of its decision; `version` is of my own annotation."""

    version = fields.Integer(required=True)
    decision = fields.Nested(StandingDecision, required=True, allow_none=True)
    late_dissent = fields.Boolean(required=True)
    assignment = fields.Nested(Assignment, required=True, allow_none=True)
    made_on = fields.Nested(
        MadeOn,
        required=True,
        allow_none=True,
        metadata={"description": "Null where the verification was made on what stands."},
    )
    comments = fields.List(
        fields.Nested(OpenComment), metadata={"description": "Oldest first; absent where there is none."}
    )


class LostSentence(Shape):
    """A sentence of the revision before that was worked on and is not in this one; a span of the old text."""

    start = Offset(required=True)
    end = Offset(required=True)
    text = fields.String(required=True)
    label = choice(LABELS, required=True, allow_none=True)
    status = choice(STATUSES, required=True, allow_none=True)


class OpenDocument(ExportedDocument):
    """A document as it is exported, as one person may see it, with its counts and its other revisions."""

    supersedes = fields.String(required=True, allow_none=True, metadata={"description": "an id"})
    superseded_by = fields.String(required=True, allow_none=True, metadata={"description": "an id"})
    lost = fields.List(fields.Nested(LostSentence), required=True)

    sentences = fields.List(fields.Nested(OpenSentence), required=True)
    counts = fields.Nested(Counts, required=True)


class WriteAnswer(Shape):
    """The sentence after a write, and what it did to the document."""

    sentence = fields.Nested(OpenSentence, required=True)
    document = fields.Nested(Counts, required=True)


class LostAnnotation(Annotation):
    """A vote on a sentence that was merged, whose label or speaker could not be carried."""

    start = Offset(required=True)
    end = Offset(required=True)


class MendAnswer(Shape):
    """The sentences that are now where boundaries were mended, and which votes got lost by it."""

    sentences = fields.List(fields.Nested(OpenSentence), required=True)
    lost = fields.List(fields.Nested(LostAnnotation), required=True)
    document = fields.Nested(Counts, required=True)


class SignOffAnswer(Shape):
    """The document after a sign-off."""

    document = fields.Nested(Counts, required=True)
