import pytest

from annotate.text.marks import enclosed, pairs


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ('"We won," he said. "They lost."', ["We won,", "They lost."]),
        ("“We won,” he said.", ["We won,"]),
        ("„Gut“, sagte er, »ja«.", ["Gut", "ja"]),
        ("« Oui », dit-il.", [" Oui "]),
        ("'Well,' the dogs' owner said.", ["Well,"]),
        ("‘It’s ours,’ she said.", ["It’s ours,"]),
        ('“typed and curly" or "the other way round”', ["typed and curly", "the other way round"]),
        ("He (the mayor [of Holm]) left.", ["of Holm", "the mayor [of Holm]"]),
        ("a) first b) second", []),
        ("It's the '90s, don't you see? The dogs' tails", []),
        ("He is 5'10\" tall.", []),
        ('"Never closed. Then "closed" it was', ["closed"]),
    ],
)
def test_marks_that_belong_together_are_found(text: str, inside: list[str]) -> None:
    assert [text[start + 1 : end] for start, end in pairs(text)] == inside


def test_only_the_outermost_pairs_are_kept_and_overlapping_ones_become_one() -> None:
    assert enclosed([(3, 5), (1, 8), (9, 12), (11, 20)]) == [(1, 8), (9, 20)]
