"""What stands as said by somebody, across articles: sentences, and counts by verdict."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from annotate.database import Database, json_list
from annotate.store.reviewers import Person

LAST = 2**62  # larger than any number of a document


@dataclass(frozen=True)
class Saying:
    """A sentence with the spelling of its speaker, and how far its checking is; offsets in code points.

    `status` and `verdict` are None where the label is neither claim nor quote, `attribution` where it is
    no quote.
    """

    document: str
    key: str
    title: str
    published_at: str | None
    start: int
    end: int
    text: str
    speaker: str
    label: str
    status: str | None
    verdict: str | None
    attribution: str | None


def list_spellings(db: Database, reader: Person) -> list[str]:
    """List the spellings that decisions have, for this reader, by code points.

    It leaps through the index from one to the next: the work grows with their number, not with that of
    the decisions.
    """
    rows = db.rows(
        """
        WITH RECURSIVE spelled (speaker) AS (
            SELECT min(speaker) FROM decisions WHERE speaker IS NOT NULL
            UNION ALL
            SELECT (SELECT min(c.speaker) FROM decisions AS c WHERE c.speaker > spelled.speaker)
            FROM spelled WHERE spelled.speaker IS NOT NULL
        )
        SELECT speaker FROM spelled
        WHERE speaker IS NOT NULL AND EXISTS (
            SELECT 1 FROM said
            WHERE said.speaker = spelled.speaker
              AND said.collection NOT IN (SELECT value FROM json_each(:hidden)))
        """,
        hidden=reader.hidden,
    )
    return [row["speaker"] for row in rows]


def count_said(db: Database, reader: Person, spellings: Iterable[str]) -> dict[str, Counter[str | None]]:
    """Count the sentences of each spelling by verdict; None: neither claim nor quote."""
    counts: dict[str, Counter[str | None]] = {each: Counter() for each in spellings}
    rows = db.rows(
        """
        SELECT said.speaker, said.verdict, count(*) AS n
        FROM json_each(:spellings) AS wanted CROSS JOIN said ON said.speaker = wanted.value
        WHERE said.collection NOT IN (SELECT value FROM json_each(:hidden))
        GROUP BY said.speaker, said.verdict
        """,
        spellings=json_list(counts),
        hidden=reader.hidden,
    )
    for row in rows:
        counts[row["speaker"]][row["verdict"]] += row["n"]
    return counts


def list_said(
    db: Database,
    reader: Person,
    spellings: Iterable[str],
    *,
    label: str | None = None,
    verdict: str | None = None,
    cursor: str | None = None,
    limit: int,
) -> tuple[list[Saying], str | None]:
    """List the sentences of some spellings, of the newest documents first, in reading order.

    :param cursor: where the page before ended: number of the document, hyphen, start.
    :returns: a page, and the cursor of the page after, None if it was the last.
    """
    number, start = map(int, (cursor or f"{LAST}-0").split("-"))
    rows = db.rows(
        """
        SELECT said.number, said.id, said.key, said.title, said.published_at, said.start, said.stop,
            said.text, said.speaker, said.label, said.status, said.verdict, said.attribution
        FROM json_each(:spellings) AS wanted CROSS JOIN said ON said.speaker = wanted.value
        WHERE said.collection NOT IN (SELECT value FROM json_each(:hidden))
          AND (:label IS NULL OR said.label = :label)
          AND (:verdict IS NULL OR said.verdict = :verdict)
          AND (said.number < :number OR (said.number = :number AND said.start > :start))
        ORDER BY said.number DESC, said.start LIMIT :limit
        """,
        spellings=json_list(spellings),
        hidden=reader.hidden,
        label=label,
        verdict=verdict,
        number=number,
        start=start,
        limit=limit + 1,
    )
    page = rows[:limit]
    last = page[-1] if len(rows) > limit else None
    return [Saying(*row[1:]) for row in page], last and f"{last['number']}-{last['start']}"
