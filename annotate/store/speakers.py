"""Names that people have given as speakers, to be offered again."""

from annotate.database import Database
from annotate.store.reviewers import Person


def list_speakers(db: Database, reader: Person, *, q: str, limit: int) -> list[str]:
    """List the names that have `q` in them, alphabetically: the reader's own, and those of decisions.

    Other people's votes are not asked, nor decisions of a blind document: no name tells how somebody voted.

    :param q: compared without regard to capitals, in ASCII only.
    """
    pattern = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rows = db.rows(
        """
        SELECT a.speaker FROM annotations AS a
        JOIN sentences AS s ON s.id = a.sentence_id
        JOIN documents AS d ON d.number = s.document
        WHERE a.reviewer_id = :me AND a.speaker IS NOT NULL AND a.speaker LIKE :pattern ESCAPE '\\'
          AND d.state <> 'withdrawn' AND d.collection NOT IN (SELECT value FROM json_each(:hidden))
        UNION
        SELECT c.speaker FROM decisions AS c
        JOIN sentences AS s ON s.id = c.sentence_id
        JOIN documents AS d ON d.number = s.document
        WHERE c.speaker IS NOT NULL AND c.speaker LIKE :pattern ESCAPE '\\'
          AND d.state <> 'withdrawn' AND d.is_blind = 0
          AND d.collection NOT IN (SELECT value FROM json_each(:hidden))
        ORDER BY 1 LIMIT :limit
        """,
        me=reader.id,
        hidden=reader.hidden,
        pattern=f"%{pattern}%",
        limit=limit,
    )
    return [row["speaker"] for row in rows]
