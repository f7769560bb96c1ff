"""Which sentences two revisions have in common."""

import pytest

from annotate.text.aligning import align

CASES = {
    "nothing changed": ("abc", "abc", [(0, 0), (1, 1), (2, 2)]),
    "one was added at the top": ("abc", "xabc", [(0, 1), (1, 2), (2, 3)]),
    "one was added in the middle": ("abc", "abxc", [(0, 0), (1, 1), (2, 3)]),
    "one was taken out": ("abc", "ac", [(0, 0), (2, 1)]),
    "one was changed": ("abc", "axc", [(0, 0), (2, 2)]),
    "all are new": ("abc", "xyz", []),
    "there was nothing": ("", "abc", []),
    "there is nothing": ("abc", "", []),
    "a twin is paired once": ("aab", "ab", [(0, 0), (2, 1)]),
    "twins between changes": ("xccy", "zccw", [(1, 1), (2, 2)]),
    "what changed places is paired in order": ("abcd", "bcda", [(1, 0), (2, 1), (3, 2)]),
}


@pytest.mark.parametrize(("old", "new", "expected"), CASES.values(), ids=CASES.keys())
def test_sentences_that_stayed_are_paired_in_order(
    old: str, new: str, expected: list[tuple[int, int]]
) -> None:
    assert align(list(old), list(new)) == expected


def test_case_kinds_of_space_and_composition_make_no_difference() -> None:
    old = ["The Mayor\u00a0resigned.", "Cafe\u0301 closes"]
    new = ["the  mayor resigned.", "Caf\u00e9 closes"]

    assert align(old, new) == [(0, 0), (1, 1)]


def test_a_line_that_stands_everywhere_is_paired_beside_what_is_rarer() -> None:
    old = ["x", *(["·"] * 50), "a", "·", "y"]
    new = ["z", *(["·"] * 50), "a", "·", "w"]

    assert align(old, new) == [(at, at) for at in range(1, 53)]
