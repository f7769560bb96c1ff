"""Reads the texts in tests/data/segmenting, whose sentence ends were set by hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "data" / "segmenting"
END, WRAPPED, DIVIDER = "¦", "⏎", "=====\n"


@dataclass(frozen=True)
class Sample:
    """A text, and the ends (code points) that are to be found in it: all but those of its paragraphs."""

    text: str
    ends: frozenset[int]


@dataclass(frozen=True)
class Score:
    """How many ends were found rightly, found wrongly, and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.txt"))


def samples(name: str) -> Iterator[Sample]:
    marked = (FOLDER / f"{name}.txt").read_text("utf-8")
    for each in marked.split(DIVIDER) if DIVIDER in marked else marked.splitlines():
        yield _sample(each.strip("\n"))


def _sample(marked: str) -> Sample:
    text, ends = "", set()
    for at, character in enumerate(marked):
        if character == END:
            ends.add(len(text))
            continue
        if character == WRAPPED:
            continue
        if (
            character == "\n"
            and marked[at - 1 : at] not in ("\n", WRAPPED)
            and marked[at + 1 : at + 2] != "\n"
        ):
            ends.add(len(text))
        text += character
    return Sample(text, frozenset(ends))


def score(sample: Sample, spans: list[tuple[int, int]]) -> Score:
    """Compare the ends that were found with those that are there."""
    found = {end for _, end in spans if not _ends_paragraph(sample.text, end)}
    return Score(len(found & sample.ends), len(found - sample.ends), len(sample.ends - found))


def _ends_paragraph(text: str, end: int) -> bool:
    return text[end:].lstrip(" \t\u00a0")[:2] in ("", "\n", "\n\n")
