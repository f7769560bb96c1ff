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
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from operator import mul
from statistics import NormalDist

Pattern = tuple[tuple[int, str], ...]  # (person, label) of each vote on a sentence, in order of persons
Patterns = Mapping[Pattern, int]  # how many sentences have it

RESAMPLES = 1_000
FEWEST_RESAMPLES = 100
MOST_DRAWS = 400_000  # of patterns, for the mean of kappas; it bounds the time to about a second
CONFIDENCE = 0.95
SEED = 20_080  # any constant: the same votes give the same interval
FEW = 25  # expected draws up to which they are drawn one by one; beyond, their distribution is normal
DIGITS = 6  # of a value; a hundred thousand sentences don't carry more

OTHER = "other"
NO_VOTES = "No sentence has two independent votes."


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
    labels = sorted({label for pattern in counts for label, _ in pattern})
    tally = _Tally.of(list(counts), labels)
    weights = list(counts.values())
    n = round(tally.sums(weights)[0])
    reason = _why_undefined(n, labels)

    def figure(statistic: Callable[[list[float]], float | None], reason: str | None) -> Figure:
        return _figure(weights, lambda drawn: statistic(tally.sums(drawn)), n, reason, resamples)

    return Agreement(
        figure(_per_cent, NO_VOTES if not n else None),
        mean_kappa(patterns, resamples=resamples),
        figure(tally.krippendorff, reason),
        figure(tally.ac1, reason),
    )


def mean_kappa(patterns: Patterns, *, resamples: int = RESAMPLES) -> Figure:
    """Return the mean of Cohen's kappa over all pairs that have one."""
    pairs = _PairTables(patterns)
    resamples = min(resamples, max(FEWEST_RESAMPLES, MOST_DRAWS // max(1, len(pairs.weights))))
    n = sum(pairs.weights)
    kappas = [_kappa(table) for table in pairs.tables(pairs.weights)]
    labels = sorted({label for pattern in patterns for _, label in pattern})
    reason = _why_undefined(n, labels)
    if reason is None and all(each is None for each in kappas):
        reason = "No pair of people used more than one label, so that chance alone would agree as well."
    return _figure(pairs.weights, pairs.mean_kappa, n, reason, resamples)


def list_pairs(patterns: Patterns) -> list[tuple[int, int]]:
    """List the pairs of people who have a sentence in common."""
    return sorted({pair for each in patterns for pair in combinations([who for who, _ in each], 2)})


def of_pair(patterns: Patterns, one: int, other: int) -> Patterns:
    """Return the sentences on which two people both voted, with these votes alone."""
    both: Counter[Pattern] = Counter()
    for pattern, n in patterns.items():
        votes = tuple(vote for vote in pattern if vote[0] in (one, other))
        if len(votes) == 2:
            both[votes] += n
    return both


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

Counts = tuple[tuple[str, int], ...]  # (label, votes) of a sentence, in order of labels


def _label_counts(patterns: Patterns) -> dict[Counts, int]:
    """Forget who voted: the sentences by how many votes each label has."""
    counted: Counter[Counts] = Counter()
    for pattern, n in patterns.items():
        if pattern and n:
            counted[tuple(sorted(Counter(label for _, label in pattern).items()))] += n
    return dict(sorted(counted.items()))


def _per_cent(sums: list[float]) -> float | None:
    return 100 * sums[1] / sums[0] if sums[0] else None


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
    def of(cls, patterns: list[Counts], labels: list[str]) -> "_Tally":
        rows = [list(_parts(dict(pattern), labels)) for pattern in patterns]
        return cls([list(column) for column in zip(*rows, strict=True)], len(labels))

    def sums(self, weights: Sequence[int]) -> list[float]:
        return [sum(map(mul, column, weights)) for column in self.columns] or [0.0] * 4

    def krippendorff(self, sums: list[float]) -> float | None:
        votes = sums[4 : 4 + self.n_labels]
        n = sum(votes)
        unequal = n * n - sum(each * each for each in votes)
        return 1 - (n - 1) * sums[2] / unequal if unequal else None

    def ac1(self, sums: list[float]) -> float | None:
        if self.n_labels < 2 or not sums[0]:
            return None
        shares = [each / sums[3] for each in sums[4 + self.n_labels :]]
        by_chance = sum(each * (1 - each) for each in shares) / (self.n_labels - 1)
        return (sums[1] / sums[0] - by_chance) / (1 - by_chance)


def _parts(votes: dict[str, int], labels: list[str]) -> Iterator[float]:
    n = sum(votes.values())
    is_pair = n >= 2
    equal = sum(each * (each - 1) for each in votes.values())
    yield float(is_pair)
    yield equal / (n * (n - 1)) if is_pair else 0.0
    yield (n * (n - 1) - equal) / (n - 1) if is_pair else 0.0
    yield 1.0
    yield from (float(votes.get(label, 0) if is_pair else 0) for label in labels)
    yield from (votes.get(label, 0) / n for label in labels)


# ------------------------------------------------------------------------------- Cohen's kappa, pair by pair


class _PairTables:
    """The table of labels of each pair of people, as sums over the patterns that both have voted in."""

    def __init__(self, patterns: Patterns) -> None:
        chosen = sorted((pattern, n) for pattern, n in patterns.items() if len(pattern) >= 2 and n)
        labels = sorted({label for pattern, _ in chosen for _, label in pattern})
        pairs = {pair: number for number, pair in enumerate(list_pairs(dict(chosen)))}
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


def _figure(
    weights: Sequence[int],
    statistic: Callable[[Sequence[int]], float | None],
    n: int,
    reason: str | None,
    resamples: int,
) -> Figure:
    value = None if reason else statistic(weights)
    if value is None:
        return Figure(None, None, None, n, 0, reason or NO_VOTES)
    low, high = _interval(weights, statistic, resamples)
    return Figure(_rounded(value), _rounded(low), _rounded(high), n, resamples, None)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS) + 0.0  # no -0.0


def _interval(
    weights: Sequence[int], statistic: Callable[[Sequence[int]], float | None], resamples: int
) -> tuple[float | None, float | None]:
    """Draw as many sentences again and again; between which values does the middle 95 % lie.

    Samples in which it is undefined are left out; where that is every second one, nothing is said.
    """
    chance = random.Random(SEED)  # noqa: S311 - no secret
    drawn = (statistic(_draw(weights, chance)) for _ in range(resamples))
    values = sorted(each for each in drawn if each is not None)
    if not values or len(values) < resamples / 2:
        return None, None
    tail = (1 - CONFIDENCE) / 2
    last = len(values) - 1
    return values[math.floor(tail * last)], values[math.ceil((1 - tail) * last)]


def _draw(weights: Sequence[int], chance: random.Random) -> list[int]:
    """Draw as many sentences as there are, with replacement: how many of each pattern (multinomial)."""
    left, rest = sum(weights), sum(weights)
    drawn = []
    for weight in weights:
        n = left if weight == rest else _binomial(left, weight / rest, chance)
        drawn.append(n)
        left, rest = left - n, rest - weight
    return drawn


def _binomial(n: int, p: float, chance: random.Random) -> int:
    """Draw how many of `n` come out, each with probability `p` < 1.

    Only ``random()`` is asked, which gives the same numbers in every release of Python.
    """
    expected = n * p
    u = chance.random()
    if min(expected, n - expected) > FEW:
        spread = math.sqrt(expected * (1 - p))
        return min(n, max(0, round(expected + spread * NORMAL.inv_cdf(u or 0.5))))
    if p > 0.5:
        return n - _inverted(n, 1 - p, u)
    return _inverted(n, p, u)


NORMAL = NormalDist()


def _inverted(n: int, p: float, u: float) -> int:
    """Find the smallest number whose cumulated probability reaches `u`."""
    number, probability, odds = 0, (1 - p) ** n, p / (1 - p)
    while u > probability and number < n:
        u -= probability
        number += 1
        probability *= odds * (n - number + 1) / number
    return number
