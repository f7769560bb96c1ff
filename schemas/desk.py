"""The verification desk: what a view of it may ask for, what it lists, and who has what to check."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates

from schemas.base import Filter, Offset, Shape, Text, choice
from schemas.document import MOST_LISTED, Assignment, MadeOn, WriteAnswer
from schemas.export import ExportedVerification
from schemas.terms import BLOCKS, CHECKABLE, LABELS, ORDERS, STATUSES, VERDICTS
from schemas.verification import check_time

QUESTION = 1000  # characters
SHOWN = (*STATUSES, "suspended")  # what a view may ask for
MOST_DAYS = 36_500


def _any_of(values: tuple[str, ...], about: str = "") -> fields.String:
    return fields.String(
        load_default=None, validate=validate.OneOf(["", *values]), metadata={"description": about}
    )


class DeskFilter(Filter):
    """Which claims and quotes a view of the desk shows; empty is all that are on it."""

    status = _any_of(SHOWN, "`suspended`: set aside, since the sentence is something else by now.")
    verdict = _any_of(VERDICTS)
    label = _any_of(CHECKABLE)
    collection = Text(load_default=None, allow_none=True)
    speaker = Text(longest=200, load_default=None, allow_none=True)
    person = Text(
        longest=64,
        load_default=None,
        allow_none=True,
        metadata={"description": "Who has it, proposed its result, or checked it."},
    )
    age = fields.String(
        load_default=None,
        validate=validate.Regexp(r"\d{0,5}\Z", error="Must be a number of days."),
        metadata={"description": "Unchanged for so many days, or longer."},
    )
    q = Text(
        longest=200,
        load_default=None,
        allow_none=True,
        metadata={"description": "Words that the sentence has, all of them."},
    )
    sort = fields.String(load_default="newest", validate=validate.OneOf(["", *ORDERS]))
    cursor = fields.String(
        load_default=None,
        validate=validate.Length(max=60),
        metadata={"description": "The `next` of the page before."},
    )


class DeskQuery(DeskFilter):
    """A page of the desk."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, MOST_LISTED))


class CheckedDecision(Shape):
    """The label that stands, and the version of that decision; for a suspended one it is another, or none."""

    label = choice(LABELS, required=True, allow_none=True)
    version = fields.Integer(required=True)


class Check(Shape):
    """A claim or quote on the desk in its context; `document` is an id, `before` and `after` sentences."""

    document = fields.String(required=True)
    key = fields.String(required=True)
    title = fields.String(required=True)
    collection = fields.String(required=True)
    source = fields.String(required=True, allow_none=True)
    published_at = fields.String(required=True, allow_none=True)
    language = fields.String(required=True, allow_none=True)
    start = Offset(required=True)
    end = Offset(required=True)
    text = fields.String(required=True)
    block = choice(BLOCKS, required=True)
    before = fields.String(required=True, allow_none=True)
    after = fields.String(required=True, allow_none=True)
    label = choice(LABELS, required=True, allow_none=True)
    speaker = fields.String(required=True, allow_none=True)
    decision = fields.Nested(CheckedDecision, required=True)
    verification = fields.Nested(ExportedVerification, required=True)
    assigned_to = fields.String(required=True, allow_none=True)
    assignment = fields.Nested(Assignment, required=True, allow_none=True)
    made_on = fields.Nested(MadeOn, required=True, allow_none=True)
    late_dissent = fields.Boolean(required=True)


class CheckList(Shape):
    """A page of the desk; `next` is the cursor of the page after."""

    items = fields.List(fields.Nested(Check), required=True)
    next = fields.String(required=True, allow_none=True)


class AssigneeRequest(Shape):
    """Who has it to check from now on, null for nobody; a question becomes a comment as well."""

    end = Offset(required=True)
    reviewer = Text(longest=64, required=True, allow_none=True)
    question = Text(longest=QUESTION, load_default=None, allow_none=True)


class AssigneeAnswer(WriteAnswer):
    """The sentence with its assignment, whose version the ETag is."""


class Day(fields.String):
    """A day such as 2026-01-31; empty is none."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> Any:
        day = super()._deserialize(value, attr, data, **options).strip()
        if day and len(day) != 10:
            raise ValidationError("Must be a day such as 2026-01-31.")
        check_time(day or None)
        return day or None


class CorrectionFilter(Shape):
    """Which corrections the log shows."""

    collection = Text(load_default=None, allow_none=True)
    since = Day(load_default=None)
    until = Day(load_default=None)
    cursor = fields.String(load_default=None)

    @validates("cursor")
    def check_cursor(self, value: str | None, **_: Any) -> None:
        """:raises ValidationError: it is not one of ours."""
        if value and not (value.isascii() and value.isdigit() and len(value) < 19):
            raise ValidationError("Not a cursor.")
