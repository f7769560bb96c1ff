"""What the shapes have in common: strict fields, and the one shape of an error."""

from typing import Any
from unicodedata import category
from urllib.parse import urlsplit

from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validate

BREAKING = {"Cc", "Zl", "Zp"}  # categories that end or spoil a line; joiners and odd spaces are letters
LARGEST = 2**53 - 1  # the largest integer that every reader of JSON keeps exactly


class Shape(Schema):
    """A shape that refuses fields which it doesn't know."""

    class Meta:
        """Nothing is dropped silently."""

        unknown = RAISE


class Filter(Shape):
    """What of a list is asked for; a field that is empty asks for nothing, since a form sends those too."""

    @post_load
    def drop_empty(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Take what is empty as not given."""
        return {name: None if value == "" else value for name, value in data.items()}


class Text(fields.String):
    """Text without NUL, trimmed at its ends; where it may be null, empty is null.

    :param longest: in code points.
    """

    def __init__(self, *, longest: int = 2000, is_one_line: bool = False, **options: Any) -> None:
        self.is_one_line = is_one_line
        checks = [validate.Length(max=longest), *options.pop("validators", [])]
        super().__init__(validate=checks, **options)

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> Any:
        text = super()._deserialize(value, attr, data, **options)
        if "\x00" in text:
            raise ValidationError("A NUL character is not allowed.")
        text = text.replace("\r\n", "\n").strip()
        if self.is_one_line and any(category(each) in BREAKING for each in text):
            raise ValidationError("Must be one line, without control characters.")
        return None if not text and self.allow_none else text

    def _validate(self, value: Any) -> None:
        if value is not None:
            super()._validate(value)


def check_web_address(value: str | None) -> None:
    """:raises ValidationError: not an http or https address with a host."""
    if value is None:
        return
    try:
        parts = urlsplit(value)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_good = False
    if not is_good or not value.isprintable() or " " in value:
        raise ValidationError("Must be an address that begins with http:// or https://.")


class WebAddress(Text):
    """An http or https address, and nothing that a browser would run."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validators=[check_web_address], **options)


class Offset(fields.Integer):
    """An offset in Unicode code points of the document's text, from 0."""

    def __init__(self, **options: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(0, LARGEST), **options)


def choice(values: tuple[str, ...], **options: Any) -> fields.String:
    """Return a field that takes one of a vocabulary's words."""
    if options.get("allow_none"):
        error = f"Must be one of: {', '.join(values)}, or null."
        return fields.String(validate=validate.OneOf([*values, None], error=error), **options)
    return fields.String(validate=validate.OneOf(values), **options)


class ErrorBody(Shape):
    """What went wrong, for programs and for people."""

    code = fields.String(required=True, metadata={"description": "A stable word."})
    message = fields.String(required=True, metadata={"description": "A sentence for a person."})
    fields_ = fields.Dict(data_key="fields", metadata={"description": "Complaints by field."})
    current = fields.Raw(allow_none=True, metadata={"description": "What is stored now."})


class Error(Shape):
    """The one shape of every error."""

    error = fields.Nested(ErrorBody, required=True)


def describe_tuples(plugin: MarshmallowPlugin) -> None:
    """Teach the maker of JSON Schema what a tuple is; it has no notion of its own."""

    def properties(converter: Any, field: fields.Field[Any], **_: Any) -> dict[str, Any]:
        if not isinstance(field, fields.Tuple):
            return {}
        parts = [converter.field2property(each) for each in field.tuple_fields]
        return {
            "type": "array",
            "prefixItems": parts,
            "minItems": len(parts),
            "maxItems": len(parts),
        }

    if plugin.converter is not None:
        plugin.converter.add_attribute_function(properties)  # type: ignore[no-untyped-call]
