import sys

import pytest

from annotate.text.normalise import normalised

SPACES = [chr(code) for code in range(sys.maxunicode) if chr(code).isspace()]


@pytest.mark.parametrize("space", SPACES, ids=lambda space: f"U+{ord(space):04X}")
def test_every_kind_of_space_is_one_space(space: str) -> None:
    assert normalised(f"{space}Mayor{space}{space} resigns{space}") == "mayor resigns"


def test_composed_and_combining_letters_are_the_same() -> None:
    assert normalised("Cafe\u0301") == normalised("CAFÉ") == "café"


def test_case_is_folded_and_not_only_lowered() -> None:
    assert normalised("STRASSE") == normalised("Straße")


def test_what_is_normalised_stays_as_it_is() -> None:
    characters = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    for at in range(0, len(characters), 1000):
        once = normalised("a".join(characters[at : at + 1000]))
        assert normalised(once) == once


def test_punctuation_accents_and_invisible_letters_still_differ() -> None:
    assert len({normalised(text) for text in ("co-op", "coop", "coöp", "co\u200bop")}) == 4
