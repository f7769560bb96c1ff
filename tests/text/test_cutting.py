"""Where a sentence may be cut, and what belongs to its parts."""

import pytest

from annotate.errors import Invalid
from annotate.text.cutting import cut


@pytest.mark.parametrize(
    ("text", "at", "parts"),
    [
        ("It rose. It fell.", 8, ["It rose.", "It fell."]),
        ("It rose. It fell.", 9, ["It rose.", "It fell."]),
        ("It rose. \u00a0\n It fell.", 10, ["It rose.", "It fell."]),
        ("law.Detailed", 4, ["law.", "Detailed"]),
        ("ab", 1, ["a", "b"]),
        ("👍 He won 👍", 1, ["👍", "He won 👍"]),  # one code point, though two in JavaScript
        ("🇩🇪🇫🇷", 2, ["🇩🇪", "🇫🇷"]),
        ("caf\u0301e ole", 5, ["caf\u0301e", "ole"]),
    ],
)
def test_white_space_beside_the_cut_belongs_to_neither_part(text: str, at: int, parts: list[str]) -> None:
    around = f"One. {text} Two."

    spans = cut(around, 5, 5 + len(text), 5 + at)

    assert [around[start:end] for start, end in spans] == parts


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("It rose.", 0),
        ("It rose.", 8),
        ("It rose.", -1),
        ("It rose.", 2**53 - 1),
        ("It rose.\u200b\u2060", 8),  # nothing to read behind the cut
        ("\u200bIt rose.", 1),
        ("caf\u0301e", 3),  # a letter and its accent
        ("👨\u200d👩 won", 1),  # before the joiner of a family
        ("👨\u200d👩 won", 2),
        ("👍🏽 won", 1),  # a skin tone
        ("☀\ufe0f won", 1),  # a variation selector
        ("🇩🇪🇫🇷", 1),
        ("🇩🇪🇫🇷", 3),
        ("นี้", 1),  # a vowel above its consonant
    ],
)
def test_what_cannot_be_cut_is_refused_by_name(text: str, at: int) -> None:
    with pytest.raises(Invalid) as refused:
        cut(f"One. {text} Two.", 5, 5 + len(text), 5 + at)

    assert refused.value.fields
    assert list(refused.value.fields) == ["at"]


def test_a_long_row_of_flags_takes_no_longer_than_any_text() -> None:
    text = "🇩🇪" * 100_000

    assert cut(text, 0, len(text), len(text) - 2) == [(0, len(text) - 2), (len(text) - 2, len(text))]
