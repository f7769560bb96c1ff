"""What stands in a document: its text, and its sentences with every record that a reader may see."""

from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from annotate import rules
from annotate.database import Database, Row
from annotate.errors import NotFound, Refused, Stale
from annotate.store.corrections import Correction, corrections_of
from annotate.store.documents import Document, closed, superseded
from annotate.store.reviewers import Person, hidden_from
from schemas.terms import CHECKABLE

LAST = 2**62  # larger than any offset


@dataclass(frozen=True)
class Annotation:
    """One reviewer's vote on one sentence; `label` None: a note without a vote."""

    reviewer: str
    label: str | None
    speaker: str | None
    note: str | None
    origin: str
    version: int
    at: str


@dataclass(frozen=True)
class CarriedAnnotation(Annotation):
    """A vote on a sentence whose boundaries have changed since; written out, it has one key more."""

    carried: bool = True


@dataclass(frozen=True)
class Decision:
    """What stands for a sentence; `label` None while in dispute or without any vote."""

    label: str | None
    speaker: str | None
    decided_by: str | None
    in_dispute: bool
    editor: str | None
    reason: str | None
    version: int
    at: str


@dataclass(frozen=True)
class Verification:
    """The checking of a decided claim or quote; version 0 and no time: nobody has touched it."""

    status: str
    verdict: str
    attribution: str | None
    rationale: str | None
    suspended: bool
    evidence: list[dict[str, Any]]
    proposed_by: str | None
    checked_by: str | None
    version: int
    at: str | None


@dataclass(frozen=True)
class MadeOn:
    """The label and the text that a verification was made on, where either is another by now."""

    label: str
    text: str


@dataclass(frozen=True)
class Assignment:
    """Who has a sentence to check, and what they were asked; `reviewer` None: it was given back."""

    reviewer: str | None
    by: str | None
    question: str | None
    version: int
    at: str


@dataclass(frozen=True)
class Comment:
    """What somebody says of a sentence; it stands at every sentence that has some of that text now."""

    number: int
    reviewer: str
    text: str
    at: str
    resolved_by: str | None
    resolved_at: str | None
    version: int


class Sentence(NamedTuple):
    """A half-open span in code points of the document's text, with its records.

    One is made for each that a page shows: a tuple is made in a third of a frozen dataclass's time.
    """

    id: int
    start: int
    end: int
    block: str
    text: str
    annotations: list[Annotation]
    decision: Decision | None
    verification: Verification | None
    late_labels: tuple[str, ...] = ()
    comments: tuple[Comment, ...] = ()
    assignment: Assignment | None = None
    made_on: MadeOn | None = None
    corrections: tuple[Correction, ...] = ()
    matches: tuple[dict[str, Any], ...] = ()

    @property
    def has_late_dissent(self) -> bool:
        """Whether a vote that came when it was settled differs from what stands."""
        return self.decision is not None and any(each != self.decision.label for each in self.late_labels)

    def version_of(self, reader: Person) -> int:
        """Return the version of someone's own annotation, 0 if there is none."""
        mine = (each.version for each in self.annotations if each.reviewer == reader.name)
        return next(mine, 0)


@dataclass(frozen=True)
class Review:
    """One reviewer's pass over a document; `acted_at` in seconds since 1970."""

    reviewer: str
    n_tagged: int
    acted_at: int
    signed_off_at: str | None


@dataclass(frozen=True)
class Content:
    """Text, blocks `(start, end, kind)`, sentences in order, and who has reviewed them."""

    text: str
    blocks: list[tuple[int, int, str]]
    sentences: list[Sentence]
    reviews: list[Review]

    def in_blocks(self) -> list[tuple[str, list[Sentence]]]:
        """Return the sentences of each block, in order, with the block's kind."""
        sentences = deque(self.sentences)
        grouped = []
        for _, end, kind in self.blocks:
            inside = []
            while sentences and sentences[0].start < end:
                inside.append(sentences.popleft())
            grouped.append((kind, inside))
        return [(kind, inside) for kind, inside in grouped if inside]


class Standing(NamedTuple):
    """What stands for a sentence, as it is stored: its decision, then its verification; None for nothing."""

    label: str | None
    speaker: str | None
    decided_by: str | None
    in_dispute: int | None
    reason: str | None
    version: int | None
    at: str | None
    checked_label: str | None
    status: str | None
    is_suspended: int | None

    @property
    def is_settled(self) -> bool:
        """Whether it cannot be changed until an editor reopens it."""
        return self.status == "settled" and not self.is_suspended


@dataclass(frozen=True)
class Place:
    """A sentence that is about to be written to, with its document, the writer's own vote and what stands."""

    document: Document
    sentence_id: int
    start: int
    text: str
    mine: dict[str, Any] | None
    standing: Standing

    def check_seen(self, version: int | None) -> None:
        """:raises Stale: this is not the version of the writer's own vote; 0 is none, None any."""
        if version is not None and version != (self.mine["version"] if self.mine else 0):
            raise Stale(
                "You have changed this in another place in the meantime.",
                current=self.mine or {"label": None, "version": 0},
            )


@dataclass(frozen=True)
class Written:
    """What a write to a sentence led to, for whoever wrote it."""

    sentence: Sentence
    document: Document
    n_tagged: int
    version: int


def get_content(
    db: Database, document: Document, reader: Person | None, *, hidden: str | None = None
) -> Content:
    """Read a document in five to eight queries, whatever its length.

    :param reader: whose own annotations are seen even while the document is blind; None: nobody's.
    :param hidden: as in :func:`list_sentences`.
    """
    row = db.row("SELECT text, blocks FROM texts WHERE document = :number", number=document.number)
    if row is None:
        raise NotFound("There is no such document.")
    blocks = [tuple(block) for block in orjson.loads(row["blocks"])]
    sentences = corrected(db, document, list_sentences(db, document, reader, hidden=hidden))
    return Content(row["text"], blocks, sentences, list_reviews(db, document.number))


def corrected(db: Database, document: Document, sentences: list[Sentence]) -> list[Sentence]:
    """Tell what was changed of these sentences after they had been settled."""
    found = {} if document.is_blind else corrections_of(db, document)
    return [each._replace(corrections=found[each.id]) if each.id in found else each for each in sentences]


def list_reviews(db: Database, number: int) -> list[Review]:
    """List who has begun or signed off a document, by name."""
    rows = db.rows(
        """
        SELECT r.name, v.n_tagged, v.acted_at, v.signed_off_at
        FROM reviews AS v JOIN reviewers AS r ON r.id = v.reviewer_id
        WHERE v.document = :number ORDER BY r.name_key
        """,
        number=number,
    )
    return [Review(*row) for row in rows]


def list_sentences(
    db: Database,
    document: Document,
    reader: Person | None,
    *,
    first: int = 0,
    last: int = LAST,
    hidden: str | None = None,
) -> list[Sentence]:
    """List the sentences that start from `first` to `last`, in order, in two to four range reads.

    :param hidden: JSON list of the collections whose documents must not show as matches; None: the reader's.
    """
    span = {"number": document.number, "first": first, "last": last}
    by_sentence: dict[int, list[Annotation]] = defaultdict(list)
    late: dict[int, list[str]] = defaultdict(list)
    for row in db.rows(
        """
        SELECT a.sentence_id, r.name, a.label, a.speaker, a.note, a.origin, a.version, a.at,
            a.is_carried, a.is_late
        FROM sentences AS s
        CROSS JOIN annotations AS a ON a.sentence_id = s.id
        JOIN reviewers AS r ON r.id = a.reviewer_id
        WHERE s.document = :number AND s.is_current = 1 AND s.start BETWEEN :first AND :last
          AND (a.reviewer_id = :me
               OR (:is_blind = 0 AND (a.label IS NOT NULL OR a.note IS NOT NULL)))
        ORDER BY s.start, r.name_key
        """,
        me=reader and reader.id,
        is_blind=int(document.is_blind),
        **span,
    ):
        by_sentence[row["sentence_id"]].append(annotation_of(row[1:-2], row["is_carried"]))
        if row["is_late"] and row["label"]:
            late[row["sentence_id"]].append(row["label"])
    rows = db.rows(
        """
        SELECT s.id, s.start, s.stop, s.block, s.text,
            d.version, v.status, t.version AS assignment_version,  -- first what is always looked at
            d.label, d.speaker, d.decided_by, d.in_dispute, editor.name AS editor, d.reason, d.at,
            v.verdict, v.attribution, v.rationale, v.is_suspended, v.evidence,
            proposer.name AS proposed_by, checker.name AS checked_by,
            v.version AS verification_version, v.at AS verified_at,
            v.label AS checked_label, v.text AS checked_text,
            holder.name AS assigned_to, giver.name AS assigned_by, t.question, t.at AS assigned_at,
            EXISTS (SELECT 1 FROM comments WHERE document = :number) AS has_comments,
            EXISTS (SELECT 1 FROM matches) AS are_matched  -- asked once; mostly they save a query each
        FROM sentences AS s
        LEFT JOIN decisions AS d ON d.sentence_id = s.id
        LEFT JOIN reviewers AS editor ON editor.id = d.editor_id
        LEFT JOIN verifications AS v ON v.sentence_id = s.id
        LEFT JOIN reviewers AS proposer ON proposer.id = v.proposed_by
        LEFT JOIN reviewers AS checker ON checker.id = v.checked_by
        LEFT JOIN assignments_to_check AS t ON t.sentence_id = s.id
        LEFT JOIN reviewers AS holder ON holder.id = t.reviewer_id
        LEFT JOIN reviewers AS giver ON giver.id = t.assigned_by
        WHERE s.document = :number AND s.is_current = 1 AND s.start BETWEEN :first AND :last
        ORDER BY s.start
        """,
        **span,
    )
    hidden = hidden_from(reader) if hidden is None else hidden
    comments = _comments_by_sentence(db, document, reader, rows) if rows and rows[0]["has_comments"] else {}
    matches = _matches_by_sentence(db, document, hidden, span) if rows and rows[0]["are_matched"] else {}
    return [
        _sentence(
            row,
            by_sentence.get(row["id"], []),
            late.get(row["id"], []),
            tuple(comments.get(row["id"], ())),
            tuple(matches.get(row["id"], ())),
            document.is_blind,
        )
        for row in rows
    ]


def _comments_by_sentence(
    db: Database, document: Document, reader: Person | None, sentences: list[Row]
) -> dict[int, list[Comment]]:
    """List the comments that these sentences have some text of, by the sentence's id, oldest first.

    A comment names the sentence that it was made on, whose span stays known when boundaries are mended.

    :param sentences: rows with `id`, `start` and `stop`, in order.
    """
    found: dict[int, list[Comment]] = defaultdict(list)
    stops = [row["stop"] for row in sentences]
    for row in db.rows(
        """
        SELECT o.start, o.stop, c.number, r.name, c.text, c.at, resolver.name, c.resolved_at, c.version
        FROM comments AS c
        JOIN sentences AS o ON o.id = c.sentence_id
        JOIN reviewers AS r ON r.id = c.reviewer_id
        LEFT JOIN reviewers AS resolver ON resolver.id = c.resolved_by
        WHERE c.document = :number AND c.text IS NOT NULL AND (c.reviewer_id = :me OR :is_blind = 0)
        ORDER BY c.id
        """,
        number=document.number,
        me=reader and reader.id,
        is_blind=int(document.is_blind),
    ):
        for sentence in sentences[bisect_right(stops, row["start"]) :]:
            if sentence["start"] >= row["stop"]:
                break
            found[sentence["id"]].append(Comment(*row[2:]))
    return found


def _matches_by_sentence(
    db: Database, document: Document, hidden: str, span: dict[str, int]
) -> dict[int, list[dict[str, Any]]]:
    """List the confirmed matches of a range of sentences with documents that everybody there may see."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    if document.is_blind or document.state == "superseded":
        return found
    for row in db.rows(
        """
        WITH linked AS (
            SELECT s.id, m.second AS other, m.relation
            FROM sentences AS s CROSS JOIN matches AS m ON m.first = s.id
            WHERE s.document = :number AND s.is_current = 1 AND s.start BETWEEN :first AND :last
              AND m.state = 'confirmed'
            UNION ALL
            SELECT s.id, m.first, m.relation
            FROM sentences AS s CROSS JOIN matches AS m ON m.second = s.id
            WHERE s.document = :number AND s.is_current = 1 AND s.start BETWEEN :first AND :last
              AND m.state = 'confirmed'
        )
        SELECT l.id, d.id AS document, o.start, l.relation
        FROM linked AS l
        CROSS JOIN sentences AS o ON o.id = l.other AND o.is_current = 1
        CROSS JOIN documents AS d ON d.number = o.document
        WHERE d.is_blind = 0 AND d.state NOT IN ('withdrawn', 'superseded')
          AND (:hidden = '[]' OR d.collection NOT IN (SELECT value FROM json_each(:hidden)))
        ORDER BY d.key, o.start
        """,
        hidden=hidden,
        **span,
    ):
        found[row["id"]].append({name: row[name] for name in ("document", "start", "relation")})
    return found


def annotation_of(values: Sequence[Any], is_carried: int) -> Annotation:
    """Make an annotation from its values in their order."""
    return CarriedAnnotation(*values) if is_carried else Annotation(*values)


def _sentence(
    row: Row,
    annotations: list[Annotation],
    late: list[str],
    comments: tuple[Comment, ...],
    matches: tuple[dict[str, Any], ...],
    is_blind: bool,
) -> Sentence:
    number, start, end, block, text = row[:5]
    decision = None if is_blind else _decision(row)
    return Sentence(
        number,
        start,
        end,
        block,
        text,
        annotations,
        decision,
        _verification(row, decision, is_blind),
        tuple(late),
        comments,
        None if is_blind else assignment_of(row),
        None if is_blind else made_on(row),
        matches=matches,
    )


def _decision(row: Row) -> Decision | None:
    if row["version"] is None:
        return None
    return Decision(
        row["label"],
        row["speaker"],
        row["decided_by"],
        bool(row["in_dispute"]),
        row["editor"],
        row["reason"],
        row["version"],
        row["at"],
    )


def _verification(row: Row, decision: Decision | None, is_blind: bool) -> Verification | None:
    if is_blind:  # it may have come over from the revision before
        return None
    if row["status"] is not None:
        return verification_of(row)
    if decision is None or decision.label not in CHECKABLE:
        return None
    return untouched(decision.label)


def untouched(label: str) -> Verification:
    """Make the verification of a decided claim or quote that nobody has touched."""
    blank = rules.unchecked(label)
    return Verification(blank.status, blank.verdict, blank.attribution, None, False, [], None, None, 0, None)


def verification_of(row: Row) -> Verification | None:
    """Make a verification from the columns that are called as in :func:`list_sentences`; None: untouched."""
    if row["status"] is None:
        return None
    return Verification(
        row["status"],
        row["verdict"],
        row["attribution"],
        row["rationale"],
        bool(row["is_suspended"]),
        orjson.loads(row["evidence"]),
        row["proposed_by"],
        row["checked_by"],
        row["verification_version"],
        row["verified_at"],
    )


def assignment_of(row: Row) -> Assignment | None:
    """Make an assignment from such columns; None where there never was one."""
    if row["assignment_version"] is None:
        return None
    names = ("assigned_to", "assigned_by", "question", "assignment_version", "assigned_at")
    return Assignment(*(row[name] for name in names))


def made_on(row: Row) -> MadeOn | None:
    """Tell what a verification was made on, from such columns; None where that stands as it was."""
    if row["status"] is None:
        return None
    was = (row["checked_label"], row["checked_text"])
    return None if was == (row["label"], row["text"]) else MadeOn(*was)


MINE = ("label", "speaker", "note", "origin", "version", "at")  # as `get_place` reads them


def get_place(db: Database, document_id: str, start: int, end: int, by: Person) -> Place:
    """Find the sentence that a write names, inside the transaction of that write.

    :param end: where the writer saw it end.
    :raises NotFound: no such document, or no sentence starts or ever started there.
    :raises Refused: code ``boundary_changed``; `current` holds the sentences that are there now. Or code
        ``superseded``: there is a newer revision, and the sentence is not in it. Or code ``closed``.
    """
    row = db.row(
        """
        SELECT d.*, s.id AS sentence_id, s.stop, s.text,
            mine.label, mine.speaker, mine.note, mine.origin, mine.version, mine.at,
            c.label, c.speaker, c.decided_by, c.in_dispute, c.reason, c.version, c.at,
            v.label, v.status, v.is_suspended
        FROM documents AS d JOIN sentences AS s ON s.document = d.number
        LEFT JOIN annotations AS mine ON mine.sentence_id = s.id AND mine.reviewer_id = :by
        LEFT JOIN decisions AS c ON c.sentence_id = s.id
        LEFT JOIN verifications AS v ON v.sentence_id = s.id
        WHERE d.id = :id AND d.state <> 'withdrawn' AND s.start = :start AND s.is_current = 1
          AND (:hidden = '[]' OR d.collection NOT IN (SELECT value FROM json_each(:hidden)))
        """,
        id=document_id,
        start=start,
        by=by.id,
        hidden=by.hidden,
    )
    if row is None or row["stop"] != end:
        raise _no_such_sentence(db, document_id, start, end, by)
    if row["state"] == "superseded":
        return get_place(db, *_find_carried(db, Document.of(row), row["sentence_id"]), by)
    if row["state"] == "closed":
        raise closed(Document.of(row))
    mine = dict(zip(MINE, row[-16:-10], strict=True))
    return Place(
        Document.of(row),
        row["sentence_id"],
        start,
        row["text"],
        mine if mine["version"] else None,
        Standing(*row[-10:]),
    )


def get_standing(db: Database, sentence_id: int) -> Standing:
    """Read anew what stands for a sentence, where the same unit of work has changed it, or has no place."""
    (row,) = db.rows(
        """
        SELECT c.label, c.speaker, c.decided_by, c.in_dispute, c.reason, c.version, c.at,
            v.label, v.status, v.is_suspended
        FROM sentences AS s
        LEFT JOIN decisions AS c ON c.sentence_id = s.id
        LEFT JOIN verifications AS v ON v.sentence_id = s.id
        WHERE s.id = :id
        """,
        id=sentence_id,
    )
    return Standing(*row)


def _find_carried(db: Database, old: Document, sentence_id: int) -> tuple[str, int, int]:
    """Follow a sentence into the newest revision of its article: the id of that, start and end there."""
    row = db.row(
        """
        WITH RECURSIVE carried (id) AS (
            SELECT :sentence_id
            UNION ALL
            SELECT s.id FROM carried AS c JOIN sentences AS s ON s.carried_from = c.id
        )
        SELECT d.id, s.start, s.stop
        FROM carried AS c
        JOIN sentences AS s ON s.id = c.id AND s.is_current = 1
        JOIN documents AS d ON d.number = s.document AND d.superseded_by IS NULL
        """,
        sentence_id=sentence_id,
    )
    if row is None:
        raise superseded(db, old)
    return row["id"], row["start"], row["stop"]


def _no_such_sentence(db: Database, document_id: str, start: int, end: int, by: Person) -> NotFound | Refused:
    document = db.value(
        """
        SELECT number FROM documents AS d WHERE id = :id AND state <> 'withdrawn'
          AND collection NOT IN (SELECT value FROM json_each(:hidden)) AND (
            EXISTS (SELECT 1 FROM sentences WHERE document = number AND start = :start AND is_current = 1)
            OR EXISTS (SELECT 1 FROM sentences WHERE document = number AND start = :start AND is_current = 0))
        """,
        id=document_id,
        start=start,
        hidden=by.hidden,
    )
    if document is None:
        return NotFound("There is no such sentence, or it is not yours to see.")
    overlapping = db.rows(
        """
        SELECT start, stop AS "end", text FROM sentences
        WHERE document = :document AND is_current = 1 AND start < :end AND stop > :start
        ORDER BY start
        """,
        document=document,
        start=start,
        end=max(end, start + 1),
    )
    return Refused(
        "The boundaries of this sentence have changed.",
        code="boundary_changed",
        current={"sentences": [dict(row) for row in overlapping]},
    )


def read_back(
    db: Database, document: Document, start: int, reader: Person, *, version: int, n_tagged: int | None = None
) -> Written:
    """Return what was just written as its writer sees it.

    :param n_tagged: how many sentences the writer has tagged, where that is known already.
    """
    (sentence,) = list_sentences(db, document, reader, first=start, last=start)
    if n_tagged is None:
        n_tagged = count_tagged(db, document, reader)
    return Written(sentence, document, n_tagged, version)


def count_tagged(db: Database, document: Document, reader: Person) -> int:
    """Return how many sentences of a document someone has voted on, from the count that is kept."""
    n_tagged = db.value(
        "SELECT n_tagged FROM reviews WHERE document = :number AND reviewer_id = :me",
        number=document.number,
        me=reader.id,
    )
    return int(n_tagged or 0)
