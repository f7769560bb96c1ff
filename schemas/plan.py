"""The plan of a document, and the next one to do."""

from marshmallow import fields, post_load, validate

from schemas.annotation import REASON
from schemas.base import Shape, Text, choice
from schemas.document import Counts, ListedDocument
from schemas.reviewer import Form
from schemas.terms import PRIORITIES, WHYS

MOST_REVIEWS = 20
MOST_ASSIGNED = 100
NAME = 64  # characters
MOST_AT_ONCE = 500  # documents


class PlanRequest(Shape):
    """A plan, whole: who reviews a document, how many, how soon, and whether it is closed."""

    reviews_needed = fields.Integer(required=True, strict=True, validate=validate.Range(1, MOST_REVIEWS))
    priority = choice(PRIORITIES, required=True)
    assigned = fields.List(
        Text(longest=NAME, is_one_line=True), required=True, validate=validate.Length(max=MOST_ASSIGNED)
    )
    closed = fields.Boolean(required=True, truthy={True}, falsy={False})
    reason = Text(
        longest=REASON,
        load_default=None,
        allow_none=True,
        metadata={"description": "Why it is closed, which closing needs."},
    )


class Plan(PlanRequest):
    """The plan that stands."""

    version = fields.Integer(required=True, metadata={"description": "What If-Match wants."})


class PlanAnswer(Shape):
    """A document's plan, and where the document stands."""

    plan = fields.Nested(Plan, required=True)
    document = fields.Nested(Counts, required=True)


class Lease(Shape):
    """I am taken to be at work on it until then, or until my next act; nothing is refused to anybody."""

    until = fields.String(required=True, metadata={"description": "UTC, ISO 8601"})


class LeaseAnswer(Shape):
    """A document that I have opened or given back; no lease on what waits for nothing of mine."""

    document = fields.Nested(Counts, required=True)
    lease = fields.Nested(Lease, required=True, allow_none=True)
    others_at_work = fields.List(fields.String(), required=True)


class NextDocument(Shape):
    """The next document for me, or null and why there is none, perhaps until when."""

    document = fields.Nested(ListedDocument, required=True, allow_none=True)
    lease = fields.Nested(Lease, required=True, allow_none=True)
    why = choice(WHYS, required=True, allow_none=True)
    message = fields.String(required=True, allow_none=True)
    until = fields.String(required=True, allow_none=True)


class PlanForm(Form):
    """The plan as its page sends it."""

    version = fields.Integer(required=True, validate=validate.Range(0, 2**53))
    reviews_needed = fields.Integer(required=True, validate=validate.Range(1, MOST_REVIEWS))
    priority = choice(PRIORITIES, required=True)
    assigned = fields.List(Text(longest=NAME), load_default=list)
    closed = fields.Boolean(load_default=False)
    reason = Text(longest=REASON, load_default=None, allow_none=True)


class ManyPlansForm(Form):
    """What is to become of several documents at once, from the list of documents."""

    id = fields.List(Text(longest=64), load_default=list, validate=validate.Length(max=MOST_AT_ONCE))
    everything = fields.Boolean(load_default=False)
    assign = Text(longest=NAME, load_default=None, allow_none=True)
    unassign = Text(longest=NAME, load_default=None, allow_none=True)
    priority = fields.String(load_default="", validate=validate.OneOf(["", *PRIORITIES]))
    state = fields.String(load_default="", data_key="act", validate=validate.OneOf(["", "close", "reopen"]))
    reason = Text(longest=REASON, load_default=None, allow_none=True)

    @post_load
    def drop_empty(self, data: dict[str, object], **_: object) -> dict[str, object]:
        """An empty choice changes nothing."""
        return data | {"priority": data["priority"] or None}
