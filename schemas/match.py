"""Matches: the same claim elsewhere, as it is offered and as people judge it."""

from marshmallow import fields

from schemas.base import Offset, Shape, choice
from schemas.document import WriteAnswer
from schemas.export import ExportedVerification
from schemas.terms import LABELS, MATCH_STATES, RELATIONS

LIKENESSES = ("strong", "fair", "weak")


class MatchRequest(Shape):
    """What somebody says of two sentences; relation null: they have nothing to do with each other."""

    relation = choice(RELATIONS, required=True, allow_none=True)
    end = Offset(load_default=None, allow_none=True)
    other_end = Offset(load_default=None, allow_none=True)


class Differing(Shape):
    """A figure or date that differs, as it is written."""

    here = fields.String(required=True)
    there = fields.String(required=True)


class ListedMatch(Shape):
    """A sentence of another document that may say the same or the contrary.

    State null, version 0: nobody has said anything of the two yet.
    """

    document = fields.String(required=True)
    key = fields.String(required=True)
    title = fields.String(required=True)
    start = Offset(required=True)
    end = Offset(required=True)
    text = fields.String(required=True)
    label = choice(LABELS, required=True, allow_none=True)
    score = fields.Float(required=True, metadata={"description": "0 to 1: what the two have in common."})
    likeness = choice(LIKENESSES, required=True)
    reason = fields.String(required=True)
    differing = fields.List(fields.Nested(Differing), required=True)
    relation = choice(RELATIONS, required=True, allow_none=True)
    state = choice(MATCH_STATES, required=True, allow_none=True)
    proposed_by = fields.String(required=True, allow_none=True)
    confirmed_by = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)
    verification = fields.Nested(ExportedVerification, required=True, allow_none=True)


class MatchList(Shape):
    """What is recorded, then what is offered; `next` is always null."""

    items = fields.List(fields.Nested(ListedMatch), required=True)
    next = fields.String(required=True, allow_none=True)


class MatchAnswer(WriteAnswer):
    """The two sentences after a write."""

    match = fields.Nested(ListedMatch, required=True)
