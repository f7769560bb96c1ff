"""What pages and commands read of the kept figures; see ``store/figures.py`` for what is counted."""

from collections import defaultdict
from collections.abc import Sequence

from annotate.agreement import Pattern, Patterns
from annotate.database import Database, json_list
from annotate.store.reviewers import Person, hidden_from

Sums = dict[str, dict[str, int]]  # name → what → n


def sum_figures(
    db: Database,
    reader: Person | None,
    names: Sequence[str],
    *,
    collection: str | None = None,
    since: str = "",
) -> Sums:
    """Add figures up over the collections that somebody may see.

    :param reader: None may see all.
    :param collection: only this one.
    :param since: leaves out what is less, for figures by day.
    """
    rows = db.rows(
        """
        SELECT name, what, sum(n) AS n FROM figures
        WHERE name IN (SELECT value FROM json_each(:names)) AND what >= :since
          AND (:collection IS NULL OR collection = :collection)
          AND collection NOT IN (SELECT value FROM json_each(:hidden))
        GROUP BY name, what ORDER BY name, what
        """,
        names=json_list(names),
        since=since,
        collection=collection,
        hidden=hidden_from(reader),
    )
    sums: Sums = {name: {} for name in names}
    for row in rows:
        sums[row["name"]][row["what"]] = row["n"]
    return sums


def sum_by_collection(
    db: Database, reader: Person | None, names: Sequence[str], *, collection: str | None = None
) -> dict[str, Sums]:
    """Return figures by collection, in order, for the collections that somebody may see."""
    rows = db.rows(
        """
        SELECT collection, name, what, n FROM figures
        WHERE name IN (SELECT value FROM json_each(:names))
          AND (:collection IS NULL OR collection = :collection)
          AND collection NOT IN (SELECT value FROM json_each(:hidden))
        ORDER BY collection, name, what
        """,
        names=json_list(names),
        collection=collection,
        hidden=hidden_from(reader),
    )
    found: dict[str, Sums] = defaultdict(lambda: {name: {} for name in names})
    for row in rows:
        found[row["collection"]][row["name"]][row["what"]] = row["n"]
    return dict(found)


def list_patterns(
    db: Database, reader: Person | None, *, collection: str | None = None
) -> dict[str, Patterns]:
    """Return the independent votes by collection: how many sentences have which pattern of votes."""
    sums = sum_by_collection(db, reader, ["patterns"], collection=collection)
    return {name: {_pattern(what): n for what, n in each["patterns"].items()} for name, each in sums.items()}


def _pattern(text: str) -> Pattern:
    votes = (vote.partition(":") for vote in text.split())
    return tuple((int(person), label) for person, _, label in votes)


def votes_changed(db: Database) -> int:
    """Return the event at which independent votes last changed, as far as they are counted."""
    return int(db.value("SELECT votes_changed FROM figures_progress"))
