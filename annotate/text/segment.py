"""The sentences of an article: every stop is judged by what stands on both sides of it."""

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import NamedTuple

from annotate.text.blocks import lay_out
from annotate.text.language import detect, primary
from annotate.text.marks import enclosed, pairs
from annotate.text.words import LATE, MAYBE, NAME, NEVER, NUMBER, TIME_GOES_ON, Words, words_of

# Stored with every document; the number goes up whenever a rule changes here, in blocks, marks or words.
SEGMENTER = "annotate-2"

GLIMPSE = 40  # code points before a stop: the word, and the address that it may be part of
GLANCE = 160  # code points behind a stop: who says it
NEAR = 2_000  # code points around a stop in which a word may stand in small letters
FEW = 2  # spaces in a sentence that has hardly begun

CASELESS_STOPS = "。！？｡।॥؟۔։።၊။"
CLOSING = """['"”’»“«‘›‹)\\]」』）]"""
STOPS = f"[.!?…{CASELESS_STOPS}]"
# A run of stops, and what closes behind it. Then comes white space, or a word if the space was forgotten. It
# begins with one set of characters, to skip what is none, and gives nothing back, which keeps it linear.
STOP = re.compile(
    rf"""{STOPS} (?<!{STOPS}.)
         (?: (?<=[{CASELESS_STOPS}]) {STOPS}*+ {CLOSING}*+
           | {STOPS}*+ {CLOSING}*+ (?:[ \u00a0\u202f]»)? (?:\[\d{{1,3}}\])*+
             (?= \s | ["“„«]?[^\W\d_]{{2}} )
         )""",
    re.VERBOSE,
)
# What follows a stop: marks that open, dashes, "(...)", then a word or a sign. Bounded, so that it is linear.
NEXT = re.compile(
    r"""\s*+ (?P<opening> (?: [(\[](?:\.{3}|…)[)\]] \s? | ["'“”„«»‘‚`(\[{–—‒•*¿¡-] \s? ){0,8} )
        (?P<word> [^\W\d_][\w'’-]*\.? | \S )""",
    re.VERBOSE,
)
HAS_WORDS = re.compile(r"[^\W_]")
QUOTES = frozenset("\"“„«»‘`'")
DASHES = frozenset("–—‒-")
GOING_ON = frozenset(",;:)]}&*/|+=<>%.!?…")
OPENING_MARKS = "\"'“”„‘‚«»‹›「『([{—–…¿¡`"
ENUMERATION = re.compile(r"(?:\d{1,3}|[a-z]|[ivx]{2,4})\Z")
ROMAN = re.compile(r"[IVXLC]+\Z")
BRAND = re.compile(r"[a-z]{1,3}[A-Z]")  # iPhone and eBay begin a sentence

# "Stop!" Mrs. Vale shouted: a name after an exclamation belongs to it if one of these follows.
SAYING = (
    "said|says|told|tells|asked|asks|added|adds|replied|replies|answered|shouted|cried|called|wrote|writes|"
    "tweeted|posted|joked|insisted|warned|wondered|exclaimed|declared|demanded|recalled|remarked|noted|"
    "continued|concluded|explained|argued|urged|quipped|screamed|yelled|whispered|begged|announced"
)
ATTRIBUTION = re.compile(
    rf"""\s*(?:[^\W\d_a-z][\w'’-]*\.?\s+){{0,4}}[^\W\d_a-z][\w'’-]*   # Mrs. Anna X
        (?:(?<=['’]s)(?:\s+[a-z-]+){{1,2}}(?:\s+[^\W\d_a-z][\w'’-]*){{0,3}})?  # 's elder sister Anna X
        (?:,[^.!?]{{1,60}},)?\s+                                 # , 54, of Holm,
        (?:\w+ly\s+)?(?:{SAYING})\b""",
    re.VERBOSE,
)

# law.Detailed: no space after the end, but the next word begins with a capital.
GLUED_WORD = re.compile(r"""["“„«]?(?P<word>[^\W\d_]{2,30})(?![\w@/]|\.\w)""")
ADDRESS = re.compile(r"[@/.]")
DOMAIN = re.compile(r"(?:Com|Org|Net|Info|Eu|Uk|De|Fr|Pl|Io|Ai|Js|Tv|Co|Gov|Edu)\Z")  # Booking.Com


class Reading(NamedTuple):
    """What was read in an article: all that is stored of it beside the text itself."""

    title: str
    language: str | None  # ISO 639-1; as given, else as detected, None where nothing is sure
    blocks: list[tuple[int, int, str]]  # as `blocks` finds them
    spans: list[tuple[int, int]]  # as `spans` finds them
    segmenter: str  # the rules that did it, a desk's own abbreviations too


def read(text: str, language: str | None = None, abbreviations: tuple[str, ...] = ()) -> Reading:
    """Find everything that is in an article at once: nothing is looked for twice.

    :param language: a BCP 47 tag such as "en" or "pt-BR"; None has it detected.
    :param abbreviations: a desk's own, with or without their dots; no sentence ends at one of them.
    """
    language = primary(language) if language else detect(text)
    title, headline, blocks = lay_out(text)
    words = words_of(language, tuple(abbreviations))
    spans: list[tuple[int, int]] = []
    for start, end, kind in blocks:
        if start < headline < end:
            spans.append((start, start + len(text[start:headline].rstrip())))
        first = max(start, headline)
        spans += [(first, end)] if kind == "credit" else _sentences(text, first, end, words)
    return Reading(title, language, blocks, spans, _segmenter(abbreviations))


def spans(text: str, language: str | None = None) -> list[tuple[int, int]]:
    """Find the sentences of an article.

    :param language: a BCP 47 tag such as "en" or "pt-BR"; None has it detected.
    :returns: half-open spans in code points, trimmed, in order, disjoint, covering all that is not white
        space; none crosses a block.
    """
    return read(text, language).spans


def split_points(text: str, start: int, end: int, language: str | None = None) -> list[int]:
    """Find where a sentence may be split: the beginnings of the sentences that a quotation in it holds.

    :param start: of the sentence, as `end` in code points of `text`.
    :returns: places in `text`, in order, each strictly between start and end.
    """
    return all_split_points(text, [(start, end)], language).get(start, [])


def all_split_points(
    text: str, spans: Iterable[tuple[int, int]], language: str | None = None
) -> dict[int, list[int]]:
    """Find where each of many sentences may be split, by its start; those with no such place are left out."""
    words = words_of(primary(language) if language else detect(text))
    cuts = {
        start: [place for _, place in _cuts(text, start, end, words, is_to_split=True)]
        for start, end in spans
    }
    return {start: places for start, places in cuts.items() if places}


def _segmenter(abbreviations: tuple[str, ...]) -> str:
    """Name the rules; a desk's own abbreviations are in it as the beginning of a hash."""
    if not abbreviations:
        return SEGMENTER
    own = ",".join(sorted(abbreviations))
    return f"{SEGMENTER}+{sha256(own.encode()).hexdigest()[:8]}"


def _sentences(text: str, start: int, end: int, words: Words) -> Iterator[tuple[int, int]]:
    """Yield the sentences of one block, which is trimmed."""
    for reached, following in _cuts(text, start, end, words):
        yield start, reached
        start = following
    yield start, end


def _cuts(
    text: str, start: int, end: int, words: Words, *, is_to_split: bool = False
) -> Iterator[tuple[int, int]]:
    """Yield where a sentence ends and where the next one begins.

    :param is_to_split: also inside quotations and brackets.
    """
    enclosures: list[tuple[int, int]] | None = [] if is_to_split else None
    opened_at: dict[int, int] = {}
    begin, at = start, 0
    for stop in STOP.finditer(text, start, end):
        if enclosures is None:  # most blocks have one stop, at their end, and never come here
            found = pairs(text, start, end)
            enclosures, opened_at = enclosed(found), {closing: opening for opening, closing in found}
        cut = stop.end()
        while at < len(enclosures) and enclosures[at][1] < cut:
            at += 1
        if at < len(enclosures) and enclosures[at][0] < cut:
            if enclosures[at][0] < stop.start():
                continue
            cut = enclosures[at][0]  # what looked like a closing mark opens the next quotation
        following = NEXT.match(text, cut, end)
        if following and _is_end(text, begin, stop.start(), cut, following, words, opened_at):
            yield begin + len(text[begin:cut].rstrip()), following.start("opening")
            begin = following.start("opening")


def _is_end(
    text: str,
    begin: int,
    stop: int,
    cut: int,
    following: re.Match[str],
    words: Words,
    opened_at: dict[int, int],
) -> bool:
    """Tell whether the sentence that began at `begin` ends with the marks at `[stop, cut)`."""
    word = following["word"]
    if (word[0].islower() and not BRAND.match(word)) or word[0] in GOING_ON:
        return False
    marks = text[stop:cut]
    if marks[0] in CASELESS_STOPS:
        return True
    if text[stop - 1 : stop] in ("(", "[") and marks[0] in ".…":  # (...)
        return False
    if following.start("opening") == cut and not text[cut - 1].isspace():
        return _is_glued(text, begin, stop, cut, words)
    if marks[-1] in ")]" and not _is_whole(text, begin, stop, cut, opened_at):
        return False
    if not word[0].isalnum() and not HAS_WORDS.search(text, cut, cut + GLANCE):
        return False
    if marks[0] == "." and marks[1:2] not in (".", "…"):
        return _dot_ends(text, begin, stop, following, words)
    if len(marks) > 1 and ATTRIBUTION.match(text, cut, cut + GLANCE):
        return _is_starter(word, words) and word[-1] != "."  # "Stop!" The driver said nothing.
    if word[-1] == "." and words.kinds.get(word[:-1]) == MAYBE:  # Yahoo! Inc.
        return False
    return HAS_WORDS.search(text, begin, stop) is not None


def _dot_ends(text: str, begin: int, dot: int, following: re.Match[str], words: Words) -> bool:
    """Tell whether one dot ends the sentence, by the word before it and the word behind it."""
    token = _token(text, begin, dot)
    if not token:
        return HAS_WORDS.search(text, begin, dot) is not None
    if begin + len(token) == dot and ENUMERATION.match(token):
        return False
    kind = words.kind(token)
    if kind is None:
        return True
    word = following["word"]
    if kind == NUMBER:
        return not (word[0].isdigit() or ROMAN.match(word))
    if kind == LATE:
        return _has_begun(text, begin, dot) and word.rstrip(".") not in TIME_GOES_ON
    if kind == NEVER or not DASHES.isdisjoint(following["opening"]):
        return False
    if _is_starter(word, words):
        return kind == NAME or not token.islower() or _has_begun(text, begin, dot)
    if kind == NAME or word[0].isdigit():
        return False
    return not QUOTES.isdisjoint(following["opening"]) or (
        "." not in token and _is_small_nearby(text, dot, word)
    )


def _is_starter(word: str, words: Words) -> bool:
    return word.replace("’", "'").partition("'")[0] in words.starters


def _token(text: str, begin: int, dot: int) -> str:
    """Return the word before a dot, without the marks that open before it; "" if there is none."""
    if text[dot - 1 : dot].isspace():
        return ""
    parts = text[max(begin, dot - GLIMPSE) : dot].split()
    return parts[-1].lstrip(OPENING_MARKS) if parts else ""


def _has_begun(text: str, begin: int, dot: int) -> bool:
    return text.count(" ", begin, min(dot, begin + GLANCE)) > FEW


def _is_small_nearby(text: str, at: int, word: str) -> bool:
    """Tell whether a word stands in small letters nearby: then its capital means a beginning, not a name."""
    return len(word) > FEW and f" {word.lower()} " in text[max(0, at - NEAR) : at + NEAR]


def _is_whole(text: str, begin: int, stop: int, cut: int, opened_at: dict[int, int]) -> bool:
    """Tell whether the bracket that closes before `cut` holds the whole sentence: (They left.)"""
    closing = max(text.rfind(")", stop, cut), text.rfind("]", stop, cut))
    opening = opened_at.get(closing)
    return opening is None or opening > stop or not HAS_WORDS.search(text, begin, opening)


def _is_glued(text: str, begin: int, stop: int, cut: int, words: Words) -> bool:
    """Tell whether a stop with no space after it ends a sentence."""
    token, after = _token(text, begin, stop), GLUED_WORD.match(text, cut)
    if (
        after is None
        or len(token) < FEW
        or ADDRESS.search(token)
        or words.kind(token) in (NEVER, NAME, MAYBE)
    ):
        return False
    return after["word"].istitle() and not DOMAIN.match(after["word"])
