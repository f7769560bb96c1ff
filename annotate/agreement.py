"""How far people agree who have read the same sentences independently; pure.

Sentences are counted by their *patterns*: who gave which label. All that is asked of thousands of sentences
is asked of some dozen patterns, and drawing sentences anew (the bootstrap) is drawing patterns.

- per cent: the mean over sentences of the share of pairs of votes that are equal, from 0 to 100.
- Cohen's kappa of each pair of people (Cohen 1960), and the mean of these.
- Krippendorff's alpha for nominal data with missing values (Krippendorff 2004, chapter 11).
- Gwet's AC1 for several raters and missing values (Gwet 2008, 2014); over the labels that were used.

What cannot be computed has no value and a reason in words: it is never 1 and never 0.
"""

import math
import random
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, combinations
from operator import mul
from statistics import NormalDist

Pattern = tuple[tuple[int, str], ...]  # (person, label) of each vote on a sentence, in order of persons
Patterns = Mapping[Pattern, int]  # how many sentences have it

RESAMPLES = 1_000
FEWEST_RESAMPLES = 100
MOST_DRAWS = 400_000  # of patterns, for the mean of kappas; it bounds the time to about a second
CONFIDENCE = 0.95
SEED = 20_080  # any constant: the same votes give the same interval
FEW = 300  # sentences that are drawn one by one
FEW_ALIKE = (
    50  # sentences of one pattern up to which Poisson's distribution is looked up; beyond, it is normal
)
DIGITS = 6  # of a value; a hundred thousand sentences don't carry more

OTHER = "other"
NO_VOTES = "No sentence has two independent votes."
ONE_LABEL = "People who read the same used one label only, so that chance alone would agree as well."


@dataclass(frozen=True)
class Figure:
    """A coefficient with its 95 % bootstrap interval over sentences.

    :ivar n: sentences with two votes or more, which is what it rests on.
    :ivar resamples: how often sentences were drawn anew for the interval.
    :ivar reason: why there is no `value`, in words; None where there is one.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    resamples: int
    reason: str | None


@dataclass(frozen=True)
class Agreement:
    """The four figures of one set of sentences; `per_cent` is from 0 to 100, the others are at most 1."""

    per_cent: Figure
    cohen: Figure
    krippendorff: Figure
    ac1: Figure


def measure(patterns: Patterns, *, resamples: int = RESAMPLES) -> Agreement:
    """Return the four figures.

    :param resamples: for the intervals; 0 leaves them out.
    """
    counts = _label_counts(patterns)
    labels = sorted({label for votes in counts for label in votes})
    tally = _Tally.of(list(counts), labels)
    weights = list(counts.values())
    n = round(tally.sums(weights)[0])
    per_cent, krippendorff, ac1 = _figures(weights, tally.coefficients, n, resamples)
    reason = _why_undefined(n, labels) or ONE_LABEL
    return Agreement(
        _explained(per_cent, reason),
        mean_kappa(patterns, resamples=resamples),
        _explained(krippendorff, reason),
        _explained(ac1, reason),
    )


def mean_kappa(patterns: Patterns, *, resamples: int = RESAMPLES) -> Figure:
    """Return the mean of Cohen's kappa over all pairs that have one."""
    pairs = _PairTables(patterns)
    resamples = min(resamples, max(FEWEST_RESAMPLES, MOST_DRAWS // max(1, len(pairs.weights))))
    n = sum(pairs.weights)
    labels = sorted({label for pattern in patterns for _, label in pattern})
    (figure,) = _figures(pairs.weights, lambda weights: [pairs.mean_kappa(weights)], n, resamples)
    return _explained(figure, _why_undefined(n, labels) or ONE_LABEL)


def by_pair(patterns: Patterns) -> dict[tuple[int, int], Patterns]:
    """Return for each two people, in order, the sentences on which both voted, with these votes alone."""
    found: dict[tuple[int, int], Counter[Pattern]] = defaultdict(Counter)
    for pattern, n in patterns.items():
        for one, other in combinations(pattern, 2):
            found[one[0], other[0]][one, other] += n
    return dict(sorted(found.items()))


def against_rest(patterns: Patterns, label: str) -> Patterns:
    """Return the same sentences as if there were two labels: this one, and any other."""
    collapsed: Counter[Pattern] = Counter()
    for pattern, n in patterns.items():
        collapsed[tuple((who, label if each == label else OTHER) for who, each in pattern)] += n
    return collapsed


def count_confusions(patterns: Patterns) -> dict[tuple[str, str], int]:
    """Count the pairs of unequal votes by their labels, the most frequent first."""
    confused: Counter[tuple[str, str]] = Counter()
    for pattern, n in patterns.items():
        for one, other in combinations(sorted(label for _, label in pattern), 2):
            if one != other:
                confused[one, other] += n
    return dict(sorted(confused.items(), key=lambda each: (-each[1], each[0])))


def merged(several: Iterable[Patterns]) -> Patterns:
    """Add up the sentences of several sets."""
    together: Counter[Pattern] = Counter()
    for each in several:
        together.update(each)
    return together


def _why_undefined(n: int, labels: list[str]) -> str | None:
    if not n:
        return NO_VOTES
    if len(labels) == 1:
        all_alike = "No vote has this label" if labels[0] == OTHER else f"All votes are “{labels[0]}”"
        return f"{all_alike}, so that chance alone would agree as well."
    return None


# ------------------------------------------------------------------------ coefficients of counts of labels

Labels = tuple[str, ...]  # of the votes on a sentence, sorted


def _label_counts(patterns: Patterns) -> dict[Labels, int]:
    """Forget who voted: the sentences by what labels they have."""
    counted: Counter[Labels] = Counter()
    for pattern, n in patterns.items():
        if pattern and n:
            counted[tuple(sorted([label for _, label in pattern]))] += n
    return dict(sorted(counted.items()))


@dataclass(frozen=True)
class _Tally:
    """What each pattern adds to the sums that the coefficients are made of; a column for each sum.

    Sums, in this order: sentences with two votes or more; their shares of equal pairs; their unequal pairs,
    each divided by votes less one; all sentences; then for each label its votes where there are two or more,
    and for each label its share of each sentence's votes.
    """

    columns: list[list[float]]
    n_labels: int

    @classmethod
    def of(cls, sentences: list[Labels], labels: list[str]) -> "_Tally":
        rows = [list(_parts(Counter(votes), labels)) for votes in sentences]
        return cls([list(column) for column in zip(*rows, strict=True)], len(labels))

    def sums(self, weights: Sequence[int]) -> list[float]:
        return [sum(map(mul, column, weights)) for column in self.columns] or [0.0] * 4

    def coefficients(self, weights: Sequence[int]) -> list[float | None]:
        """Return per cent, alpha and AC1, or None for each."""
        sums = self.sums(weights)
        if not sums[0]:
            return [None, None, None]
        return [100 * sums[1] / sums[0], self._krippendorff(sums), self._ac1(sums)]

    def _krippendorff(self, sums: list[float]) -> float | None:
        votes = sums[4 : 4 + self.n_labels]
        n = sum(votes)
        unequal = n * n - sum(each * each for each in votes)
        return 1 - (n - 1) * sums[2] / unequal if unequal else None

    def _ac1(self, sums: list[float]) -> float | None:
        if self.n_labels < 2:
            return None
        shares = [each / sums[3] for each in sums[4 + self.n_labels :]]
        by_chance = sum(each * (1 - each) for each in shares) / (self.n_labels - 1)
        return (sums[1] / sums[0] - by_chance) / (1 - by_chance)


def _parts(votes: Counter[str], labels: list[str]) -> Iterator[float]:
    n = sum(votes.values())
    is_pair = n >= 2
    equal = sum(each * (each - 1) for each in votes.values())
    yield float(is_pair)
    yield equal / (n * (n - 1)) if is_pair else 0.0
    yield (n * (n - 1) - equal) / (n - 1) if is_pair else 0.0
    yield 1.0
    yield from (float(votes[label] if is_pair else 0) for label in labels)
    yield from (votes[label] / n for label in labels)


# ------------------------------------------------------------------------------- Cohen's kappa, pair by pair


class _PairTables:
    """The table of labels of each pair of people, as sums over the patterns that both have voted in."""

    def __init__(self, patterns: Patterns) -> None:
        chosen = sorted((pattern, n) for pattern, n in patterns.items() if len(pattern) >= 2 and n)
        labels = sorted({label for pattern, _ in chosen for _, label in pattern})
        found = {(one[0], other[0]) for pattern, _ in chosen for one, other in combinations(pattern, 2)}
        pairs = {pair: number for number, pair in enumerate(sorted(found))}
        place = {label: number for number, label in enumerate(labels)}
        self.size, self.n_pairs = len(labels), len(pairs)
        self.weights = [n for _, n in chosen]
        self._cells = [
            [
                (pairs[one, other] * self.size + place[first]) * self.size + place[second]
                for (one, first), (other, second) in combinations(pattern, 2)
            ]
            for pattern, _ in chosen
        ]

    def tables(self, weights: Sequence[int]) -> Iterator[list[list[int]]]:
        cells = [0] * (self.n_pairs * self.size**2)
        for weight, places in zip(weights, self._cells, strict=True):
            if weight:
                for place in places:
                    cells[place] += weight
        rows = [cells[at : at + self.size] for at in range(0, len(cells), self.size or 1)]
        return (rows[at : at + self.size] for at in range(0, len(rows), self.size or 1))

    def mean_kappa(self, weights: Sequence[int]) -> float | None:
        kappas = [kappa for table in self.tables(weights) if (kappa := _kappa(table)) is not None]
        return sum(kappas) / len(kappas) if kappas else None


def _kappa(table: list[list[int]]) -> float | None:
    """Cohen's kappa of a square table of counts; None where chance alone agrees wholly, or it is empty."""
    rows = [sum(row) for row in table]
    n = sum(rows)
    by_chance: int = sum(map(mul, rows, map(sum, zip(*table, strict=True))))  # times n squared
    if by_chance == n * n:
        return None
    equal = sum(row[number] for number, row in enumerate(table))
    return (n * equal - by_chance) / (n * n - by_chance)


# ----------------------------------------------------------------------------------------- the bootstrap


Statistics = Callable[[Sequence[int]], list[float | None]]  # of how many sentences have each pattern


def _explained(figure: Figure, reason: str) -> Figure:
    """Say why there is no value, where there is none."""
    return Figure(None, None, None, figure.n, 0, reason) if figure.value is None else figure


def _figures(weights: Sequence[int], statistics: Statistics, n: int, resamples: int) -> list[Figure]:
    """Return several statistics of the same sentences, with their intervals.

    Samples in which one is undefined are left out for it; where that is every second one, nothing is said.
    """
    chance = random.Random(SEED)  # noqa: S311 - no secret
    draw = _drawing(weights, chance)
    samples = [statistics(draw()) for _ in range(resamples)]
    found = []
    for number, value in enumerate(statistics(weights)):
        drawn = sorted(each for sample in samples if (each := sample[number]) is not None)
        low, high = _middle(drawn) if drawn and len(drawn) >= resamples / 2 else (None, None)
        found.append(Figure(_rounded(value), _rounded(low), _rounded(high), n, resamples, None))
    return found


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS) + 0.0  # no -0.0


def _middle(values: list[float]) -> tuple[float, float]:
    """Return between which of the sorted values the middle 95 % lie."""
    tail, last = (1 - CONFIDENCE) / 2, len(values) - 1
    return values[math.floor(tail * last)], values[math.ceil((1 - tail) * last)]


def _drawing(weights: Sequence[int], chance: random.Random) -> Callable[[], list[int]]:
    """Return what draws sentences anew, with replacement: how many of each pattern.

    Few are drawn one by one (multinomial). Of many, each pattern is drawn by itself as often as Poisson's
    distribution has it, which differs only in that their number varies a little.

    Only ``random()`` is asked, which gives the same numbers in every release of Python.
    """
    if sum(weights) <= FEW:
        return lambda: _draw_each(weights, chance.random)
    tables = {weight: _poisson(weight) for weight in set(weights) if weight <= FEW_ALIKE}
    return lambda: [
        bisect(tables[weight], chance.random())
        if weight <= FEW_ALIKE
        else max(0, round(weight + math.sqrt(weight) * NORMAL.inv_cdf(chance.random() or 0.5)))
        for weight in weights
    ]


NORMAL = NormalDist()


def _draw_each(weights: Sequence[int], chance: Callable[[], float]) -> list[int]:
    borders = list(accumulate(weights))
    drawn = [0] * len(weights)
    for _ in range(borders[-1] if borders else 0):
        drawn[bisect(borders, chance() * borders[-1], 0, len(borders) - 1)] += 1
    return drawn


def _poisson(mean: int) -> list[float]:
    """Return with which probability it is at most 0, 1, 2, …"""
    terms = accumulate(range(1, 3 * mean + 25), lambda term, n: term * mean / n, initial=math.exp(-mean))
    return list(accumulate(terms))
