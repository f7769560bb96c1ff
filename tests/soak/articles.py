"""Articles whose every sentence says what it is, so that simulated people can agree and err about it."""

import random
from pathlib import Path

PLACES = ("Norhaven", "Eastby", "Holm", "Skerry", "Varde", "Lindow")
PEOPLE = ("Ida Rask", "Jonas Vik", "Mira Dahl", "Per Lund", "Anna Holt")
CLAIMS = (
    "The council of {place} spent {n} million on bridge number {k} last year.",
    "{n} people in {place} have lost their homes since week {k}.",
    "Unemployment in district {k} of {place} fell to {n} per cent in March.",
)
QUOTES = (
    "“We have counted all {n} of them in hall {k},” said {person}, mayor of {place}.",
    "“Nobody in {place} will pay {n} crowns for pass {k},” {person} said on Monday.",
)
BOILERPLATE = ("Copyright {k} {place} Courier. All rights to part {n} reserved.",)
NONE = (
    "What happens next in ward {k} of {place}, nobody can say before day {n}.",
    "It was a long evening of item {k} and of item {n} in {place}.",
)
KINDS = {"claim": CLAIMS, "quote": QUOTES, "boilerplate": BOILERPLATE, "none": NONE}


def truth(sentence: str) -> str:
    """Return the label of a sentence that :func:`write` wrote; its headline is none."""
    if "“" in sentence:
        return "quote"
    if "Copyright" in sentence:
        return "boilerplate"
    return "claim" if sentence.startswith(("The council", "Unemployment")) or "lost" in sentence else "none"


def write(folder: Path, numbers: range, *, n_lines: int, chance: random.Random) -> None:
    """Write one article a number, each with a headline and so many sentences."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        place = chance.choice(PLACES)
        lines = [f"Evening number {number} in {place}"]
        for line in range(n_lines):
            pattern = chance.choice(KINDS[chance.choice(list(KINDS))])
            person = chance.choice(PEOPLE)
            lines.append(pattern.format(place=place, person=person, n=number + 2, k=line + 2))
        (folder / f"{number:04}.txt").write_text("\n\n".join(lines) + "\n", "utf-8")
