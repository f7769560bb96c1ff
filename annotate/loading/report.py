"""What loading tells of each article."""

from dataclasses import dataclass

from annotate.store.revisions import Lost


@dataclass(frozen=True)
class Loaded:
    """What became of one article: `outcome` is new, revised, updated, unchanged or refused.

    One that is refused has a `reason`. Of one that is updated the text stayed, but not what is said of it.

    `line`, from 1, is where it stands in a file of several. One that is revised tells how many sentences were
    carried over from the revision before, and what work could not be: `lost`.
    """

    path: str
    outcome: str
    key: str | None = None
    id: str | None = None
    n_sentences: int | None = None
    reason: str | None = None
    line: int | None = None
    n_carried: int | None = None
    lost: list[Lost] | None = None
