"""How well the sets of tests/data/segmenting are cut; the floors stand where we are."""

import pytest

from annotate.text.segment import spans
from tests.bench.sets import Sample, Score, names, samples, score
from tests.text.invariants import assert_invariants

FLOORS = {
    "de": 0.98,
    "en-articles": 0.99,
    "en-hard": 0.985,
    "en-treebank": 0.97,
    "es": 0.99,
    "fr": 0.99,
    "pl": 0.98,
    "uk": 0.99,
}


@pytest.mark.parametrize("name", names())
def test_a_set_is_cut_as_well_as_before(name: str) -> None:
    total = sum((score(each, spans(each.text, name[:2])) for each in samples(name)), Score())

    assert total.f1 >= FLOORS[name], total


@pytest.mark.parametrize("name", names())
def test_a_set_keeps_the_invariants_also_with_its_language_detected(name: str) -> None:
    for each in samples(name):
        assert_invariants(each.text)


def test_ends_are_counted_inside_paragraphs_only() -> None:
    sample = Sample("A b. C d.\nE f.\n\nG h.", frozenset({4, 9}))

    assert score(sample, [(0, 4), (5, 9), (10, 14), (16, 20)]) == Score(right=2)
    assert score(sample, [(0, 2), (3, 9), (10, 20)]) == Score(right=1, wrong=1, missed=1)
