"""The keys of the workbench: what can be done with one, and which keys somebody may choose for it."""

from typing import Any, NamedTuple
from unicodedata import category

from marshmallow import ValidationError, fields, validates_schema

from schemas.reviewer import Form


class Act(NamedTuple):
    """Something that a single key does; with Shift some do more, which takes a letter."""

    key: str
    words: str
    has_shift: bool = False


ACTS = {
    "claim": Act("c", "Claim"),
    "quote": Act("q", "Quote"),
    "boilerplate": Act("b", "Boilerplate"),
    "none": Act("n", "None of these"),
    "repeat": Act("r", "The last label again"),
    "next": Act("j", "Next sentence", has_shift=True),
    "previous": Act("k", "Previous sentence", has_shift=True),
    "untagged": Act("g", "Next untagged sentence"),
    "undo": Act("u", "Undo", has_shift=True),
    "suggestion": Act("s", "Take what is suggested"),
    "speaker": Act("a", "Speaker"),
    "note": Act("m", "Note"),
    "comment": Act("o", "Comment"),
    "verification": Act("v", "Verification"),
    "cut": Act("x", "Cut the sentence in two"),
    "join": Act("w", "Join with the next sentence"),
    "guidelines": Act("i", "Guidelines of the collection"),
    "done": Act("d", "Done: sign off, then the next document"),
    "desk": Act("l", "Back to the list of the verification desk"),
    "find": Act("/", "Find in the article"),
    "help": Act("?", "The list of keys"),
}
USUAL = {name: act.key for name, act in ACTS.items()}
TAKEN = "+-."  # by the numeric keypad, as are digits
LAST = "\uffff"  # what is beyond takes two units in a browser, and no key gives it


class Key(fields.String):
    """One character that a key gives, in its small form."""

    def __init__(self, *, has_shift: bool = False, **options: Any) -> None:
        self.has_shift = has_shift
        super().__init__(required=True, **options)

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> str:
        key = super()._deserialize(value, attr, data, **options).strip().lower()
        if len(key) != 1 or key > LAST or not key.isprintable() or category(key).startswith("M"):
            raise ValidationError("Must be one character that a key gives by itself.")
        if key.isdigit() or key in TAKEN:
            raise ValidationError("Digits, + - and . keep their meaning: choose another key.")
        capital = key.upper()
        if self.has_shift and (capital == key or len(capital) != 1):
            raise ValidationError("Must be a letter with a capital: with Shift it does something more.")
        return key


class Keys(Form):
    """A key for each act, none twice."""

    @validates_schema(skip_on_field_errors=False)
    def _check_twice(self, data: dict[str, str], **_: Any) -> None:
        twice = {
            name: [f"“{key}” is also the key for: {'; '.join(others)}."]
            for name, key in data.items()
            if (others := [ACTS[each].words for each in data if each != name and data[each] == key])
        }
        if twice:
            raise ValidationError(twice)


KeysForm = Keys.from_dict({name: Key(has_shift=act.has_shift) for name, act in ACTS.items()}, name="KeysForm")


def moved(keys: dict[str, str]) -> dict[str, str]:
    """Return what each key means that is not as usual: the usual key of its act, or nothing.

    :param keys: each act's key.
    """
    changed = {name: key for name, key in keys.items() if key != USUAL[name]}
    freed = {USUAL[name]: "" for name in changed}
    return freed | {key: USUAL[name] for name, key in changed.items()}
