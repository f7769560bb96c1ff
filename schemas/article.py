"""An article as it comes in: one object of a `.json` or `.jsonl` file, or the body of a request."""

import re
from typing import Any

from marshmallow import EXCLUDE, ValidationError, fields

from schemas.base import Shape, Text, WebAddress
from schemas.verification import check_time

LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}")
SURROGATE = re.compile("[\ud800-\udfff]")


class Line(Text):
    """Text on one line; line breaks and runs of white space, which others' programs leave, become spaces."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> Any:
        if isinstance(value, str):
            _refuse_surrogates(value)
            value = " ".join(value.split())
        return super()._deserialize(value, attr, data, **options)


class Id(Line):
    """A name that its source gave the article; numbers are names too."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> Any:
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return super()._deserialize(str(value) if is_number else value, attr, data, **options)


class Story(fields.String):
    """The text of an article, kept to the last character; its line endings become line feeds."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> Any:
        text = super()._deserialize(value, attr, data, **options)
        _refuse_surrogates(text)
        if "\x00" in text:
            raise ValidationError("A NUL character is not allowed.")
        if not text.strip():
            raise ValidationError("There is no text in it.")
        return text.replace("\r\n", "\n").replace("\r", "\n")


class LanguageTag(Line):
    """A BCP 47 tag; an underscore is forgiven."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> Any:
        tag = super()._deserialize(value, attr, data, **options)
        if tag is not None:
            tag = tag.replace("_", "-")
            if not LANGUAGE.fullmatch(tag):
                raise ValidationError("Must be a language tag such as en or pt-BR.")
        return tag


def _refuse_surrogates(text: str) -> None:
    if SURROGATE.search(text):
        raise ValidationError("A lone surrogate is not a character.")


class ArticleIn(Shape):
    """An article; fields that are not listed here are left alone, since files of others have many."""

    class Meta:
        """What we don't know is somebody else's."""

        unknown = EXCLUDE

    text = Story(required=True, metadata={"description": "The whole text; an empty line ends a block."})
    id = Id(
        longest=500,
        is_one_line=True,
        load_default=None,
        allow_none=True,
        metadata={
            "type": ["string", "integer"],
            "description": "Names the article within its collection, across revisions.",
        },
    )
    title = Line(longest=1000, is_one_line=True, load_default=None, allow_none=True)
    source = Line(longest=500, is_one_line=True, load_default=None, allow_none=True)
    url = WebAddress(load_default=None, allow_none=True, metadata={"description": "http or https"})
    author = Line(longest=500, is_one_line=True, load_default=None, allow_none=True)
    published_at = Line(
        longest=40,
        load_default=None,
        allow_none=True,
        validators=[check_time],
        metadata={"description": "A date, or a time in ISO 8601."},
    )
    language = LanguageTag(
        longest=40, load_default=None, allow_none=True, metadata={"description": "BCP 47, such as en."}
    )
    collection = Line(longest=200, is_one_line=True, load_default=None, allow_none=True)
