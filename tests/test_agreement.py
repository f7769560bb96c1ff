"""The coefficients, against published tables, a library, and the definitions worked out pair by pair."""

import random
from collections import Counter
from fractions import Fraction
from itertools import combinations, permutations

import krippendorff
import numpy as np
import pytest

from annotate import agreement
from annotate.agreement import Patterns, against_rest, by_pair, measure

# Krippendorff (2011), "Computing Krippendorff's alpha-reliability", section C: four observers, twelve units.
# Gwet (2014), "Handbook of inter-rater reliability", 4th edition, page 120, takes it over.
OBSERVERS = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]
# Cohen (1960), "A coefficient of agreement for nominal scales", table 1: 200 patients, three diagnoses.
COHEN = {("a", "a"): 88, ("a", "b"): 14, ("a", "c"): 18, ("b", "a"): 10, ("b", "b"): 40, ("b", "c"): 10,
         ("c", "a"): 2, ("c", "b"): 6, ("c", "c"): 12}  # fmt: skip
# Gwet's package irrCAC, data set cont3x3abstractors: two abstractors, 100 pregnant women.
ABSTRACTORS = {("ectopic", "ectopic"): 13, ("aiu", "aiu"): 20, ("aiu", "niu"): 7, ("niu", "aiu"): 4,
               ("niu", "niu"): 56}  # fmt: skip


def patterns_of(rows: list[str]) -> Patterns:
    """Take a row for each person and a column for each sentence; a point is a missing vote."""
    return Counter(
        tuple((who, label) for who, label in enumerate(column) if label != ".")
        for column in zip(*rows, strict=True)
    )


def table(cells: dict[tuple[str, str], int]) -> Patterns:
    return {((1, first), (2, second)): n for (first, second), n in cells.items()}


def some_votes(seed: int, n: int = 40, people: int = 4) -> list[str]:
    """Make votes that agree in part, with some missing."""
    chance = random.Random(seed)
    truth = [chance.choice("cqbn") for _ in range(n)]
    return [
        "".join(
            "." if chance.random() < 0.25 else label if chance.random() < 0.7 else chance.choice("cqbn")
            for label in truth
        )
        for _ in range(people)
    ]


# ------------------------------------------------------------------------------------------ published tables


def test_alpha_ac1_and_per_cent_are_those_of_krippendorffs_own_example() -> None:
    found = measure(patterns_of(OBSERVERS), resamples=0)

    assert found.krippendorff.value == pytest.approx(0.743421)  # Krippendorff: 0.743
    assert found.ac1.value == pytest.approx(0.775444)  # Gwet: 0.77544
    assert found.per_cent.value == pytest.approx(81.818182)  # Gwet: 0.81818
    assert found.krippendorff.n == 11  # one of the twelve has a single vote


def test_kappa_is_that_of_cohens_own_example() -> None:
    found = measure(table(COHEN), resamples=0)

    assert found.per_cent.value == pytest.approx(70)
    assert found.cohen.value == pytest.approx(0.492, abs=0.0005)


def test_all_four_are_those_of_gwets_abstractors() -> None:
    found = measure(table(ABSTRACTORS), resamples=0)

    assert found.per_cent.value == pytest.approx(89)
    assert found.cohen.value == pytest.approx(0.7964094, abs=1e-6)
    assert found.ac1.value == pytest.approx(0.8493305, abs=1e-6)
    assert found.krippendorff.value == pytest.approx(0.7972585, abs=1e-6)


# ------------------------------------------------------------------------------- independent computations


@pytest.mark.parametrize("seed", range(20))
def test_alpha_is_the_librarys(seed: int) -> None:
    rows = some_votes(seed)
    data = np.array([[np.nan if each == "." else "cqbn".index(each) for each in row] for row in rows])

    expected = krippendorff.alpha(reliability_data=data, level_of_measurement="nominal")

    assert measure(patterns_of(rows), resamples=0).krippendorff.value == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("seed", range(10))
def test_each_is_what_its_definition_gives_vote_by_vote(seed: int) -> None:
    rows = some_votes(seed)
    columns = [[each for each in column if each != "."] for column in zip(*rows, strict=True)]
    several = [column for column in columns if len(column) > 1]
    observed = mean([Fraction(sum(a == b for a, b in pairs(each)), len(pairs(each))) for each in several])
    rated = [column for column in columns if column]
    shares = [mean([Fraction(column.count(label), len(column)) for column in rated]) for label in "bcnq"]
    by_chance = sum(share * (1 - share) for share in shares) / 3

    found = measure(patterns_of(rows), resamples=0)

    assert found.per_cent.value == pytest.approx(float(100 * observed), abs=1e-6)
    assert found.ac1.value == pytest.approx(float((observed - by_chance) / (1 - by_chance)), abs=1e-6)
    assert found.cohen.value == pytest.approx(float(mean(kappas(rows))), abs=1e-6)


def pairs(votes: list[str]) -> list[tuple[str, str]]:
    return list(combinations(votes, 2))


def mean(values: list[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def kappas(rows: list[str]) -> list[Fraction]:
    found = []
    for one, other in combinations(rows, 2):
        both = [(a, b) for a, b in zip(one, other, strict=True) if "." not in (a, b)]
        equal = Fraction(sum(a == b for a, b in both), len(both))
        chance = mean([Fraction(sum(a == d for _, d in both), len(both)) for a, _ in both])
        found.append((equal - chance) / (1 - chance))
    return found


def test_who_is_who_and_what_comes_first_change_nothing() -> None:
    rows = some_votes(1, people=3)
    expected = measure(patterns_of(rows), resamples=0)

    for order in permutations(rows):
        found = measure(patterns_of([row[::-1] for row in order]), resamples=0)
        assert found == expected


# --------------------------------------------------------------------------------------------- what is not


@pytest.mark.parametrize("patterns", [{}, patterns_of(["cqb..", "...cq"])])
def test_without_a_sentence_of_two_votes_nothing_has_a_value(patterns: Patterns) -> None:
    found = measure(patterns)

    for each in (found.per_cent, found.cohen, found.krippendorff, found.ac1):
        assert (each.value, each.low, each.high, each.n) == (None, None, None, 0)
        assert each.reason == agreement.NO_VOTES


def test_where_all_votes_are_one_label_only_per_cent_has_a_value() -> None:
    found = measure(patterns_of(["cccc", "cccc"]))

    assert found.per_cent.value == 100
    for each in (found.cohen, found.krippendorff, found.ac1):
        assert each.value is None
        assert "All votes are “c”" in (each.reason or "")


def test_a_pair_that_used_one_label_is_left_out_of_the_mean_and_named_where_all_are() -> None:
    mixed = patterns_of(["cccqq.", "ccccq.", "cc...c"])  # the third has only c in common with either
    apart = patterns_of(["cc..", "cc..", "..qq", "..qq"])

    assert measure(mixed).cohen.value == measure(by_pair(mixed)[0, 1]).cohen.value
    assert measure(apart).cohen.value is None
    assert measure(apart).cohen.reason == agreement.ONE_LABEL
    assert measure(apart).krippendorff.value == 1  # over all, two labels were told apart


def test_where_only_lone_votes_differ_what_cannot_be_computed_says_so() -> None:
    found = measure(patterns_of(["ccc.q", "ccc..", "...q."]))

    assert found.per_cent.value == 100
    assert (found.krippendorff.value, found.krippendorff.reason) == (None, agreement.ONE_LABEL)
    assert (found.cohen.value, found.cohen.reason) == (None, agreement.ONE_LABEL)
    assert found.ac1.value == 1  # lone votes show that there was another label to give


def test_disagreement_by_rule_is_below_chance_and_not_undefined() -> None:
    found = measure(patterns_of(["cqcq", "qcqc"]))

    assert found.cohen.value == -1
    assert found.per_cent.value == 0


# ------------------------------------------------------------------------------------- groups and intervals


def test_a_label_is_measured_against_all_others() -> None:
    patterns = patterns_of(["ccqb", "cnqn"])

    assert measure(against_rest(patterns, "c")).per_cent.value == 75
    assert measure(against_rest(patterns, "q")).cohen.value == 1
    assert measure(against_rest(patterns, "x")).cohen.reason is not None
    assert agreement.count_confusions(patterns) == {("b", "n"): 1, ("c", "n"): 1}


def test_a_pair_is_measured_on_what_both_voted_on() -> None:
    found = by_pair(patterns_of(OBSERVERS))

    assert list(found) == list(combinations(range(4), 2))
    assert sum(found[0, 2].values()) == 8


def test_the_same_votes_give_the_same_interval_around_the_value() -> None:
    found, again = measure(table(COHEN)), measure(dict(reversed(table(COHEN).items())))

    assert found == again
    assert found.cohen.low is not None
    assert found.cohen.high is not None
    assert found.cohen.low < 0.492 < found.cohen.high
    assert found.cohen.resamples == 1000


def test_intervals_are_those_of_drawing_sentences_one_by_one() -> None:
    sentences = [pattern for pattern, n in sorted(table(COHEN).items()) for _ in range(n)]
    chance = random.Random(7)
    drawn = sorted(
        measure(Counter(chance.choices(sentences, k=200)), resamples=0).cohen.value or 0 for _ in range(1000)
    )

    found = measure(table(COHEN)).cohen

    assert found.low == pytest.approx(drawn[25], abs=0.03)  # both have an error of about 0.006
    assert found.high == pytest.approx(drawn[974], abs=0.03)


def test_more_sentences_make_narrower_intervals_and_many_patterns_fewer_resamples() -> None:
    few, many = table(COHEN), {pattern: 100 * n for pattern, n in table(COHEN).items()}
    width = [(each.high or 0) - (each.low or 0) for each in (measure(few).cohen, measure(many).cohen)]
    crowd = patterns_of(some_votes(3, n=900, people=5))

    assert width[0] / width[1] == pytest.approx(10, rel=0.3)
    assert agreement.mean_kappa(crowd).resamples < 1000 == measure(many).cohen.resamples
