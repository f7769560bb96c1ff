"""Which quotation marks and brackets belong together."""

import re

BRACKETS = {"(": ")", "[": "]", "{": "}"}
# What may close each mark: German and Polish close low quotation marks with what opens English ones,
# some languages turn the guillemets round, and editors mix typed and curly marks.
QUOTES: dict[str, str | tuple[str, ...]] = {
    '"': '"”',
    "“": '”"',
    "”": "”",
    "„": '”“"',
    "«": "»",
    "»": "«",
    "‹": "›",
    "›": "‹",
    "「": "」",
    "『": "』",
    "'": "'’",
    "‘": "’'",
    "‚": "‘’",
    "``": ("''", '"'),  # as treebanks and old agencies type them
}
SINGLE = "'‘’‚"  # these may be apostrophes
SPACED = "«»‹›"  # these may stand between spaces
# A mark, but no apostrophe between two letters. It begins with one set of characters, to skip what is none.
MARK = re.compile(
    r"""[`'"“”„«»‹›「」『』‘’‚()\[\]{}] (?: (?<=`)` | (?<=')' | (?<=[^'’`]) | (?<!\w.) | (?!\w) )""",
    re.VERBOSE,
)


def pairs(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Find the marks that open and close within `text[start:end]`, which is one block.

    :returns: the places (code points) of the opening and the closing mark, by closing mark. A mark
        without a partner is in no pair, nor is an apostrophe.
    """
    found = []
    brackets: dict[str, list[int]] = {closing: [] for closing in BRACKETS.values()}
    quotes: dict[str, int] = {}  # opening mark → where it stands, the newest last
    for match in MARK.finditer(text, start, len(text) if end is None else end):
        at, mark = match.start(), match.group()
        if mark in BRACKETS:
            brackets[BRACKETS[mark]].append(at)
        elif mark in brackets:
            if brackets[mark]:
                found.append((brackets[mark].pop(), at))
        elif (opening := _closes(text, at, mark, quotes)) is not None:
            found.append((quotes.pop(opening), at))
        elif mark in QUOTES and _may_open(text, at):
            quotes.pop(mark, None)  # the older one was never closed
            quotes[mark] = at
    return found


def enclosed(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Keep the outermost of the pairs that `pairs` found, in order; those that overlap become one."""
    outer: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if outer and start < outer[-1][1]:
            outer[-1] = (outer[-1][0], max(end, outer[-1][1]))
        else:
            outer.append((start, end))
    return outer


def _closes(text: str, at: int, mark: str, quotes: dict[str, int]) -> str | None:
    """Tell which open mark the one at `at` closes."""
    if not quotes or not _may_close(text, at):
        return None
    return next((opening for opening in reversed(quotes) if mark in QUOTES[opening]), None)


def _may_open(text: str, at: int) -> bool:
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if text[at] in SINGLE:
        return not before.isalnum() and not after.isspace() and not after.isdigit()  # not: the '90s
    if text[at] == '"':
        return not before.isalnum() and (not after.isspace() or not before or before.isspace())
    return True


def _may_close(text: str, at: int) -> bool:
    before, after = text[at - 1 : at], text[at + 1 : at + 3]
    if text[at] in SPACED:
        return True
    if before.isspace() and after and not after[0].isspace():
        return False
    if text[at] in SINGLE:
        is_plural = before == "s" and after[:1].isspace() and after[1:].isalpha()  # the soldiers' tale
        return not after[:1].isalnum() and not is_plural
    return True
