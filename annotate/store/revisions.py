"""Revisions: a new text under a known key takes over what was said of the sentences that stayed.

The old revision keeps all its records and stays readable; nobody writes to it any more.
"""

from dataclasses import dataclass

import orjson

from annotate import rules
from annotate.database import Database
from annotate.errors import Refused
from annotate.store.checks import count_anew
from annotate.store.documents import (
    Article,
    Document,
    add_document,
    find_revision,
    mark_changed,
    record_change,
)
from annotate.store.events import record_event
from annotate.store.partners import carry_matches, list_ids, tell_partners
from annotate.store.plans import carry_plan
from annotate.store.reviewers import Person
from annotate.store.reviews import decide_all
from annotate.store.search import forget_document
from annotate.text.aligning import align
from schemas.terms import STATUSES


@dataclass(frozen=True)
class Lost:
    """A sentence of the revision before that was worked on and is not in this one.

    Where it stood in the old text; what stood for it, None where there was nothing or it is not to be seen.
    """

    start: int
    end: int
    text: str
    label: str | None
    status: str | None


@dataclass(frozen=True)
class Revision:
    """A new revision, what it has in common with the one before, and what could not be carried."""

    document: Document
    n_carried: int
    lost: list[Lost]


def revise(
    db: Database,
    latest: Document,
    article: Article,
    *,
    may_replace: bool = False,
    is_indexed_later: bool = False,
) -> Revision:
    """Store an article as the next revision, with the votes and verifications of the sentences that stayed.

    :param latest: the newest revision of the same key.
    :param may_replace: even if it has so little in common that it looks like another article.
    :param is_indexed_later: as for ``add_document``.
    :raises Refused: code ``another_article``.
    """
    with db.transaction():
        carried = find_carried(db, latest, article, may_replace=may_replace)
        forget_document(db, latest.number)
        document = add_document(
            db,
            article,
            reviews_needed=latest.reviews_needed,
            revision=latest.revision + 1,
            is_indexed_later=is_indexed_later,
        )
        document = carry_plan(db, latest, document)
        _supersede(db, latest, document)
        _link(db, document, carried)
        document = _carry(db, latest, document)
        return Revision(document, len(carried), list_lost(db, document, None))


def find_carried(
    db: Database, latest: Document, article: Article, *, may_replace: bool
) -> list[tuple[int, int]]:
    """Pair the sentences that stayed: `(id of the old sentence, start in the new text)`.

    :raises Refused: code ``another_article``.
    """
    rows = db.rows(
        "SELECT id, text FROM sentences WHERE document = :number AND is_current = 1 ORDER BY start",
        number=latest.number,
    )
    texts = [article.text[start:end] for start, end in article.spans]
    pairs = align([row["text"] for row in rows], texts)
    if not may_replace and not rules.is_revision(n_shared=len(pairs), n_sentences=len(texts)):
        raise Refused(
            f"It looks like another article under the same key {article.key}: it shares {len(pairs)} of its "
            f"{len(texts)} sentences with the one that is loaded. Nothing was changed; --replace takes it "
            "as a revision all the same.",
            code="another_article",
        )
    return [(rows[old]["id"], article.spans[new][0]) for old, new in pairs]


@dataclass(frozen=True)
class Neighbours:
    """The revisions before and after one, and what of the one before is lost."""

    before: Document | None
    after: Document | None
    lost: list[Lost]


def get_neighbours(db: Database, document: Document, reader: Person) -> Neighbours:
    """Find the revisions beside this one, as one person may see them."""
    return Neighbours(
        find_revision(db, document, document.revision - 1),
        find_revision(db, document, document.revision + 1),
        list_lost(db, document, reader),
    )


def list_lost(db: Database, document: Document, reader: Person | None) -> list[Lost]:
    """List what of the revision before could not be carried into this one, in order.

    :param reader: whose own work is seen even where everything is blind; None: it is told that somebody
        worked on a sentence, and not who or how.
    """
    before = find_revision(db, document, document.revision - 1)
    if before is None:
        return []
    rows = db.rows(
        """
        SELECT s.start, s.stop, s.text,
            CASE WHEN :is_blind THEN mine.label ELSE d.label END AS label,
            CASE WHEN NOT :is_blind THEN v.status END AS status
        FROM sentences AS s
        LEFT JOIN annotations AS mine ON mine.sentence_id = s.id AND mine.reviewer_id = :me
        LEFT JOIN decisions AS d ON d.sentence_id = s.id
        LEFT JOIN verifications AS v ON v.sentence_id = s.id
        WHERE s.document = :number AND s.is_current = 1
          AND NOT EXISTS (SELECT 1 FROM sentences AS n WHERE n.carried_from = s.id)
          AND (mine.label IS NOT NULL OR mine.note IS NOT NULL
               OR EXISTS (
                   SELECT 1 FROM comments AS c JOIN sentences AS o ON o.id = c.sentence_id
                   WHERE c.document = :number AND o.start < s.stop AND o.stop > s.start
                     AND c.text IS NOT NULL AND (c.reviewer_id = :me OR NOT :is_blind OR :me IS NULL))
               OR ((NOT :is_blind OR :me IS NULL) AND (v.status IS NOT NULL OR EXISTS (
                   SELECT 1 FROM annotations AS a
                   WHERE a.sentence_id = s.id AND (a.label IS NOT NULL OR a.note IS NOT NULL)))))
        ORDER BY s.start
        """,
        number=before.number,
        me=reader and reader.id,
        is_blind=int(before.is_blind),
    )
    return [Lost(*row) for row in rows]


def _supersede(db: Database, latest: Document, document: Document) -> None:
    event = record_event(
        db,
        "superseded",
        by=None,
        document=latest.number,
        was={"state": latest.state},
        now={"state": "superseded", "by": document.id},
    )
    db.write(
        """
        UPDATE documents SET state = 'superseded', superseded_by = :next, last_event = :event
        WHERE number = :number
        """,
        next=document.number,
        event=event,
        number=latest.number,
    )


def _link(db: Database, document: Document, carried: list[tuple[int, int]]) -> None:
    db.write_many(
        """
        UPDATE sentences SET carried_from = :old
        WHERE document = :document AND start = :start AND is_current = 1
        """,
        [{"old": old, "document": document.number, "start": start} for old, start in carried],
    )


def _carry(db: Database, latest: Document, document: Document) -> Document:
    """Give the new revision what it takes over; its state and counts follow from that."""
    _carry_votes(db, document)
    _carry_comments(db, latest, document)
    carry_matches(db, document.number)
    tell_partners(db, list_ids(db, latest.number), by=None, because="revised", document=document.id)
    n_sign_offs = _carry_reviews(db, latest, document)
    event = record_event(
        db,
        "revised",
        by=None,
        document=document.number,
        was={"id": latest.id, "revision": latest.revision},
        now={"id": document.id, "revision": document.revision},
    )
    document = record_change(db, document, event, change=rules.Tally(), n_sign_offs=n_sign_offs)
    _carry_decisions(db, document)
    _carry_verifications(db, document)
    _carry_assignments(db, document)
    if not document.is_blind:
        decide_all(db, document)  # where it was settled, later votes count only now
    counted = count_anew(db, document.number)
    change = rules.Tally(**{name: counted[name] for name in rules.Tally._fields})
    return record_change(db, document, event, change=change)


def _carry_votes(db: Database, document: Document) -> None:
    """Copy the votes with their versions: an answer that is still under way to the old ones fits."""
    db.write(
        """
        INSERT INTO annotations (sentence_id, reviewer_id, label, speaker, note, origin, is_carried,
            version, at)
        SELECT s.id, a.reviewer_id, a.label, a.speaker, a.note, a.origin, 1, a.version, a.at
        FROM sentences AS s JOIN annotations AS a ON a.sentence_id = s.carried_from
        WHERE s.document = :number AND s.is_current = 1
        """,
        number=document.number,
    )


def _carry_comments(db: Database, latest: Document, document: Document) -> None:
    """Copy the comments with their numbers, each to the first sentence that has some of its text."""
    db.write(
        """
        INSERT INTO comments (document, number, sentence_id, reviewer_id, text, at, resolved_by,
            resolved_at, version)
        SELECT :number, c.number, min(n.id), c.reviewer_id, c.text, c.at, c.resolved_by, c.resolved_at,
            c.version
        FROM comments AS c
        JOIN sentences AS o ON o.id = c.sentence_id
        JOIN sentences AS s ON s.document = :latest AND s.is_current = 1
            AND s.start < o.stop AND s.stop > o.start
        JOIN sentences AS n ON n.carried_from = s.id
        WHERE c.document = :latest
        GROUP BY c.id ORDER BY c.id
        """,
        number=document.number,
        latest=latest.number,
    )


def _carry_reviews(db: Database, latest: Document, document: Document) -> int:
    """Carry each reviewer's pass, and the sign-offs of those who have read all that there is; count these."""
    rows = db.write(
        """
        INSERT INTO reviews (document, reviewer_id, n_tagged, acted_at, signed_off_at)
        SELECT :number, r.reviewer_id, count(a.label), r.acted_at,
            CASE WHEN count(a.label) = :n_sentences THEN r.signed_off_at END
        FROM reviews AS r
        JOIN sentences AS s ON s.document = :number AND s.is_current = 1
        JOIN annotations AS a ON a.sentence_id = s.id AND a.reviewer_id = r.reviewer_id
        WHERE r.document = :latest
        GROUP BY r.reviewer_id
        RETURNING signed_off_at
        """,
        number=document.number,
        n_sentences=document.n_sentences,
        latest=latest.number,
    )
    return sum(row["signed_off_at"] is not None for row in rows)


def _carry_decisions(db: Database, document: Document) -> None:
    """Copy what stands; while the document is blind again, only what editors have decided stands."""
    db.write(
        """
        INSERT INTO decisions (sentence_id, label, speaker, decided_by, in_dispute, weight, editor_id, event,
            reason, version, at)
        SELECT s.id, d.label, d.speaker, d.decided_by, d.in_dispute, d.weight, d.editor_id, d.event,
            d.reason, d.version, d.at
        FROM sentences AS s JOIN decisions AS d ON d.sentence_id = s.carried_from
        WHERE s.document = :number AND s.is_current = 1
        """,
        number=document.number,
    )
    if not document.is_blind:
        return
    db.write(
        """
        UPDATE decisions SET label = NULL, speaker = NULL, decided_by = NULL, in_dispute = 0, weight = 0,
            reason = NULL, version = version + 1
        WHERE decided_by IS NOT 'adjudication'
          AND sentence_id IN (SELECT id FROM sentences WHERE document = :number AND is_current = 1)
        """,
        number=document.number,
    )


def _carry_verifications(db: Database, document: Document) -> None:
    """Copy the verifications for a second look; set aside where their label does not stand (yet)."""
    db.write_many(
        """
        INSERT INTO verifications (sentence_id, label, text, status, verdict, attribution, rationale,
            evidence, is_suspended, proposed_by, was_settled, version, at)
        SELECT s.id, v.label, v.text, :status, v.verdict, v.attribution, v.rationale,
            v.evidence, d.label IS NOT v.label, v.proposed_by, v.was_settled, v.version + 1, v.at
        FROM sentences AS s
        JOIN verifications AS v ON v.sentence_id = s.carried_from
        LEFT JOIN decisions AS d ON d.sentence_id = s.id
        WHERE s.document = :number AND s.is_current = 1 AND v.status = :was
        """,
        [
            {"number": document.number, "was": status, "status": rules.carried_status(status)}
            for status in STATUSES
        ],
    )
    _tell_carried(db, document)


def _tell_carried(db: Database, document: Document) -> None:
    """Tell of each that was settled that it waits for a second look, and from what: a correction."""
    for row in db.rows(
        """
        SELECT n.sentence_id, n.label, n.verdict, n.attribution, n.rationale, n.evidence, n.proposed_by,
            n.version, n.status, v.status AS was_status, v.version AS was_version
        FROM sentences AS s
        JOIN verifications AS n ON n.sentence_id = s.id
        JOIN verifications AS v ON v.sentence_id = s.carried_from AND v.status = 'settled'
        WHERE s.document = :number AND s.is_current = 1 ORDER BY s.start
        """,
        number=document.number,
    ):
        kept = {name: row[name] for name in ("label", "verdict", "attribution", "rationale", "proposed_by")}
        kept["evidence"] = orjson.loads(row["evidence"])
        event = record_event(
            db,
            "verification_carried",
            by=None,
            document=document.number,
            sentence_id=row["sentence_id"],
            was=kept | {"status": row["was_status"], "version": row["was_version"]},
            now=kept | {"status": row["status"], "version": row["version"]},
        )
        mark_changed(db, document.number, event)


def _carry_assignments(db: Database, document: Document) -> None:
    """Who had a sentence to check has it still."""
    db.write(
        """
        INSERT INTO assignments_to_check (sentence_id, reviewer_id, assigned_by, question, version, at)
        SELECT s.id, t.reviewer_id, t.assigned_by, t.question, t.version, t.at
        FROM sentences AS s JOIN assignments_to_check AS t ON t.sentence_id = s.carried_from
        WHERE s.document = :number AND s.is_current = 1
        """,
        number=document.number,
    )
