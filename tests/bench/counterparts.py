"""Reads tests/data/matching: our own articles, of which some sentences have counterparts in others."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

PATH = Path(__file__).parents[1] / "data" / "matching" / "articles.txt"


@dataclass(frozen=True)
class Score:
    """How many sentences have a counterpart among what is offered, and how good the first offer is.

    :param recall: share of the sentences with a counterpart that get one among five.
    :param first: the same, for the first offer.
    :param precision: share of the first offers that are right, those to sentences without any included.
    :param n_absurd: sentences without a counterpart that get an offer.
    """

    recall: float
    first: float
    precision: float
    n_absurd: int


def read() -> tuple[list[tuple[str, str]], list[set[int]]]:
    """Return the sentences as ``candidates`` takes them, and for each the places of its counterparts."""
    sentences, marks = [], []
    document = ""
    for line in PATH.read_text("utf-8").splitlines():
        if line.startswith("== "):
            document = line[3:]
            continue
        has_mark = line[1:3] == ": "
        sentences.append((document, line[3:] if has_mark else line))
        marks.append((document.split("/")[0], line[0]) if has_mark else None)
    places = defaultdict(set)
    for place, mark in enumerate(marks):
        places[mark].add(place)
    return sentences, [
        {each for each in places[mark] if sentences[each][0] != sentences[place][0]} if mark else set()
        for place, mark in enumerate(marks)
    ]


def score(found: list[list[tuple[int, float, str]]], wanted: list[set[int]]) -> Score:
    """Compare what is offered with what is there."""
    offers = [[place for place, *_ in offered] for offered in found]
    known = [(offer, want) for offer, want in zip(offers, wanted, strict=True) if want]
    firsts = [offer[0] in want for offer, want in zip(offers, wanted, strict=True) if offer]
    return Score(
        sum(bool(want & set(offer)) for offer, want in known) / len(known),
        sum(offer[:1] != [] and offer[0] in want for offer, want in known) / len(known),
        sum(firsts) / max(1, len(firsts)),
        sum(bool(offer) and not want for offer, want in zip(offers, wanted, strict=True)),
    )
