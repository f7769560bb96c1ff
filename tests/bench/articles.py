"""News-like articles of our own text, as many as one likes, the same for the same seed."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

PLACES = ("Norhaven", "Älvsund", "Brackwater", "Karst", "Tollund", "Vesper", "Harrow", "Lindmoor")
FIRST = ("Ida", "Tomas", "Mirela", "Jonas", "Ana", "Piotr", "Leïla", "Oskar", "Wanda", "Ruben", "Zofia")
LAST = ("Rask", "Kowal", "Lindqvist", "Okafor", "Brandt", "Ferreira", "Novák", "Hale", "Ivers", "Dahl")
ROLES = ("Mayor", "Cllr.", "Dr.", "Prof.", "union leader", "minister", "harbour master", "spokeswoman")
THINGS = (
    "the bridge", "the ferry line", "a new tram depot", "the water works", "the school budget",
    "the old quay", "the city's archive", "the night train", "the flood barrier", "the wind farm",
    "the hospital's west wing", "the fish market", "the library", "the housing plan", "the airport link",
)  # fmt: skip
DONE = (
    "was closed for repairs", "will cost more than planned", "has been approved by the council",
    "is two years behind schedule", "was inspected again", "will open before the end of the year",
    "has lost its main contractor", "is to be sold", "was criticised by auditors", "needs another review",
)  # fmt: skip
WHEN = (
    "on Monday", "last week", "in March", "after a long debate", "despite warnings", "at 9.30 a.m.",
    "in the third quarter", "without further notice", "on 5 May", "for the second time this year",
)  # fmt: skip
REASONS = (
    "because {n} of its {m} supports had cracked", "since costs rose by {n}.{m} per cent",
    "although {n}{m} residents had signed a petition", "while talks with the unions went on",
    "as the region recorded {n}{m} mm of rain", "after engineers found faults in {n} places",
)  # fmt: skip
SAID = ("said", "told reporters", "wrote in a statement", "insisted", "added", "warned")


def articles(n: int, seed: int = 1) -> Iterator[dict[str, str]]:
    """Make `n` articles of some thirty sentences, as objects that ``seeds load`` reads."""
    for number in range(n):
        chance = random.Random(f"{seed}/{number}")
        headline = f"{_thing(chance).capitalize()} {chance.choice(DONE)} in {chance.choice(PLACES)}"
        paragraphs = [" ".join(_sentence(chance) for _ in range(chance.randint(1, 4))) for _ in range(12)]
        yield {
            "id": f"{seed}-{number}",
            "text": "\n\n".join([headline, *paragraphs, f"By {_name(chance)}"]) + "\n",
            "language": "en",
        }


def write_articles(folder: Path, n: int, seed: int = 1) -> None:
    """Write them into a folder: every hundredth as a text of its own, the others in lines."""
    folder.mkdir(parents=True)
    with open(folder / "articles.jsonl", "w", encoding="utf-8") as lines:
        for number, article in enumerate(articles(n, seed)):
            if number % 100:
                lines.write(json.dumps(article, ensure_ascii=False) + "\n")
            else:
                (folder / f"{number}.txt").write_text(article["text"], "utf-8")


def _sentence(chance: random.Random) -> str:
    fact = f"{_thing(chance)} {chance.choice(DONE)} {chance.choice(WHEN)}"
    reason = chance.choice(REASONS).format(n=chance.randint(2, 9), m=chance.randint(10, 60))
    form = chance.random()
    if form < 0.55:
        return f"{fact.capitalize()}, {reason}, {_person(chance)} {chance.choice(SAID)}."
    if form < 0.8:
        return (
            f"“{fact.capitalize()}. Nobody in {chance.choice(PLACES)} expected it,” {_person(chance)} said."
        )
    return f"In {chance.choice(PLACES)}, {fact} {reason}."


def _thing(chance: random.Random) -> str:
    return chance.choice(THINGS)


def _name(chance: random.Random) -> str:
    return f"{chance.choice(FIRST)} {chance.choice(LAST)}"


def _person(chance: random.Random) -> str:
    return f"{chance.choice(ROLES)} {_name(chance)}"
