"""What differs between two texts, word by word, in bounded time."""

import re
from collections import Counter
from difflib import SequenceMatcher
from typing import NamedTuple

WORD = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")
WORTHWHILE = 40  # characters; what is shorter is easier to read as a whole, before and after
# Beyond these the texts are shown whole: together they keep the worst that can be written to some 30 ms.
MOST_WORDS = 500
MOST_COMPARED = 20_000  # pairs of equal words
MOST_PAIRS = 2  # of items that are compared word by word
LONGEST_SAME = 120  # characters of what stayed, between two changes
KEPT = 40  # of those, at either end


class Part(NamedTuple):
    """A piece of text; `mark`: `del` it went, `ins` it came, empty it stayed."""

    text: str
    mark: str = ""


Row = list[Part]


def differ(was: str, now: str, *, is_term: bool = False) -> Row:
    """Return one text with what went and what came marked.

    :param is_term: both are words of a vocabulary, never compared inside.
    """
    if is_term:
        was, now = was.replace("_", " "), now.replace("_", " ")
    if not is_term and min(len(was), len(now)) > WORTHWHILE:
        return _by_words(was, now)
    return _whole(was, now)


def _whole(was: str, now: str) -> Row:
    if was and now:
        return [Part(was, "del"), Part(" → "), Part(now, "ins")]
    return [Part(was, "del")] if was else [Part(now, "ins")]


def _by_words(was: str, now: str) -> Row:
    old, new = WORD.findall(was), WORD.findall(now)
    first = _count_same(old, new)
    last = _count_same(old[first:][::-1], new[first:][::-1])
    inner_old, inner_new = old[first : len(old) - last], new[first : len(new) - last]
    parts = [Part("".join(old[:first])), *_inner(inner_old, inner_new), Part("".join(old[len(old) - last :]))]
    known = [each for each in parts if each.text]
    return [_shortened(each, n == 0, n == len(known) - 1) for n, each in enumerate(known)]


def _count_same(old: list[str], new: list[str]) -> int:
    n = 0
    while n < len(old) and n < len(new) and old[n] == new[n]:
        n += 1
    return n


def _inner(old: list[str], new: list[str]) -> Row:
    counts = Counter(new)
    if max(len(old), len(new)) > MOST_WORDS or sum(counts[each] for each in old) > MOST_COMPARED:
        return [Part("".join(old), "del"), Part(" "), Part("".join(new), "ins")]
    parts = []
    for mark, i, i2, j, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if mark == "equal":
            parts.append(Part("".join(old[i:i2])))
        else:
            parts += [Part("".join(old[i:i2]), "del"), Part("".join(new[j:j2]), "ins")]
    return parts


def _shortened(part: Part, is_first: bool, is_last: bool) -> Part:
    """Leave the middle out of a long stretch that stayed; at the ends, all but what is beside a change."""
    if part.mark or len(part.text) <= LONGEST_SAME:
        return part
    head = "" if is_first else part.text[:KEPT]
    tail = "" if is_last else part.text[-KEPT:]
    return Part(f"{head}…{tail}")


def differ_in_items(was: list[str], now: list[str]) -> list[Row]:
    """Return the items of two lists that differ, in order; a changed one is compared with what it was."""
    rows: list[Row] = []
    for mark, i, i2, j, j2 in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if mark == "replace" and i2 - i == j2 - j <= MOST_PAIRS:
            rows += [differ(*pair) for pair in zip(was[i:i2], now[j:j2], strict=True)]
        elif mark != "equal":
            rows += [[Part(each, "del")] for each in was[i:i2]] + [[Part(each, "ins")] for each in now[j:j2]]
    return rows
