"""Figures kept for pages: totals by collection, to which every document adds its part.

A tag costs nothing for them. Whoever looks at figures first lets the documents that have changed since be
counted anew (:func:`catch_up`), for some milliseconds at most; what is left is said to be still counted, and
goes on with the next look, after a large load, or with a command. Of a document that is blind nothing is
counted that comes of votes; who has signed it off, and who has begun, is.

What is counted, as ``name``: ``what`` (days as ``2026-01-05``, people by id):

- ``documents``: state
- ``sentences``, ``decided``, ``in_dispute``, ``checkable``, ``settled``, ``unchecked`` (not of closed
  documents): nothing
- ``reviews``: wanted, done (sign-offs)
- ``begun`` (of open ones), ``signed_off``, ``votes``, ``checked`` (settled): person
- ``signed_off_on``, ``votes_on``, ``settled_on``: day
- ``open_since``, ``unchecked_since`` (not of closed documents either): day on which the document was loaded
- ``labels``: label · ``statuses``: status · ``verdicts``: verdict of what is settled
- ``patterns``: independent votes on one sentence, as ``3:claim 7:quote`` (see :func:`_count_patterns`)
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from annotate.database import Database, Row, json_list
from annotate.store.documents import Document

STEP = 20  # documents that one transaction counts: some 10 ms, so that people's tags get their turn
MOST_NOTED = 5_000  # events that one transaction looks through for documents that have changed
BUDGET = 0.02  # seconds that a page spends on counting

Figures = Counter[tuple[str, str]]  # (name, what)


def catch_up(db: Database, seconds: float = BUDGET) -> int:
    """Count what has changed, for about so long; return how many documents still wait.

    :raises Unavailable: the database cannot be written; what is kept can still be read.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end and _is_behind(db):
        _take_turn(db)
    return count_waiting(db)


def catch_up_wholly(db: Database) -> Iterator[None]:
    """Count all that has changed, in turns."""
    while _is_behind(db):
        _take_turn(db)
        db.leave_room()
        yield


def count_waiting(db: Database) -> int:
    """Return how many documents are still to be counted, or about as many.

    The number of changes would tell how fast others tag a document that is blind.
    """
    return int(
        db.value(
            """
            SELECT (SELECT count(*) FROM figures_waiting) + (
                SELECT count(DISTINCT document) FROM (
                    SELECT document FROM events WHERE number > (SELECT reached FROM figures_progress)
                    ORDER BY number LIMIT :most))
            """,
            most=MOST_NOTED,
        )
    )


def _is_behind(db: Database) -> bool:
    return bool(
        db.value(
            """
            SELECT EXISTS (SELECT 1 FROM figures_waiting)
                OR EXISTS (SELECT 1 FROM events WHERE number > (SELECT reached FROM figures_progress))
            """
        )
    )


def _take_turn(db: Database) -> None:
    with db.transaction():
        _note_changed(db)
        _count_next(db)


def _note_changed(db: Database) -> None:
    """Note the documents that the next events tell of."""
    (row,) = db.rows(
        """
        SELECT reached, (
            SELECT max(number) FROM (
                SELECT number FROM events WHERE number > reached ORDER BY number LIMIT :most)
        ) AS last FROM figures_progress
        """,
        most=MOST_NOTED,
    )
    if row["last"] is None:
        return
    db.write(
        """
        INSERT INTO figures_waiting (document)
        SELECT DISTINCT document FROM events
        WHERE number > :reached AND number <= :last AND document IS NOT NULL
        ON CONFLICT DO NOTHING
        """,
        **dict(row),
    )
    db.write("UPDATE figures_progress SET reached = :last", last=row["last"])


def _count_next(db: Database) -> None:
    rows = db.write(
        """
        DELETE FROM figures_waiting
        WHERE document IN (SELECT document FROM figures_waiting ORDER BY document LIMIT :step)
        RETURNING document
        """,
        step=STEP,
    )
    ids = [row["document"] for row in rows]
    if not ids:
        return
    was, now = _list_kept(db, ids), count_documents(db, ids)
    change: Counter[tuple[str, str, str]] = Counter()
    for sign, counted in ((-1, was), (1, now)):
        for collection, figures in counted.values():
            for (name, what), n in figures.items():
                change[name, what, collection] += sign * n
    _add_up(db, change)
    _keep(db, now)


def _list_kept(db: Database, ids: list[int]) -> dict[int, tuple[str, Figures]]:
    rows = db.rows(
        """
        SELECT document, collection, figures FROM document_figures
        WHERE document IN (SELECT value FROM json_each(:ids))
        """,
        ids=json_list(ids),
    )
    return {row["document"]: (row["collection"], _read(row["figures"])) for row in rows}


def _read(text: str) -> Figures:
    kept: Figures = Counter()
    for key, n in orjson.loads(text).items():
        name, _, what = key.partition(" ")
        kept[name, what] = n
    return kept


def _keep(db: Database, counted: dict[int, tuple[str, Figures]]) -> None:
    db.write_many(
        """
        INSERT INTO document_figures (document, collection, figures)
        VALUES (:document, :collection, :figures)
        ON CONFLICT (document) DO UPDATE SET figures = excluded.figures
        """,
        [
            {
                "document": number,
                "collection": collection,
                "figures": orjson.dumps(
                    {f"{name} {what}": n for (name, what), n in figures.items()}
                ).decode(),
            }
            for number, (collection, figures) in counted.items()
        ],
    )


def _add_up(db: Database, change: Counter[tuple[str, str, str]]) -> None:
    db.write_many(
        """
        INSERT INTO figures (name, what, collection, n) VALUES (?, ?, ?, ?)
        ON CONFLICT (name, what, collection) DO UPDATE SET n = n + excluded.n
        """,
        [(*key, n) for key, n in change.items() if n],
    )
    db.write_many(
        "DELETE FROM figures WHERE name = ? AND what = ? AND collection = ? AND n = 0",
        [key for key, n in change.items() if n < 0],
    )
    if any(n and name == "patterns" for (name, *_), n in change.items()):
        db.write("UPDATE figures_progress SET votes_changed = reached")


def count_documents(db: Database, ids: list[int]) -> dict[int, tuple[str, Figures]]:
    """Count documents from their own tables: collection and figures, by number; none for what is gone."""
    rows = db.rows(
        "SELECT * FROM documents WHERE number IN (SELECT value FROM json_each(:ids))", ids=json_list(ids)
    )
    is_gone = {row["number"]: row["state"] in ("withdrawn", "superseded") for row in rows}
    documents = [Document.of(row) for row in rows if not is_gone[row["number"]]]
    counted: dict[int, Figures] = {each.number: _count_document(each) for each in documents}
    seen = [each for each in documents if not each.is_blind]
    _add(counted, _count_reviews(db, [each.number for each in documents]))
    _add(counted, _count_votes(db, [each.number for each in seen]))
    _add(counted, _count_decisions(db, [each.number for each in seen]))
    _add(counted, _count_patterns(db, [each for each in seen if each.reviews_needed >= 2]))
    collections = {row["number"]: row["collection"] for row in rows}
    return {
        number: (collection, counted.get(number, Counter())) for number, collection in collections.items()
    }


Found = Iterable[tuple[int, str, Any, int]]  # document, name, what, n


def _add(counted: dict[int, Figures], found: Found) -> None:
    for number, name, what, n in found:
        if n:
            counted[number][name, str(what)] += n


def _count_document(document: Document) -> Figures:
    day, is_unfinished = document.loaded_at[:10], document.state in ("open", "in_dispute")
    done = min(document.n_sign_offs, document.reviews_needed)
    figures: Figures = Counter(
        {
            ("documents", document.state): 1,
            ("sentences", ""): document.n_sentences,
            ("reviews", "wanted"): done if document.state == "closed" else document.reviews_needed,
            ("reviews", "done"): done,
            ("open_since", day): int(is_unfinished),
        }
    )
    if not document.is_blind:  # a new revision may be, and have what editors decided of the one before
        figures["decided", ""] = document.n_decided
        figures["in_dispute", ""] = document.n_in_dispute
        figures["checkable", ""] = document.n_checkable
        n_waiting = 0 if document.state == "closed" else document.n_unchecked
        figures["unchecked", ""] = n_waiting
        figures["settled", ""] = document.n_settled
        figures["unchecked_since", day] = n_waiting
    return +figures


def _count_reviews(db: Database, ids: list[int]) -> Found:
    for row in db.rows(
        """
        SELECT r.document, r.reviewer_id, substr(r.signed_off_at, 1, 10) AS day, d.state
        FROM reviews AS r JOIN documents AS d ON d.number = r.document
        WHERE r.document IN (SELECT value FROM json_each(:ids))
        """,
        ids=json_list(ids),
    ):
        if row["day"] is None:
            yield row["document"], "begun", row["reviewer_id"], int(row["state"] == "open")
        else:
            yield row["document"], "signed_off", row["reviewer_id"], 1
            yield row["document"], "signed_off_on", row["day"], 1


def _count_votes(db: Database, ids: list[int]) -> Found:
    for row in db.rows(
        """
        SELECT s.document, a.reviewer_id, substr(a.at, 1, 10) AS day, count(*) AS n
        FROM json_each(:ids) AS chosen
        JOIN sentences AS s ON s.document = chosen.value AND s.is_current = 1
        JOIN annotations AS a ON a.sentence_id = s.id
        WHERE a.label IS NOT NULL
        GROUP BY s.document, a.reviewer_id, day
        """,
        ids=json_list(ids),
    ):
        yield row["document"], "votes", row["reviewer_id"], row["n"]
        yield row["document"], "votes_on", row["day"], row["n"]


def _count_decisions(db: Database, ids: list[int]) -> Found:
    for row in db.rows(
        """
        SELECT s.document, d.label, v.status, v.verdict, v.checked_by, substr(v.at, 1, 10) AS day,
            count(*) AS n
        FROM json_each(:ids) AS chosen
        JOIN sentences AS s ON s.document = chosen.value AND s.is_current = 1
        JOIN decisions AS d ON d.sentence_id = s.id AND d.label IS NOT NULL
        LEFT JOIN verifications AS v ON v.sentence_id = s.id AND v.is_suspended = 0
        GROUP BY s.document, d.label, v.status, v.verdict, v.checked_by, day
        """,
        ids=json_list(ids),
    ):
        yield from _figures_of(row)


def _figures_of(row: Row) -> Found:
    document, n = row["document"], row["n"]
    yield document, "labels", row["label"], n
    if row["status"] not in (None, "unchecked"):  # those stand with the document, touched or not
        yield document, "statuses", row["status"], n
    if row["status"] == "settled":
        yield document, "verdicts", row["verdict"], n
        yield document, "settled_on", row["day"], n
        if row["checked_by"] is not None:
            yield document, "checked", row["checked_by"], n


def find_figure_faults(db: Database) -> Iterator[str]:
    """Tell which totals are not the sum of what documents have added, and whose part is out of date."""
    for row in db.rows(
        """
        SELECT collection, key FROM (
            SELECT f.collection, j.key, j.value AS n FROM document_figures AS f, json_each(f.figures) AS j
            UNION ALL
            SELECT collection, name || ' ' || what, -n FROM figures
        ) GROUP BY collection, key HAVING sum(n) <> 0
        """
    ):
        yield f"The figure {row['key'].strip()} of the collection {row['collection']} does not add up."
    settled = db.rows(
        """
        SELECT f.document, d.key FROM document_figures AS f JOIN documents AS d ON d.number = f.document
        WHERE f.document NOT IN (SELECT document FROM figures_waiting)
          AND d.last_event <= (SELECT reached FROM figures_progress)
        """
    )
    keys = {row["document"]: row["key"] for row in settled}
    for batch in _batches(list(keys)):
        kept, counted = _list_kept(db, batch), count_documents(db, batch)
        yield from (
            f"{keys[each]}: its figures are out of date." for each in batch if kept[each] != counted[each]
        )


def _batches(ids: list[int]) -> Iterator[list[int]]:
    return (ids[at : at + STEP] for at in range(0, len(ids), STEP))


# ------------------------------------------------------------------------------------- independent votes


def _count_patterns(db: Database, documents: list[Document]) -> Found:
    """Count sentences by their independent votes: those cast while nobody could see another's.

    That ended with the sign-off that opened the document. What was changed or cast later is taken as it stood
    then. Left out are votes on boundaries that were mended later or carried to them, and, where an earlier
    revision was open to all, the sentences that came from it.
    """
    opened_at = _find_openings(db, documents)
    known = _find_known(db, [each.number for each in documents if each.revision > 1])
    opened = [[each.number, opened_at.get(each.number, 0), each.number in known] for each in documents]
    rows = db.rows(
        """
        WITH opened AS MATERIALIZED (
            SELECT json_extract(value, '$[0]') AS document, json_extract(value, '$[1]') AS number,
                json_extract(value, '$[2]') AS is_known
            FROM json_each(:opened)
        ), late AS MATERIALIZED (
            SELECT e.sentence_id, e.reviewer_id, min(e.number) AS number
            FROM opened AS o
            CROSS JOIN events AS e ON e.document = o.document AND e.number > o.number
            WHERE e.act = 'annotated'
            GROUP BY e.sentence_id, e.reviewer_id
        ), votes AS (
            SELECT s.document, s.id, a.reviewer_id,
                CASE WHEN late.number IS NULL THEN a.label ELSE json_extract(e.was, '$.label') END AS label
            FROM opened AS o
            CROSS JOIN sentences AS s ON s.document = o.document AND s.is_current = 1
            CROSS JOIN annotations AS a ON a.sentence_id = s.id
            LEFT JOIN late ON late.sentence_id = a.sentence_id AND late.reviewer_id = a.reviewer_id
            LEFT JOIN events AS e ON e.number = late.number
            WHERE NOT (o.is_known AND s.carried_from IS NOT NULL)
              AND NOT ((a.is_carried OR late.number IS NOT NULL)
                       AND EXISTS (SELECT 1 FROM sentence_origins WHERE sentence_id = s.id))
        ), by_sentence AS (
            SELECT document, id, group_concat(reviewer_id || ':' || label, ' ') AS pattern
            FROM votes WHERE label IS NOT NULL GROUP BY document, id
        )
        SELECT document, pattern, count(*) AS n FROM by_sentence GROUP BY document, pattern
        """,
        opened=json_list(opened),
    )
    for row in rows:
        votes = sorted(row["pattern"].split(), key=lambda vote: int(vote.partition(":")[0]))
        yield row["document"], "patterns", " ".join(votes), row["n"]


def _find_openings(db: Database, documents: list[Document]) -> dict[int, int]:
    """Find the events with which documents were opened: their Nth sign-off, of those that stand.

    Not in there, as if it had been open from the start: sign-offs that no event tells of, since they were
    carried from the revision before or imported.
    """
    told: dict[int, list[int]] = defaultdict(list)
    for row in db.rows(
        """
        SELECT r.document, coalesce(max(e.number), 0) AS number
        FROM json_each(:ids) AS chosen
        JOIN reviews AS r ON r.document = chosen.value AND r.signed_off_at IS NOT NULL
        LEFT JOIN events AS e
            ON e.document = r.document AND e.act = 'signed_off' AND e.reviewer_id = r.reviewer_id
        GROUP BY r.document, r.reviewer_id
        """,
        ids=json_list(each.number for each in documents),
    ):
        told[row["document"]].append(row["number"])
    return {
        each.number: sorted(told[each.number])[each.reviews_needed - 1]
        for each in documents
        if len(told[each.number]) >= each.reviews_needed
    }


def _find_known(db: Database, ids: list[int]) -> set[int]:
    """Find the documents of which an earlier revision was open to all."""
    rows = db.rows(
        """
        SELECT DISTINCT d.number
        FROM json_each(:ids) AS chosen
        JOIN documents AS d ON d.number = chosen.value
        JOIN documents AS earlier ON earlier.key = d.key AND earlier.revision < d.revision
        WHERE earlier.is_blind = 0
        """,
        ids=json_list(ids),
    )
    return {row["number"] for row in rows}
