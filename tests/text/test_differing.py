"""What differs between two texts, word by word."""

import pytest

from annotate.text.differing import Part, differ, differ_in_items

WAS = "The bridge was closed on Monday, the city of Norhaven said in a note."
NOW = "The bridge was closed on Tuesday, the city of Norhaven said in a short note."


def read(row: list[Part], leave_out: str) -> str:
    return "".join(part.text for part in row if part.mark != leave_out)


def test_a_long_text_tells_word_by_word_what_went_and_what_came() -> None:
    row = differ(WAS, NOW)

    assert [part for part in row if part.mark] == [("Monday", "del"), ("Tuesday", "ins"), ("short ", "ins")]
    assert (read(row, "ins"), read(row, "del")) == (WAS, NOW)


def test_a_short_text_is_shown_before_and_after() -> None:
    assert differ("quote", "claim") == [("quote", "del"), (" → ", ""), ("claim", "ins")]
    assert differ("", "claim") == [("claim", "ins")]
    assert differ("claim", "") == [("claim", "del")]
    assert differ("out_of_context", "", is_term=True) == [("out of context", "del")]


def test_of_a_long_stretch_that_stayed_only_what_is_beside_a_change_is_shown() -> None:
    stayed = " ".join(f"word{n}" for n in range(100)) + " "
    row = differ(f"{stayed}old {stayed}older {stayed}", f"{stayed}new {stayed}newer {stayed}")

    same = [part.text for part in row if not part.mark]
    assert [len(each) for each in same] == [41, 81, 41]
    assert [each.find("…") for each in same] == [0, 40, 40]
    assert [part.text for part in row if part.mark] == ["old ", "new ", "older ", "newer "]


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("a " * 2000, "b " * 2000),
        ("a b " * 1000, "b a " * 1000),
        ("x" * 4000, "y" * 4000),
        ("".join(f"{n} " for n in range(900)), "".join(f"{n} z " for n in range(900))),
        ("\u202e<script>\x07 " * 300, "&amp; \u200d👩‍🚀 " * 300),
        (". " * 2000, "! . " * 1000),
    ],
    ids=["other", "turned", "one word", "woven", "hostile", "points"],
)
def test_texts_made_to_cost_much_are_told_whole(was: str, now: str) -> None:
    row = differ(was, now)

    assert len(row) < 10
    assert was[:1] in read(row, "ins")
    assert now[-2:] in read(row, "del")


def test_of_a_list_only_the_items_that_differ_are_told() -> None:
    long = "Supports: the record of the city council of Norhaven"
    rows = differ_in_items(["Same", long, "Gone"], ["New", "Same", f"{long}, page 2", "Came", "Came too"])

    assert rows[0] == [("New", "ins")]
    assert "Same" not in [part.text for row in rows for part in row]
    assert differ_in_items(["a", long], ["a", f"{long}, page 2"]) == [[(long, ""), (", page 2", "ins")]]
