"""The forms with which people and collections are managed."""

from typing import Any

from marshmallow import fields, validate

from schemas.base import Text, choice
from schemas.reviewer import Form
from schemas.terms import ROLES, SCOPES

MOST_DAYS = 3650  # that a token may live


class Blank(fields.Integer):
    """A whole number, or nothing where the field of the form is empty."""

    def __init__(self, **options: Any) -> None:
        super().__init__(load_default=None, allow_none=True, **options)

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> Any:
        value = value.strip() if isinstance(value, str) else value
        return None if value == "" else super()._deserialize(value, attr, data, **options)

    def _validate(self, value: Any) -> None:
        if value is not None:
            super()._validate(value)


class PeopleFilter(Form):
    """Which people a list shows."""

    q = Text(load_default="", longest=64)
    role = fields.String(load_default="", validate=validate.OneOf(["", *ROLES]))
    state = fields.String(load_default="", validate=validate.OneOf(["", "active", "disabled"]))
    after = fields.String(load_default="", validate=validate.Length(max=64))


class PersonForm(Form):
    """Somebody new."""

    name = fields.String(required=True)
    role = choice(ROLES, required=True)


class RoleForm(Form):
    """Another role."""

    role = choice(ROLES, required=True)


class TokenForm(Form):
    """A token for programs; without days it lives until it is revoked."""

    name = fields.String(required=True)
    scope = choice(SCOPES, required=True)
    days = Blank(validate=validate.Range(1, MOST_DAYS, error=f"From 1 to {MOST_DAYS}, or empty."))


class LinkForm(Form):
    """One's own choice of a password, where a link has let one in."""

    new_password = fields.String(load_default="")
    again = fields.String(load_default="")


class CollectionForm(Form):
    """Who sees a collection, and how many review what is loaded into it; `seen` is the version shown."""

    limited = fields.Boolean(load_default=False)
    people = fields.List(fields.String(), load_default=list)
    reviews_needed = Blank(validate=validate.Range(1, 20, error="From 1 to 20, or empty."))
    seen = fields.String(required=True)


class GuidelinesForm(Form):
    """The guidelines of a collection, Markdown; `seen` is the version shown."""

    guidelines = fields.String(load_default="")
    seen = fields.String(required=True)
