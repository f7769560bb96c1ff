"""Where else the same is said: sentences of other documents that state the same, or the contrary.

It finds and ranks; whether two sentences agree is for a person to say. What counts is what they share, the
rarer the more, and names, numbers and dates above other words; where these differ, the reason says so.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log, sqrt
from operator import neg

from rapidfuzz import fuzz

from annotate.text.blocks import is_furniture
from annotate.text.facts import Facts, Figure, lower_words, read_facts
from annotate.text.language import detect
from annotate.text.normalise import normalised

LEAST = 0.18  # of a score; below, people find it absurd
MOST_POSTINGS = 600  # places that are looked up for one sentence: time grows with sentences, not pairs
RANKED = 12  # candidates of one sentence that are compared in full
SMOOTHING = 50  # sentences in which a word is supposed to be missing: a few are no measure of rarity
ENOUGH = 1.2  # shared weight with which a score is half of what it can be
UNRELATED = 0.3  # of fuzzy likeness, which any two sentences have
FEW = 3  # terms; with less a sentence states nothing that could be found elsewhere
SHORT = 10  # terms of two sentences together: then two that they share are much of them
LARGE, SMALL = 1000, 20  # figures that large, or uneven and not that small, are no chance meeting
NAME_WEIGHT = 1.3
SPELLED_ALIKE = 84  # of 100: Zelensky, Zelenskyy
SHORTEST_ALIKE = 5  # letters of a name
REPEATED = 4  # documents that have little else in common: a line in all of them is furniture
SHARED_ELSEWHERE = 0.3  # of two documents' sentences; more, and they are versions of one story
BESIDE = 60  # code points of a notice, at least, to which a repeated sentence beside it belongs
MOST_TOLD = 3  # words, names or figures that a reason lists
LOOKED_AT = 40  # sentences of a document that tell its language

Weight = Callable[[str], float]  # of a term, 0 to 1: how rare it is
Offer = tuple[int, float, str]


@dataclass(frozen=True)
class Likeness:
    """How much two sentences have in common, 0 to 1; the differing figures as `(here, there)`."""

    score: float
    reason: str
    differing: tuple[tuple[str, str], ...] = ()


def candidates(sentences: Sequence[tuple[str, str]], k: int = 5) -> list[list[Offer]]:
    """Find for each sentence those of other documents that may say the same or the contrary.

    :param sentences: `(document_id, text)`, in reading order.
    :returns: for each sentence the best `k` as (index, score from 0 to 1, reason in words), best first;
        of a text that a document repeats, its first place. Equal scores are in order of the texts.
    """
    found: list[list[Offer]] = [[] for _ in sentences]
    if k < 1:
        return found
    index = _Index(_texts(sentences))
    for number, text in enumerate(index.texts):
        ranked = index.rank(number) if text.facts else []
        for document, places in text.places.items() if ranked else ():
            offered = index.offer(ranked, number, document, k)
            for place in places:
                found[place] = list(offered)
    return found


def rarity(n_with: int, n: int) -> float:
    """Return the weight of a term, 0 to 1, that `n_with` of `n` sentences have."""
    return min(1.0, log((n + SMOOTHING) / (n_with + 0.5)) / log((n + SMOOTHING) / 1.5))


# ---- one sentence and another ----


@dataclass(frozen=True)
class Weighed:
    """What a sentence states, with the square of each term's weight; names count for more."""

    facts: Facts
    squares: dict[str, float]
    total: float
    anchors_total: float
    names: list[tuple[str, str]]  # stem and small letters of those long enough to be spelled in two ways


def weigh(facts: Facts, weight: Weight) -> Weighed:
    """Weigh what a sentence states.

    :param weight: how rare a term is, 0 to 1.
    """
    names = {term for name in facts.names for term in name}
    squares = {term: (weight(term) * (NAME_WEIGHT if term in names else 1.0)) ** 2 for term in facts.terms}
    written = [(term, facts.terms[term].casefold()) for term in sorted(names) if term in facts.terms]
    return Weighed(
        facts,
        squares,
        sum(squares.values()),
        sum(squares[term] for term in sorted(facts.anchors) if term in squares),
        [each for each in written if len(each[1]) >= SHORTEST_ALIKE],
    )


def compare(one: Weighed, other: Weighed) -> Likeness:
    """Say what two sentences have in common; a score of 0 is nothing worth telling."""
    return _explained(one, other, _score(one, other))


def _score(one: Weighed, other: Weighed) -> float:
    here, there = one.facts, other.facts
    if here.plain == there.plain:
        return 1.0 if len(one.squares) >= FEW else 0.0
    ours, theirs = one.squares, other.squares
    shared = [term for term in ours if term in theirs]
    is_foreign = _is_foreign(here, there)
    if is_foreign:  # of another language only names, figures and dates can be the same
        shared = [term for term in shared if term in here.anchors and term in there.anchors]
    alike = _alike(one, other)
    common = sum(max(ours[term], theirs[term]) for term in shared) + sum(ours[term] for term in alike)
    common += _counted(one, other)
    evidence = common**2 / (common**2 + ENOUGH**2)
    if evidence < LEAST or not _is_enough(here, there, shared, alike):
        return 0.0
    mine, yours = (one.anchors_total, other.anchors_total) if is_foreign else (one.total, other.total)
    whole = min(1.0, common / sqrt(mine * yours))
    part = min(1.0, common / min(mine, yours))
    if is_foreign:
        return round(evidence * (0.5 * whole + 0.5 * part), 4)
    near = max(0.0, fuzz.token_set_ratio(here.plain, there.plain) / 100 - UNRELATED) / (1 - UNRELATED)
    return round(evidence * (0.4 * whole + 0.3 * part + 0.3 * near), 4)


def _is_foreign(one: Facts, other: Facts) -> bool:
    return bool(one.language and other.language and one.language != other.language)


def _alike(one: Weighed, other: Weighed) -> dict[str, str]:
    """Pair names that are spelled a little differently: stem here → stem there."""
    found: dict[str, str] = {}
    for mine, here in one.names:
        if mine in other.squares:
            continue
        for theirs, there in other.names:
            if theirs not in one.squares and fuzz.ratio(here, there, score_cutoff=SPELLED_ALIKE):
                found[mine] = theirs
                break
    return found


def _counted(one: Weighed, other: Weighed) -> float:
    """Return what it adds that both count the same: two soldiers are more than a two and soldiers."""
    if not one.facts.figures or not other.facts.figures:
        return 0.0
    theirs = {each.term: each for each in other.facts.figures}
    added = 0.0
    for figure in one.facts.figures:
        twin = theirs.get(figure.term)
        around = figure.around & twin.around if twin else frozenset()
        squares = [one.squares[each] for each in around if each in one.squares]
        if squares:
            added += 2 * sqrt(one.squares[figure.term] * max(squares))
    return added


def _is_enough(one: Facts, other: Facts, shared: list[str], alike: Mapping[str, str]) -> bool:
    """Tell whether what two sentences share can be more than chance."""
    names = {name for name in one.names if any(term in shared or term in alike for term in name)}
    dates = [term for term in shared if term[0] == "@"]
    figures = [each for each in one.figures if each.term in shared]
    is_telling = any(map(_is_telling, figures))
    if _is_foreign(one, other):
        return len(names) + len(dates) + len(figures) >= 2 or is_telling
    n = len(shared) + len(alike)
    if n == 2:
        is_short = len(one.terms) + len(other.terms) <= SHORT and bool(_differing(one, other))
        return bool(names or dates) or is_telling or is_short
    return n > 2


def _is_telling(figure: Figure) -> bool:
    value = figure.value
    return bool(value % 1) or value >= LARGE or (value > SMALL and bool(value % 10))


# ---- in words ----


def _explained(one: Weighed, other: Weighed, score: float) -> Likeness:
    here, there = one.facts, other.facts
    if here.plain == there.plain:
        return Likeness(score, "word for word the same")
    shared = [term for term in here.terms if term in there.terms]
    differing = _differing(here, there)
    told = [
        _names_told(here, there, _alike(one, other)),
        _told("both say", here, [term for term in shared if term[0] == "#"]),
        _told("the same time:", here, [term for term in shared if term[0] == "@"]),
        _words_told(one, [term for term in shared if term not in here.anchors]),
        *(f"“{mine}” here, “{yours}” there" for mine, yours in differing),
    ]
    if bool(here.denies) != bool(there.denies):
        told.append(f"“{here.denies}” only here" if here.denies else f"“{there.denies}” only there")
    return Likeness(score, "; ".join(each for each in told if each), differing)


def _names_told(one: Facts, other: Facts, alike: Mapping[str, str]) -> str:
    names: dict[str, None] = {}
    for name in one.names:
        part = [term for term in name if term in other.terms and term in one.terms]
        if part:
            names[" ".join(one.terms[term] for term in part)] = None
    for mine, theirs in alike.items():
        names[f"{one.terms[mine]} ({other.terms[theirs]})"] = None
    return f"both name {_listed(list(names))}" if names else ""


def _told(how: str, one: Facts, terms: list[str]) -> str:
    return f"{how} {_listed([one.terms[term] for term in terms])}" if terms else ""


def _words_told(one: Weighed, terms: list[str]) -> str:
    rarest = sorted(terms, key=lambda term: -one.squares[term])[:MOST_TOLD]
    return _told("the word" if len(rarest) == 1 else "the words", one.facts, rarest)


def _listed(items: list[str]) -> str:
    if len(items) > MOST_TOLD:
        return f"{', '.join(items[:MOST_TOLD])} and more"
    return " and ".join([*filter(None, [", ".join(items[:-1])]), items[-1]])


def _differing(one: Facts, other: Facts) -> tuple[tuple[str, str], ...]:
    """Pair the figures that count the same and differ, then weekdays, days and years."""
    ours = [each for each in one.figures if each.term not in other.terms]
    theirs = [each for each in other.figures if each.term not in one.terms]
    found = []
    for figure in ours:
        twin = _counterpart(figure, theirs, is_only=len(ours) == len(theirs) == 1)
        if twin is not None:
            theirs.remove(twin)
            found.append((figure.written, twin.written))
    for kind in ("weekday", "day", "year"):
        here, there = one.dates(kind), other.dates(kind)
        if here and there and not here.keys() & there.keys():
            found.append((next(iter(here.values())), next(iter(there.values()))))
    return tuple(found)


def _counterpart(figure: Figure, others: list[Figure], *, is_only: bool) -> Figure | None:
    same_unit = [each for each in others if each.unit == figure.unit]
    near = [each for each in same_unit if each.around & figure.around]
    if near:
        return max(near, key=lambda each: len(each.around & figure.around))
    return same_unit[0] if is_only and same_unit and figure.unit else None


# ---- one sentence and all others ----


@dataclass(frozen=True)
class _Text:
    """One text, wherever it stands: document → its places; without facts there is nothing to compare."""

    facts: Facts | None
    places: dict[str, list[int]]


class _Index:
    """Which texts have which terms; asked with the rarest first."""

    def __init__(self, texts: list[_Text]) -> None:
        places: dict[str, list[int]] = defaultdict(list)
        for number, text in enumerate(texts):
            for term in text.facts.terms if text.facts else ():
                places[term].append(number)
        weights = {term: rarity(len(found), len(texts)) for term, found in places.items()}
        self.texts = texts
        self.places = places
        self.weighed = [weigh(text.facts, weights.__getitem__) if text.facts else None for text in texts]

    def rank(self, number: int) -> list[tuple[float, int]]:
        """Score what shares a text's rare terms, best first; itself too, if other documents have it."""
        one = self.weighed[number]
        assert one is not None
        common: dict[int, float] = defaultdict(float)
        left = MOST_POSTINGS
        for term in sorted(one.squares, key=lambda each: (len(self.places[each]), each)):
            found = self.places[term]
            left -= len(found)
            if left < 0:
                break
            square = one.squares[term]
            for each in found:
                common[each] += square
        common.pop(number, None)
        best = sorted(zip(common.values(), map(neg, common), strict=True), reverse=True)[:RANKED]
        scores = [(_score(one, other), -each) for _, each in best if (other := self.weighed[-each])]
        if len(self.texts[number].places) > 1 and len(one.squares) >= FEW:
            scores.append((1.0, number))
        return sorted((each for each in scores if each[0] >= LEAST), key=lambda each: (-each[0], each[1]))

    def offer(self, ranked: list[tuple[float, int]], number: int, document: str, k: int) -> list[Offer]:
        """Name the best places of other documents, of one document each text once."""
        offered: list[Offer] = []
        one = self.weighed[number]
        for score, each in ranked:
            other, reason = self.weighed[each], ""
            for elsewhere, places in self.texts[each].places.items():
                if len(offered) == k:
                    return offered
                if elsewhere != document and one and other:
                    reason = reason or _explained(one, other, score).reason
                    offered.append((places[0], score, reason))
        return offered


def _texts(sentences: Sequence[tuple[str, str]]) -> list[_Text]:
    """Put equal texts together, and read what they state, each in the language of its document."""
    by_document: dict[str, list[int]] = defaultdict(list)
    for place, (document, _) in enumerate(sentences):
        by_document[document].append(place)
    languages = {
        document: detect(" ".join(sentences[place][1] for place in places[:LOOKED_AT]))
        for document, places in by_document.items()
    }
    common = {word for _, text in sentences for word in lower_words(text)}
    plain = [normalised(text) for _, text in sentences]
    furniture = _furniture(sentences, plain, by_document)
    texts: dict[str, _Text] = {}
    for key, (document, text) in zip(plain, sentences, strict=True):
        if key not in texts:
            facts = None if key in furniture else read_facts(text, languages[document], common)
            texts[key] = _Text(facts, {})
    for place, (document, _) in enumerate(sentences):
        texts[plain[place]].places.setdefault(document, []).append(place)
    return list(texts.values())


def _furniture(
    sentences: Sequence[tuple[str, str]], plain: list[str], by_document: Mapping[str, list[int]]
) -> set[str]:
    """Find the texts that state nothing: by what they look like, or because unlike documents repeat them."""
    found = {plain[place] for place, (_, text) in enumerate(sentences) if is_furniture(text)}
    among: dict[str, set[str]] = defaultdict(set)
    for place, (document, _) in enumerate(sentences):
        among[plain[place]].add(document)
    for places in by_document.values():
        for near in (places, places[::-1]):
            for before, after in pairwise(plain[place] for place in near):
                is_beside = before in found and len(before) >= BESIDE
                if is_beside and len(among[after]) > 1 and among[after] == among[before]:
                    found.add(after)
    own = {document: {plain[place] for place in places} for document, places in by_document.items()}
    return found | {text for text, documents in among.items() if _is_repeated(documents, own)}


def _is_repeated(among: set[str], own: Mapping[str, set[str]]) -> bool:
    """Tell whether documents that are no versions of each other all have a line."""
    if len(among) < REPEATED:
        return False
    first, *others = sorted(among)[: 2 * REPEATED]
    unlike = [
        each
        for each in others
        if len(own[first] & own[each]) <= SHARED_ELSEWHERE * len(own[first] | own[each])
    ]
    return len(unlike) + 1 >= REPEATED
