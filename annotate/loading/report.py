"""What loading tells of each article."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Loaded:
    """What became of one article: `outcome` is new, revised, unchanged or refused; refused has a `reason`.

    `line`, from 1, is where it stands in a file of several; `details` says what else there is to know, for
    example what a revision could not carry over.
    """

    path: str
    outcome: str
    key: str | None = None
    id: str | None = None
    n_sentences: int | None = None
    reason: str | None = None
    line: int | None = None
    details: tuple[str, ...] = ()
