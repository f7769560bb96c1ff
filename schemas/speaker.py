"""Speakers: as they are looked up, what is known of one, and what one said."""

from typing import Any

from marshmallow import EXCLUDE, fields, validate

from schemas.annotation import SPEAKER
from schemas.base import Filter, Offset, Shape, Text, choice
from schemas.reviewer import Form
from schemas.terms import ATTRIBUTIONS, LABELS, STATUSES, VERDICTS

MOST_ALIASES = 200
NOTE = 4000


class SpeakerQuery(Shape):
    """Which names to offer."""

    q = Text(longest=SPEAKER, load_default="", metadata={"description": "Part of a name."})
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 200))


class KnownName(Shape):
    """A name that belongs to a speaker with a record."""

    spelling = fields.String(required=True)
    id = fields.String(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True, allow_none=True)
    organisation = fields.String(required=True, allow_none=True)


class SpeakerList(Shape):
    """Names, alphabetically; `next` is always null: ask for more of a name instead."""

    items = fields.List(fields.String(), required=True)
    known = fields.List(
        fields.Nested(KnownName), required=True, metadata={"description": "Those of them with a record."}
    )
    next = fields.String(required=True, allow_none=True)


def _name(**options: Any) -> Text:
    return Text(longest=SPEAKER, is_one_line=True, **options)


class SpeakerRequest(Shape):
    """What is known of a speaker, whole; `name` and `aliases` are the spellings that mean this one."""

    name = _name(required=True, validators=[validate.Length(min=1)])
    role = _name(load_default=None, allow_none=True)
    organisation = _name(load_default=None, allow_none=True)
    aliases = fields.List(
        _name(validators=[validate.Length(min=1)]),
        load_default=list,
        validate=validate.Length(max=MOST_ALIASES),
    )
    note = Text(longest=NOTE, load_default=None, allow_none=True)


class OtherSpeaker(Shape):
    """The speaker that is merged into this one, or split off from it."""

    other = fields.String(required=True, metadata={"description": "an id"})


class Record(Shape):
    """What is known of a speaker; version 0 is a name that nobody has given a record."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True, allow_none=True)
    organisation = fields.String(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    aliases = fields.List(fields.String(), required=True)
    merged = fields.List(
        fields.Nested(lambda: Record()),  # noqa: PLW0108 - there is no such class yet
        required=True,
        metadata={"description": "Speakers that turned out to be this one, each to be split off again."},
    )
    version = fields.Integer(required=True)


class SaidFilter(Filter):
    """Which sentences of a speaker are shown; empty is all."""

    label = fields.String(load_default=None, validate=validate.OneOf(["", *LABELS]))
    verdict = fields.String(load_default=None, validate=validate.OneOf(["", *VERDICTS]))
    cursor = fields.String(
        load_default=None,
        validate=validate.Regexp(r"[0-9]{1,15}-[0-9]{1,15}\Z"),
        metadata={"description": "The `next` of the page before."},
    )


class SaidQuery(SaidFilter):
    """A page of what a speaker said."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class Saying(Shape):
    """A sentence that stands as said by somebody, with the spelling that was typed there."""

    document = fields.String(required=True, metadata={"description": "an id"})
    key = fields.String(required=True)
    title = fields.String(required=True)
    published_at = fields.String(required=True, allow_none=True)
    start = Offset(required=True)
    end = Offset(required=True)
    text = fields.String(required=True)
    speaker = fields.String(required=True)
    label = choice(LABELS, required=True)
    status = choice(STATUSES, required=True, allow_none=True)
    verdict = choice(VERDICTS, required=True, allow_none=True)
    attribution = choice(ATTRIBUTIONS, required=True, allow_none=True)


class SaidList(Shape):
    """A page of sentences, of the newest documents first; `next` is the cursor of the page after."""

    items = fields.List(fields.Nested(Saying), required=True)
    next = fields.String(required=True, allow_none=True)


class SpeakerAnswer(Record):
    """A speaker with what they said in all that I may see."""

    counts = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "How many claims and quotes have each verdict."},
    )
    sentences = fields.Nested(SaidList, required=True)


class SpeakersFilter(Shape):
    """Which speakers the page lists."""

    q = Text(longest=SPEAKER, load_default="")
    kind = fields.String(load_default="", validate=validate.OneOf(["", "known", "unlisted"]))
    cursor = fields.String(load_default="", validate=validate.Length(max=2000))


class Lines(fields.List[Any]):
    """A list as a field of several lines sends it, one a line; empty lines are none."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> Any:
        lines = [each for each in str(value).splitlines() if each.strip()]
        return super()._deserialize(lines, attr, data, **options)


class SpeakerForm(SpeakerRequest):
    """The record of a speaker as its form sends it, with the version that was seen.

    `was` is the name until now, which stays a spelling: articles have it.
    """

    class Meta:
        """The token comes along."""

        unknown = EXCLUDE

    version = fields.Integer(load_default=0, validate=validate.Range(0, 2**53))
    was = _name(load_default="")
    aliases = Lines(_name(), load_default=list, validate=validate.Length(max=MOST_ALIASES))


class OtherForm(Form):
    """Whom to merge or to split off: `other` by id, `name` by any spelling."""

    version = fields.Integer(load_default=0, validate=validate.Range(0, 2**53))
    other = Text(longest=2000, load_default="")
    name = _name(load_default="")


class NewSpeaker(Form):
    """A speaker whom nobody has quoted yet."""

    name = _name(required=True, validators=[validate.Length(min=1)])
