"""The history of a document as it goes out, and what can be asked of it."""

from marshmallow import fields, validate

from schemas.annotation import REASON
from schemas.base import LARGEST, Filter, Offset, Shape, Text, choice
from schemas.document import MOST_LISTED, Counts, LostAnnotation, OpenSentence
from schemas.reviewer import Form
from schemas.terms import ACT_KINDS


class HistoryFilter(Filter):
    """Which lines of a history are shown; empty is all."""

    start = fields.Integer(
        load_default=None,
        validate=validate.Range(0, LARGEST),
        metadata={"description": "Only of the sentence at this code point, and of all that it came of."},
    )
    person = Text(longest=64, load_default=None, allow_none=True)
    kind = fields.String(load_default=None, validate=validate.OneOf(["", *ACT_KINDS]))
    cursor = fields.String(
        load_default=None,
        validate=validate.Length(max=64),
        metadata={"description": "The `next` of the page before."},
    )


class HistoryQuery(HistoryFilter):
    """A page of a history."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, MOST_LISTED))


class ChangedField(Shape):
    """One field, from what to what."""

    field = fields.String(required=True)
    was = fields.Raw(required=True, allow_none=True)
    now = fields.Raw(required=True, allow_none=True)


class HistoryEvent(Shape):
    """One line; `event` names it, and is no number: it tells nothing of how many there are."""

    event = fields.String(required=True)
    at = fields.String(required=True)
    reviewer = fields.String(required=True, allow_none=True, metadata={"description": "null: a command"})
    act = fields.String(required=True)
    kind = choice(ACT_KINDS, required=True)
    words = fields.String(required=True, metadata={"description": "What was done; the name goes before."})
    document = fields.String(required=True, metadata={"description": "An earlier revision's id, maybe."})
    start = Offset(required=True, allow_none=True)
    end = Offset(required=True, allow_none=True)
    changes = fields.List(fields.Nested(ChangedField), required=True)
    restored = fields.String(
        required=True, allow_none=True, metadata={"description": "The event whose state this brought back."}
    )
    may_restore = fields.Boolean(required=True)


class HistoryList(Shape):
    """A page of a history, newest first; `next` is the cursor of the page after."""

    items = fields.List(fields.Nested(HistoryEvent), required=True)
    next = fields.String(required=True, allow_none=True)


class RestoreRequest(Shape):
    """`reason`: why a settled verification is reopened; for a decision, instead of the one it had."""

    reason = Text(longest=REASON, load_default=None, allow_none=True)


class RestoreForm(Form):
    """What the page sends: also which version of the record was shown."""

    reason = Text(longest=REASON, load_default=None, allow_none=True)
    version = fields.Integer(required=True, validate=validate.Range(0, LARGEST))


class RestoreAnswer(Shape):
    """What stands now: one sentence, or those that a mended boundary made and the votes that it cost."""

    sentence = fields.Nested(OpenSentence)
    sentences = fields.List(fields.Nested(OpenSentence))
    lost = fields.List(fields.Nested(LostAnnotation))
    document = fields.Nested(Counts, required=True)
