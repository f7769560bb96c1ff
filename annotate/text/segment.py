"""The sentences of an article: a library cuts, and layers of our own mend what it does to news."""

import re
from collections.abc import Iterator
from importlib.metadata import version
from itertools import accumulate, chain
from typing import NamedTuple

from sentencex import segment

from annotate.text.blocks import blocks, section_end, title
from annotate.text.marks import BRACKETS, enclosed, pairs

# Stored with every document; the first number goes up whenever a rule changes here or in blocks.
SEGMENTER = f"annotate-1/sentencex-{version('sentencex')}"

WINDOW = 2_000  # code points at a time: the library is quadratic in the sentences of one line
MARGIN = 200  # code points at the end of a window, where it cannot see enough to be believed
GLANCE = 160  # code points around a cut that the rules look at
GLIMPSE = 40  # code points before a stop: the word, and the address that it may be part of

SURE_MARKS = re.compile(r"""["“”„«»‹›「」『』]|(?<!\S)['‘’]""")  # these are no apostrophes inside a word
OPENING_MARKS = "\"'“”„‘‚«»‹›「『([{—–-… "
SPACE = re.compile(r"\s")
WORDS = re.compile(r"[^\W_]")

# Words whose dot the library takes for the end of a sentence, by language.
BEFORE_A_NAME = {
    "en": "Cllr Ald Ft Const Pte Pvt Atty Asst Supt Insp Det Messrs Mmes Amb Cmdr Cdr",
    "fr": "M MM Mme Mlle Mgr St Ste",
    "pl": "al im ks dr hab inż mgr prof płk ppłk mjr kpt por gen św abp bp ul pl os np tzw tj m.in red",
}
BEFORE_A_NUMBER = {
    "en": "approx est fig figs vol vols para paras incl excl ch mon tue tues wed thu thurs fri sat sun",
    "fr": "art janv févr juil sept oct nov déc env p pp",
    "pl": "ok godz nr str art ust pkt poz tys mln mld",
}

# "Stop!" Mrs. Vale shouted: a name after an exclamation belongs to it if one of these follows.
SAYING = (
    "said|says|told|tells|asked|asks|added|adds|replied|replies|answered|shouted|cried|called|wrote|writes|"
    "tweeted|posted|joked|insisted|warned|wondered|exclaimed|declared|demanded|recalled|remarked|noted|"
    "continued|concluded|explained|argued|urged|quipped|screamed|yelled|whispered|begged|announced"
)
ATTRIBUTION = re.compile(
    rf"""(?!(?:The|An?|He|She|They|It|We|I|You|This|That|These|Those|Then|But|And|So|In|On|At|When|After)\b)
        (?:[^\W\d_a-z][\w'’-]*\.?\s+){{0,4}}[^\W\d_a-z][\w'’-]*   # Mrs. Anna X
        (?:(?<=['’]s)(?:\s+[a-z-]+){{1,2}})?                     # 's elder sister
        (?:,[^,.!?]{{1,40}},)?\s+                                # , 54,
        (?:\w+ly\s+)?(?:{SAYING})\b""",
    re.VERBOSE,
)
EXCLAIMED = re.compile(r"""[!?…]["”’'»“]\Z""")
ENUMERATED = re.compile(r"\(?(?:\d{1,3}|[a-z]|[ivx]{2,4})[.)]\Z")
BRAND = re.compile(r"[a-z]{1,3}[A-Z]")  # iPhone and eBay begin a sentence

# The ends that the library does not see: "…", and a whole sentence in brackets.
MISSED = re.compile(
    r"""(?<=\w)(?:…|[.!?…]["”’']*(?P<bracket>[)\]]))["”’'»]*(?=\s+["“‘«„(\[]*(?P<next>[^\W\d_]))"""
)

# law.Detailed: no space after the end, but the next word begins with a capital.
GLUED = re.compile(r"""[.!?]["”’')\]]*(?=[^\W\d_]{2})""")
WORD_AFTER = re.compile(r"[^\W\d_]{2,30}(?![\w@/]|\.\w)")
NO_END = re.compile(r"\W*(?:Mr|Mrs|Ms|Dr|St|Prof|Gen|Sen|Rep|Gov|Lt|Col|Capt|Sgt|Cllr|Ft|No|Mt|\w)\Z")
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
    return Reading(title(text), language, blocks(text), spans(text, language), SEGMENTER)


def spans(text: str, language: str | None = None) -> list[tuple[int, int]]:
    """Find the sentences of an article.

    :param language: a BCP 47 tag such as "en" or "pt-BR"; None is English.
    :returns: half-open spans in code points, trimmed, in order, disjoint, covering all that is not white
        space; none crosses a block.
    """
    primary = (language or "en").replace("_", "-").split("-")[0].lower()
    headline = section_end(text)
    found = []
    for start, end, kind in blocks(text):
        if start < headline < end:
            found.append(_trimmed(text, start, headline))
        if kind == "credit":
            found.append((start, end))
        else:
            first = max(start, headline)
            found += [(first + at, first + to) for at, to in _sentences(text[first:end], primary)]
    return found


def _sentences(block: str, language: str) -> list[tuple[int, int]]:
    """Find the sentences of one block; the spans count from its beginning."""
    found: list[tuple[int, int]] = []
    start = 0
    for cut in [*_cuts(block, language), len(block)]:
        span = _trimmed(block, start, cut)
        if span[0] == span[1]:
            continue
        if found and _goes_on(block, found[-1], span, language):
            found[-1] = (found[-1][0], span[1])
        else:
            found.append(span)
        start = cut
    return found


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _cuts(block: str, language: str) -> list[int]:
    """Find the places where a sentence may end, in order; none is inside a quotation or a bracket."""
    found = pairs(block)
    plain = _plain(block, found)
    opening, closing = {start for start, _ in found}, {end for _, end in found}
    glued = {match.end() for match in GLUED.finditer(block) if _is_glued(block, match)}
    cuts = set(glued)
    for end in chain(_library_cuts(plain, language), _missed_cuts(block, found)):
        cut = _settled(block, plain, end, opening, closing)
        if cut in glued or not _is_inside_a_word(block, cut):
            cuts.add(cut)
    return _outside(sorted(cuts), enclosed(found))


def _plain(block: str, found: list[tuple[int, int]]) -> str:
    """Blank the quotation marks, so that the library looks inside, and make all white space plain."""
    plain = list(SURE_MARKS.sub(" ", SPACE.sub(" ", block)))
    for at in chain.from_iterable(found):
        if block[at] not in BRACKETS and block[at] not in BRACKETS.values():
            plain[at] = " "
    return "".join(plain)


def _library_cuts(plain: str, language: str) -> Iterator[int]:
    """Let the library cut, window by window; each begins where the one before was last sure."""
    start = 0
    while start < len(plain):
        window = plain[start : start + WINDOW]
        pieces = list(segment(language, window))
        if "".join(pieces) != window:  # then its lengths mean nothing
            pieces = [window]
        cuts = [start + at for at in accumulate(map(len, pieces[:-1]))]
        if start + WINDOW >= len(plain):
            yield from cuts
            return
        sure = [cut for cut in cuts if cut <= start + WINDOW - MARGIN]
        yield from sure
        start = sure[-1] if sure else start + WINDOW - MARGIN


def _missed_cuts(block: str, found: list[tuple[int, int]]) -> Iterator[int]:
    """Find the ends that the library does not see: after "…", and after a sentence in brackets."""
    opened_at = {end: start for start, end in found}
    for match in MISSED.finditer(block):
        if not match["next"].isupper():
            continue
        opening = opened_at.get(match.start("bracket"))
        if match["bracket"] is None or (opening is not None and _begins_sentence(block, opening)):
            yield match.end()


def _begins_sentence(block: str, at: int) -> bool:
    before = block[max(0, at - GLANCE) : at].rstrip()
    return not before or before.rstrip("\"”’'»)]")[-1:] in tuple(".!?…")


def _is_glued(block: str, match: re.Match[str]) -> bool:
    """Tell whether the stop that `match` found, with no space after it, ends a sentence."""
    before = block[max(0, match.start() - GLIMPSE) : match.start()].rpartition(" ")[2]
    after = WORD_AFTER.match(block, match.end())
    if after is None or NO_END.match(before) or ADDRESS.search(before):
        return False
    return after.group().istitle() and not DOMAIN.match(after.group())


def _settled(block: str, plain: str, cut: int, opening: set[int], closing: set[int]) -> int:
    """Move a cut so that marks which close stand before it and marks which open behind it."""
    start = end = cut
    while start > 0 and plain[start - 1] == " ":
        start -= 1
    while end < len(block) and (plain[end] == " " or end in closing):
        end += 1
    gap = range(start, end)
    last_closing = next((at for at in reversed(gap) if at in closing), None)
    if last_closing is not None:
        return last_closing + 1
    return next((at for at in gap if block[at].isspace() or at in opening), end)


def _is_inside_a_word(block: str, cut: int) -> bool:
    """Tell whether a cut after a dot has no space: 3.5, example.org, U.S.Senate."""
    return block[cut - 1 : cut] == "." and block[cut : cut + 1].isalnum()


def _outside(cuts: list[int], enclosures: list[tuple[int, int]]) -> list[int]:
    """Keep the cuts that no enclosure has on both sides; both lists are in order."""
    kept, at = [], 0
    for cut in cuts:
        while at < len(enclosures) and enclosures[at][1] < cut:
            at += 1
        if at == len(enclosures) or cut <= enclosures[at][0]:
            kept.append(cut)
    return kept


def _goes_on(block: str, last: tuple[int, int], span: tuple[int, int], language: str) -> bool:
    """Tell whether the piece at `span` belongs to the one before."""
    before = block[max(last[0], last[1] - GLANCE) : last[1]]
    after = block[span[0] : min(span[1], span[0] + GLANCE)]
    if not WORDS.search(before) or not WORDS.search(block, *span):
        return True
    if ENUMERATED.match(before) or _is_abbreviated(before, after, language):
        return True
    word = after.lstrip(OPENING_MARKS)
    if word[0].islower() and not BRAND.match(word):
        return True
    return EXCLAIMED.search(before) is not None and ATTRIBUTION.match(after) is not None


def _is_abbreviated(before: str, after: str, language: str) -> bool:
    """Tell whether the dot at the end of `before` is that of an abbreviation."""
    word = before.rsplit(maxsplit=1)[-1].lstrip(OPENING_MARKS)
    if word[-1:] != ".":
        return False
    names, numbers = BEFORE_A_NAME.get(language, "").split(), BEFORE_A_NUMBER.get(language, "").split()
    is_before_a_number = after[0].isdigit() and word[:-1].lower() in numbers
    return is_before_a_number or word[:-1] in names or word[:-1].lower() in names
