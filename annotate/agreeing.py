"""The agreement of a desk: of all its independent votes, by label, by pair of people, by collection."""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock, Thread
from weakref import WeakKeyDictionary

from annotate.agreement import (
    CONFIDENCE,
    Agreement,
    Figure,
    Patterns,
    against_rest,
    by_pair,
    count_confusions,
    measure,
    merged,
)
from annotate.database import Database
from annotate.errors import Unavailable
from annotate.store.insights import list_patterns, votes_changed
from annotate.store.reviewers import Person, hidden_from, list_reviewers
from schemas.terms import LABELS

BREAKDOWN = 200  # samples for what is by label, pair or collection: there are many of them
MOST_KEPT = 64  # reports, one for each choice of collections


@dataclass(frozen=True)
class PairAgreement(Agreement):
    """The agreement of two people on what both have voted on; they stand by name."""

    reviewers: tuple[str, str]


@dataclass(frozen=True)
class Report:
    """The agreement on some collections; `confusions` are unequal pairs of votes, `(label, label, n)`."""

    per_cent: Figure
    cohen: Figure
    krippendorff: Figure
    ac1: Figure
    confidence: float
    collection: str | None
    n_sentences: int
    n_votes: int
    by_label: dict[str, Agreement]
    by_pair: list[PairAgreement]
    by_collection: dict[str, Agreement]
    confusions: list[tuple[str, str, int]]


Key = tuple[str, str | None, int]  # hidden collections, the chosen one, samples for the breakdown
_kept: WeakKeyDictionary[Database, dict[Key, tuple[int, Report]]] = WeakKeyDictionary()
_is_made = Lock()  # one report at a time: each keeps a core busy


def get_report(
    db: Database, reader: Person | None, *, collection: str | None = None, breakdown: int = BREAKDOWN
) -> Report:
    """Return the agreement on what somebody may see, from the votes that are counted.

    Independent votes change only when a document is opened, so the report is kept in memory until then.

    :param reader: None may see all.
    :param breakdown: samples for intervals by label, pair and collection; 0 leaves these out.
    """
    key, changed = (hidden_from(reader), collection, breakdown), votes_changed(db)
    kept = _kept.setdefault(db, {})
    if key not in kept or kept[key][0] != changed:
        found = list_patterns(db, reader, collection=collection)
        names = {each.id: each.name for each in list_reviewers(db)}
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[key] = changed, make_report(found, names, collection, breakdown)
    return kept[key][1]


def find_report(db: Database, reader: Person, *, collection: str | None = None) -> tuple[Report, bool]:
    """Return the agreement as it was last computed, and whether it still holds.

    What no longer does is computed anew in a thread, for whoever looks next; the first one waits.
    """
    key = (hidden_from(reader), collection, 0)
    old = _kept.get(db, {}).get(key)
    if old is None or old[0] == votes_changed(db):
        return get_report(db, reader, collection=collection, breakdown=0), True
    if _is_made.acquire(blocking=False):
        Thread(target=_make, args=(db, reader, collection), name="agreement", daemon=True).start()
    return old[1], False


def _make(db: Database, reader: Person, collection: str | None) -> None:
    try:
        get_report(db, reader, collection=collection, breakdown=0)
    except Unavailable:
        pass  # the next look tries again
    finally:
        _is_made.release()


def make_report(
    found: Mapping[str, Patterns], names: Mapping[int, str], collection: str | None, breakdown: int
) -> Report:
    """Measure the agreement of votes by collection."""
    together = merged(found.values())
    desk = measure(together)
    return Report(
        desk.per_cent,
        desk.cohen,
        desk.krippendorff,
        desk.ac1,
        confidence=CONFIDENCE,
        collection=collection,
        n_sentences=sum(together.values()),
        n_votes=sum(len(pattern) * n for pattern, n in together.items()),
        by_label={label: measure(against_rest(together, label), resamples=breakdown) for label in LABELS},
        by_pair=[_of_pair(each, names, *pair, breakdown) for pair, each in by_pair(together).items()],
        by_collection={name: measure(each, resamples=breakdown) for name, each in found.items()},
        confusions=[(*labels, n) for labels, n in count_confusions(together).items()],
    )


def _of_pair(
    patterns: Patterns, names: Mapping[int, str], one: int, other: int, breakdown: int
) -> PairAgreement:
    found = measure(patterns, resamples=breakdown)
    return PairAgreement(
        found.per_cent, found.cohen, found.krippendorff, found.ac1, reviewers=(names[one], names[other])
    )
