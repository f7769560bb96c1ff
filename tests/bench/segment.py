"""How well and how fast articles are cut: ``python -m tests.bench.segment``.

Quality is boundary precision, recall and F1 on the sets of tests/data/segmenting, once with the language
given and once detected, beside what the library sentencex finds by itself, line by line. Speed is the whole
of ``read``, blocks included, in sentences a second of this process's own CPU; machines differ and are noisy,
so the library is timed in turns with it and the ratio told.
"""

import time
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path

import click
from sentencex import segment

from annotate.text.language import detect
from annotate.text.segment import read, spans
from tests.bench.sets import Sample, Score, names, samples, score
from tests.text.test_segment import NASTY

SEEDS = Path(__file__).parents[2] / "seeds"
ROUNDS = 15
REACH = 40_000  # sentences a second
LONGEST = 1.0  # seconds for a hostile text
Cut = Callable[[str, str], list[tuple[int, int]]]


def main() -> None:
    click.echo("set           ends   precision  recall      F1   detected   sentencex")
    for name in names():
        click.echo(quality(name, list(samples(name))))
    click.echo()
    articles = [path.read_text("utf-8") for path in sorted(SEEDS.glob("*.txt"))]
    articles += [each.text for each in samples("en-articles")]
    for line in speed(articles):
        click.echo(line)
    click.echo("\nhostile texts, the slowest")
    taken = {name: cpu(lambda text=text: read(text, "en")) for name, text in NASTY.items()}
    for name, seconds in sorted(taken.items(), key=lambda each: -each[1])[:8]:
        click.echo(f"{name:40}{seconds:8.2f} s   {'yes' if seconds <= LONGEST else 'NO'}")


def quality(name: str, found: list[Sample]) -> str:
    given = total(found, spans, name[:2])
    detected = total(found, lambda text, _: spans(text), name[:2])
    library = total(found, by_library, name[:2])
    return (
        f"{name:13}{given.right + given.missed:5}   {given.precision:9.3f}{given.recall:8.3f}{given.f1:8.3f}"
        f"   {detected.f1:8.3f}   {library.f1:9.3f}"
    )


def total(found: list[Sample], cut: Cut, language: str) -> Score:
    return sum((score(each, cut(each.text, language)) for each in found), Score())


def by_library(text: str, language: str) -> list[tuple[int, int]]:
    """Cut every line with sentencex and nothing else."""
    found, at = [], 0
    for line in text.splitlines(keepends=True):
        pieces = list(segment(language, line))
        for piece, end in zip(pieces, accumulate(map(len, pieces)), strict=True):
            found.append((at + end - len(piece), at + end - len(piece) + len(piece.rstrip())))
        at += len(line)
    return found


def speed(articles: list[str]) -> Iterator[str]:
    n_sentences = sum(len(spans(each, "en")) for each in articles)
    ways: dict[str, Callable[[str], object]] = {
        "read, language given": lambda text: read(text, "en"),
        "read, language detected": read,
        "detecting a language": detect,
        "sentencex alone": lambda text: by_library(text, "en"),
    }
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(ROUNDS):
        for name, way in ways.items():
            best[name] = min(best[name], cpu(lambda way=way: [way(each) for each in articles]))
    for name, seconds in best.items():
        rate = n_sentences / seconds
        judged = f"   {'yes' if rate >= REACH else 'NO'}" if name.startswith("read") else ""
        ratio, each = best["sentencex alone"] / seconds, 1e6 * seconds / len(articles)
        yield f"{name:26}{rate:10,.0f} sentences/s {each:6.0f} µs an article {ratio:5.2f} x sentencex{judged}"


def cpu(act: Callable[[], object]) -> float:
    begun = time.process_time()
    act()
    return time.process_time() - begun


if __name__ == "__main__":
    main()
