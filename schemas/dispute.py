"""What is in dispute as it is asked for and listed, and an editor's word on it as a form."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from schemas.annotation import REASON, SPEAKER
from schemas.base import Filter, Offset, Shape, Text, choice
from schemas.document import MOST_LISTED
from schemas.reviewer import Form
from schemas.terms import LABELS, REASONS

PAIRS = tuple(f"{first}-{second}" for n, first in enumerate(LABELS) for second in LABELS[n + 1 :])
SHOWN = ("disputes", "late")


class DisputeFilter(Filter):
    """Which disputes; empty is all."""

    collection = Text(load_default=None, allow_none=True)
    reviewer = Text(load_default=None, allow_none=True, metadata={"description": "Who has voted on it."})
    pair = fields.String(
        load_default=None,
        validate=validate.OneOf(["", *PAIRS]),
        metadata={"description": "Two labels that it has votes for."},
    )
    after = fields.String(
        load_default=None,
        data_key="cursor",
        validate=validate.Regexp(r"[0-9]{1,18}\.[0-9]{1,18}\Z"),
        metadata={"description": "The `next` of the page before."},
    )

    @post_load
    def split(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Pair and cursor are two things each."""
        if data["pair"]:
            data["pair"] = tuple(data["pair"].split("-"))
        if data["after"]:
            weight, place = data["after"].split(".")
            data["after"] = (int(weight), int(place))
        return data


class DisputeQuery(DisputeFilter):
    """A page of the list."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, MOST_LISTED))


class BoardFilter(DisputeFilter):
    """What the page shows: disputes, or votes that came after something was settled."""

    show = fields.String(load_default="disputes", validate=validate.OneOf(SHOWN))


class DisputeVote(Shape):
    """What one reviewer said of it."""

    reviewer = fields.String(required=True)
    label = choice(LABELS, required=True)
    speaker = fields.String(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)


class Dispute(Shape):
    """A sentence whose votes differ; `version` is of its decision, as If-Match wants it."""

    document = fields.String(required=True)
    title = fields.String(required=True)
    collection = fields.String(required=True)
    start = Offset(required=True)
    end = Offset(required=True)
    text = fields.String(required=True)
    votes = fields.List(fields.Nested(DisputeVote), required=True)
    version = fields.Integer(required=True)
    weight = fields.Integer(
        required=True,
        metadata={"description": "The larger the worse: share of votes overruled, then how many there are."},
    )


class DisputeList(Shape):
    """A page of the list, the worst first; `next` is the cursor of the page after."""

    items = fields.List(fields.Nested(Dispute), required=True)
    next = fields.String(required=True, allow_none=True)


class Side(fields.String):
    """A label, or a label with its speaker behind a colon, as the buttons of the page say it."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> Any:
        label, _, speaker = super()._deserialize(value, attr, data, **options).partition(":")
        if label not in LABELS:
            raise ValidationError("Not a label.")
        return label, speaker


class DecisionForm(Form):
    """An editor's word on a dispute, as the page sends it without a script."""

    end = fields.Integer(required=True, validate=validate.Range(0, 2**53 - 1))
    version = fields.Integer(required=True, validate=validate.Range(0, 2**53 - 1))
    side = Side(load_default=None)
    undo = fields.String(load_default=None)
    speaker = Text(longest=SPEAKER, is_one_line=True, load_default=None, allow_none=True)
    term = fields.String(load_default="", validate=validate.OneOf(["", *REASONS]))
    words = Text(longest=REASON - max(map(len, REASONS)) - 2, load_default=None, allow_none=True)


class SeenForm(Form):
    """Up to which decision somebody has read."""

    event = fields.Integer(required=True, validate=validate.Range(0, 2**62))


class MineFilter(Shape):
    """Which decisions on my votes; empty is all."""

    differing = fields.Boolean(load_default=False)
    before = fields.Integer(load_default=2**62, data_key="cursor", validate=validate.Range(0, 2**62))
