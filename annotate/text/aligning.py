"""Find the sentences that two revisions of an article have in common."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from annotate.text.normalise import normalised

COMMON = 20  # times; what stands more often is paired only beside something rarer, which bounds the time

Chain = tuple[int, int, "Chain | None"]  # position in old, position in new, what comes before


def align(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Pair as many sentences as stayed the same, in order, each at most once.

    They are compared in their normalised form. A longest common subsequence by the method of Hunt and
    Szymanski (1977), in O(n log n) for sentences that are rare.

    :returns: `(position in old, position in new)`, both rising.
    """
    before, after = [normalised(each) for each in old], [normalised(each) for each in new]
    fixed = [(-1, -1), *_longest(before, after), (len(before), len(after))]
    found: list[tuple[int, int]] = []
    for left, right in pairwise(fixed):
        found += _beside(before, after, left, right)
        found.append(right)
    return found[:-1]


def _longest(before: list[str], after: list[str]) -> list[tuple[int, int]]:
    """Find the longest common subsequence of the sentences that are not common."""
    places: dict[str, list[int]] = defaultdict(list)
    for at, sentence in enumerate(after):
        places[sentence].append(at)
    ends: list[int] = []  # length - 1 → the smallest position in new at which such a chain ends
    chains: list[Chain] = []
    for at, sentence in enumerate(before):
        where = places.get(sentence, ())
        for place in reversed(where if len(where) <= COMMON else ()):
            length = bisect_left(ends, place)
            if ends[length : length + 1] != [place]:
                ends[length : length + 1] = [place]
                chains[length : length + 1] = [(at, place, chains[length - 1] if length else None)]
    return [*_links(chains[-1] if chains else None)][::-1]


def _links(chain: Chain | None) -> Iterator[tuple[int, int]]:
    while chain is not None:
        at, place, chain = chain
        yield at, place


def _beside(
    before: list[str], after: list[str], left: tuple[int, int], right: tuple[int, int]
) -> list[tuple[int, int]]:
    """Pair what is equal directly behind one pair and directly before the next."""
    room = min(right[0] - left[0], right[1] - left[1]) - 1
    behind = _n_equal(before[left[0] + 1 : right[0]], after[left[1] + 1 : right[1]])
    ahead = _n_equal(before[left[0] + 1 : right[0]][::-1], after[left[1] + 1 : right[1]][::-1])
    ahead = min(ahead, room - behind)
    first = [(left[0] + at, left[1] + at) for at in range(1, behind + 1)]
    return first + [(right[0] - at, right[1] - at) for at in range(ahead, 0, -1)]


def _n_equal(one: list[str], other: list[str]) -> int:
    n = 0
    while n < min(len(one), len(other)) and one[n] == other[n]:
        n += 1
    return n
