"""The blocks of an article: which lines belong together, and what they are."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from annotate.text.normalise import normalised

WIDEST_WRAP = 160  # code points; a longer line was not broken by hand or by a mail program
NARROWEST_WRAP = 40  # code points; lists and tables have shorter lines
LONGEST_HEADLINE = 250  # code points, as are all of these
LONGEST_HEADING = 120
LONGEST_CAPTION = 300
LONGEST_SECTION = 40
LONGEST_SMALL_WORD = 8
LONGEST_CREDIT = 160
LONGEST_TITLE = 200
SHORTEST_NOTICE = 150
LONGEST_NOTICE = 5_000

WORDS = re.compile(r"[^\W_]")
SENTENCE_END = re.compile(r"""[.!?…:][)\]"'”’»]*\Z""")
UNFINISHED = re.compile(  # the line goes on: a title before a name, an initial, a comma, a small word
    r"""(?: \b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Sen|Rep|Gov|St|Lt|Col|Capt|Sgt|Cllr|[A-Z])\.
          | [,–—-]
          | \b(?:a|an|the|of|in|on|to|for|and|or|with|by|at|from|that|as|was|is|his|her|its|their)
        )\Z""",
    re.VERBOSE,
)
LIST_ITEM = re.compile(r"(?:[-–—•*·]|\d{1,3}[.)])\s")
FINAL = re.compile(r"""[.!…:;,][)\]"'”’»]*\Z""")
QUESTION = re.compile(r"""\?[)\]"'”’»]*\Z""")

NAME = r"[^\W\d_a-z][\w'’.-]*"  # begins with a capital, in any script that has them
INITIALS = r"[^\W\d_a-z]{2,4}(?:[/,]\s*[^\W\d_a-z]{2,4})*"
PICTURE = (
    "images?|photos?|photographs?|pictures?|illustrations?|graphics?|file\\ photo|"
    "fotos?|bild(?:er)?|grafik|crédit|crédits|zdjęci[ae]|fot|фото|світлина"
)
IMAGE_CREDIT = re.compile(
    rf"""(?: (?:{PICTURE})
            (?:\ (?:source|credit|copyright|courtesy|photo|quelle)s?(?:\ of)?)? \s* : \s* \S
          | (?:źródło\ zdjęć|bildquelle|fotografía) \s* : \s* \S
          | (?:fot\.|(?:photo|photograph|picture|image|illustration)s?\ by) \ \S+(?:\s+\S+){{0,5}}\Z
        )""",
    re.VERBOSE | re.IGNORECASE,
)
CREDIT = re.compile(
    rf"""(?i:(?:words\ |written\ |text\ |story\ )?by|von|par|por)\s+
         {NAME} (?:,?\s+(?:and|und|et|y|of|for|{NAME})){{0,9}}
       | (?i:author|editor|reporter|(?:edit|report|translat)ed\ by|autor(?:in)?|auteur|автор|текст|interview)
         :?\s+ {NAME} (?:\s+{NAME}){{0,4}}
       | (?i:eds?|red|oprac|aut|auth) [.:]{{1,2}}\s* {INITIALS}
       | \( {INITIALS} \)
       | (?i: © | \(c\) | copyright\s+(?:©|\(c\)|\d{{4}}) ) \s*\S.{{0,99}}
       | (?i: published | (?:last\ )?updated | posted ) \b[^.]{{0,20}}\d.{{0,40}}(?<!\.)
       | \d{{1,2}} (?:[./-]\d{{1,2}}[./-] | \s[^\W\d_]{{3,12}},?\s) \d{{4}}
         (?:\W{{1,3}}\d{{1,2}}[:.]\d{{2}}.{{0,8}})?
    """,
    re.VERBOSE,
)
RELATED = re.compile(
    r"""(?: related(?:\ (?:content|articles?|stories|story|news|links|topics|coverage))?
          | read\ (?:also|more|next) | also\ read | see\ also | further\ reading
          | more\ (?:stories|news|on\ this(?:\ story|\ topic)?|from\ .{1,40})
          | recommended(?:\ for\ you)? | you\ (?:may|might)\ also\ like
          | most\ (?:read|popular|viewed) | don['’]t\ miss | editor['’]s\ picks? | trending(?:\ now)?
          | (?:zobacz|czytaj)\ (?:także|też|również) | (?:à\ )?lire\ aussi | mehr\ zum\ thema
          | lesen\ sie\ auch | lea\ también | le\ puede\ interesar | читайте\ також | дивіться\ також
        )\s*(?:[:|–—>].*)?\Z""",
    re.VERBOSE | re.IGNORECASE,
)
LEGAL = (  # stems in small letters
    "copyright", "all rights", "reproduc", "redistribut", "republish", "republication", "download",
    "database", "consent", "written permission", "written agreement", "this website", "our website",
    "this site", "our site", "terms of", "terms and", "other use", "licenc", "licens", "prohibited",
    "intellectual property", "storage", "storing", "machine learning", "permitted use",
)  # fmt: skip
RESERVED = (
    "all rights reserved", "alle rechte vorbehalten", "tous droits réservés", "todos los derechos reservados",
    "wszelkie prawa zastrzeżone", "всі права захищен", "усі права захищен",
)  # fmt: skip

NOTICE = re.compile(  # what a sentence of a notice says when it stands alone
    r"""this \s (?:notice|website|newsletter) | our \s (?:newsletter|website|terms|privacy)
      | privacy \s policy
      | terms \s (?:of|and) \s (?:use|service|conditions) | permitted \s use | all \s rights \s reserved
      | sign \s up \s (?:for|to) | subscribe \s (?:to|now|for) | follow \s us \s on | click \s here
      | cookies? \s (?:policy|settings)
    """,
    re.VERBOSE | re.IGNORECASE,
)


class Part(NamedTuple):
    """Lines that belong together: their place, their text, and the number of their paragraph in the file."""

    start: int
    end: int
    text: str
    group: int


def lay_out(text: str) -> tuple[str, int, list[tuple[int, int, str]]]:
    """Find an article's title, where its headline begins behind a section name, and its blocks.

    :returns: as `title`; code points from the beginning of `text`; as `blocks`.
    """
    parts = list(_parts(text))
    if not parts:
        return "", 0, []
    first = parts[0]
    section = _section_length(first.text, parts[1].text) if len(parts) > 1 else 0
    headline = first.text[section:].lstrip()
    found = [(part.start, part.end, kind) for part, kind in zip(parts, _kinds(parts), strict=True)]
    return _title(headline), first.end - len(headline), found


def blocks(text: str) -> list[tuple[int, int, str]]:
    """Divide an article into its blocks.

    :returns: `(start, end, kind)`: half-open in code points, trimmed, in order, disjoint, covering all
        that is not white space; kind is one of ``schemas.terms.BLOCKS``.
    """
    return lay_out(text)[2]


def title(text: str) -> str:
    """Return the headline on one line, without a section name before it; "" if there is no text.

    An article without a headline is called by the beginning of its text.
    """
    return lay_out(text)[0]


def is_furniture(text: str) -> bool:
    """Tell of a line or sentence alone whether it is a credit, a notice or a pointer to other articles."""
    return _shape(text) in ("credit", "related") or _is_legal(text) or bool(NOTICE.search(text))


def _title(first: str) -> str:
    headline = " ".join(first[: 2 * LONGEST_HEADLINE].split())
    return headline if len(headline) <= LONGEST_TITLE else headline[: LONGEST_TITLE - 1].rstrip() + "…"


def _section_length(first: str, second: str) -> int:
    """Count the code points of `first` before what `second` repeats; 0 if it doesn't."""
    if len(first) > LONGEST_HEADLINE + LONGEST_SECTION or not _repeats(first, second):
        return 0
    twin = normalised(second)
    for length in range(min(len(first), LONGEST_SECTION + 1)):
        if normalised(first[length:]) == twin:
            return length if WORDS.search(first[:length]) else 0
    return 0


def _repeats(first: str, second: str) -> bool:
    """Tell whether the second is the first again, or all of it but a word or two before."""
    if first == second:
        return True
    if abs(len(first) - len(second)) > LONGEST_SECTION or not _may_end_alike(first, second):
        return False
    return normalised(first).endswith(normalised(second))


def _may_end_alike(one: str, other: str) -> bool:
    """Tell at little cost what cannot be the same: plain letters at the ends of two lines that differ."""
    tails = one[-3:] + other[-3:]
    if not tails.isascii() or " " in tails:
        return True
    return one[-3:].casefold() == other[-3:].casefold()


def _parts(text: str) -> Iterator[Part]:
    """Yield the blocks without their kinds: lines, with those that were wrapped by hand put together."""
    for group in _groups(text):
        if len(group) == 1:
            yield group[0]
            continue
        width = max((len(line.text) for line in group if len(line.text) <= WIDEST_WRAP), default=0)
        first = last = group[0]
        for line in group[1:]:
            if not _runs_on(last, line.text, width):
                yield _joined(text, first, last)
                first = line
            last = line
        yield _joined(text, first, last)


def _joined(text: str, first: Part, last: Part) -> Part:
    return first if first is last else Part(first.start, last.end, text[first.start : last.end], first.group)


def _groups(text: str) -> Iterator[list[Part]]:
    """Yield the lines that have no empty line between them; they are trimmed."""
    group: list[Part] = []
    number = at = 0
    for line in chain(text.splitlines(keepends=True), [""]):
        shown = line.strip()
        if shown:
            start = at + line.index(shown)
            group.append(Part(start, start + len(shown), shown, number))
        elif group:
            yield group
            group, number = [], number + 1
        at += len(line)


def _runs_on(line: Part, following: str, width: int) -> bool:
    """Tell whether a line that was wrapped by hand goes on in the following one.

    :param width: the longest line nearby, in code points.
    """
    length, tail = len(line.text), line.text[-LONGEST_SMALL_WORD:]
    if length > WIDEST_WRAP or LIST_ITEM.match(following):
        return False
    if UNFINISHED.search(tail) or (following[0].islower() and not SENTENCE_END.search(tail)):
        is_wrapped = 2 * length >= min(len(following), width)
    elif SENTENCE_END.search(tail) or QUESTION.search(tail) or line.start == line.group == 0:
        return False
    else:
        next_word = len(following[:width].split(None, 1)[0])
        is_long = length >= NARROWEST_WRAP and length + 1 + next_word > 0.9 * width
        is_wrapped = is_long and len(following) <= WIDEST_WRAP
    if not is_wrapped or _repeats(line.text, following):
        return False
    return not any(_shape(each) in ("credit", "related") for each in (line.text, following))


def _shape(text: str) -> str:
    """Tell what a block looks like by itself: a kind, or "short" for what may be many things."""
    if len(text) <= LONGEST_CREDIT:
        return _shape_of_a_line(text)
    if not WORDS.search(text):
        return "credit"
    return "paragraph" if len(text) > LONGEST_HEADING or FINAL.search(text) else "short"


@lru_cache(maxsize=1024)
def _shape_of_a_line(text: str) -> str:
    """As `_shape`; kept, since it is asked again and the same lines stand in many articles."""
    if not WORDS.search(text):
        return "credit"  # a lone dot stands where an editor's name was
    if IMAGE_CREDIT.match(text) or CREDIT.fullmatch(text):
        return "credit"
    if RELATED.match(text):
        return "related"
    return "paragraph" if len(text) > LONGEST_HEADING or FINAL.search(text) else "short"


def _is_legal(text: str) -> bool:
    """Three words of that trade make a notice; news about copyright quotes somebody."""
    if len(text) > LONGEST_NOTICE:
        return False
    plain = text.casefold()
    if len(text) < SHORTEST_NOTICE:
        return plain.startswith(RESERVED)
    return sum(stem in plain for stem in LEGAL) >= 3 and " said" not in text


def _kinds(parts: list[Part]) -> list[str]:
    """Tell what each block is, from its shape and from what stands around it."""
    shapes = [_shape(part.text) for part in parts]
    for at in range(len(parts) - 1, -1, -1):  # nothing but furniture stands behind a notice
        if _is_legal(parts[at].text):
            shapes[at] = "notice"
        elif shapes[at] == "paragraph":
            break
    last_paragraph = max((at for at, shape in enumerate(shapes) if shape == "paragraph"), default=-1)
    kinds: list[str] = []
    for at, shape in enumerate(shapes):
        if at <= 1 and _is_headline(parts, shapes, at):
            kind = "headline"
        elif shape == "credit" or _is_caption(parts, shapes, at):
            kind = "credit" if shape == "credit" else "caption"
        elif shape == "related" or (shape == "short" and _is_listed(shapes, at, kinds)):
            kind = "related"
        elif shape == "notice":
            kind = "notice"
        elif shape == "short" and at < last_paragraph and not _is_asked_in_passing(parts, at):
            kind = "heading"
        else:
            kind = "paragraph"
        kinds.append(kind)
    return kinds


def _is_headline(parts: list[Part], shapes: list[str], at: int) -> bool:
    """The first block, unless it is a sentence of the text; and the second, if it says the same."""
    first = parts[0].text
    if len(first) > LONGEST_HEADLINE:
        return False
    has_twin = len(parts) > 1 and _repeats(first, parts[1].text)
    is_open = shapes[0] in ("short", "paragraph") and not FINAL.search(first)
    return has_twin or (at == 0 and is_open)


def _is_caption(parts: list[Part], shapes: list[str], at: int) -> bool:
    """A line that stands twice, or directly above the credit of a picture."""
    part = parts[at]
    if len(part.text) > LONGEST_CAPTION or shapes[at] in ("related", "notice"):
        return False
    if at > 0 and _is_same(part.text, parts[at - 1].text):
        return True
    if at + 1 == len(parts):
        return False
    if _is_same(part.text, parts[at + 1].text):
        return True
    below = parts[at + 1]
    is_credited = shapes[at + 1 : at + 2] == ["credit"] and IMAGE_CREDIT.match(below.text) is not None
    return is_credited and (below.group == part.group or shapes[at] == "short")


def _is_same(one: str, other: str) -> bool:
    if one == other:
        return True
    if abs(len(one) - len(other)) > LONGEST_SECTION or not _may_end_alike(one, other):
        return False
    return normalised(one) == normalised(other)


def _is_listed(shapes: list[str], at: int, kinds: list[str]) -> bool:
    """A short line below "Related content"; the last one before a paragraph is the heading of that."""
    is_below = at > 0 and kinds[at - 1] == "related"
    return is_below and shapes[at + 1 : at + 2] != ["paragraph"]


def _is_asked_in_passing(parts: list[Part], at: int) -> bool:
    """A question is a heading only where it stands alone."""
    if not QUESTION.search(parts[at].text):
        return False
    return any(parts[near].group == parts[at].group for near in (at - 1, at + 1) if 0 <= near < len(parts))
