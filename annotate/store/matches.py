"""The same claim elsewhere: sentences of other documents, found by the full-text index, judged by people.

Who proposes, confirms and rejects is in ``rules``; how alike two sentences are is for ``text.match`` to say.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from annotate import rules
from annotate.database import Database, Row, json_list
from annotate.errors import Invalid, NotFound, Refused, Stale
from annotate.store.clock import now
from annotate.store.contents import (
    Place,
    Sentence,
    Verification,
    Written,
    get_place,
    list_sentences,
    read_back,
    verification_of,
)
from annotate.store.documents import Document, get_document, mark_changed
from annotate.store.events import record_event
from annotate.store.partners import link_of
from annotate.store.reviewers import Person, hidden_from
from annotate.store.search import text_query
from annotate.text.facts import read_facts
from annotate.text.language import detect, primary
from annotate.text.match import LEAST, Likeness, Weighed, compare, rarity, weigh
from schemas.terms import CHECKABLE

MOST_TERMS = 24  # of a sentence that are looked up, names, figures and dates first
MOST_HITS = 800  # sentences, the newest, that are read of the index for a term: half a millisecond
MOST_COMPARED = 60  # sentences that are read and compared: some 15 ms
OFFERED = 5
GOOD = 0.35  # of a score; from here on an earlier verdict goes before what is more alike
STRONG, FAIR = 0.55, 0.3


@dataclass(frozen=True)
class Match:
    """A sentence of another document, what it has in common with one, and what people said of the two."""

    document: str
    key: str
    title: str
    start: int
    end: int
    text: str
    label: str | None
    score: float
    reason: str
    differing: tuple[tuple[str, str], ...]
    relation: str | None
    state: str | None
    proposed_by: str | None
    confirmed_by: str | None
    version: int
    verification: Verification | None

    @property
    def likeness(self) -> str:
        """The score in a word."""
        return "strong" if self.score >= STRONG else "fair" if self.score >= FAIR else "weak"


@dataclass(frozen=True)
class Matched:
    """Two sentences after a write: the other one, and the one that was written to."""

    match: Match
    written: Written


def list_matches(db: Database, document_id: str, start: int, reader: Person | None) -> list[Match]:
    """List what is recorded of a sentence, then what else may say the same; rejected ones are left out.

    Nothing, while the document is blind or superseded, or if the sentence is no decided claim or quote.

    :raises NotFound: no such document or sentence.
    """
    document = get_document(db, document_id, reader)
    sentences = list_sentences(db, document, reader, first=start, last=start)
    if not sentences:
        raise NotFound("There is no such sentence.")
    return find_matches(db, document, sentences[0], hidden_from(reader))


def find_matches(db: Database, document: Document, sentence: Sentence, hidden: str) -> list[Match]:
    """As :func:`list_matches`, for a sentence that is at hand.

    :param hidden: JSON list of the collections that must not show.
    """
    label = sentence.decision and sentence.decision.label
    if document.is_blind or document.state == "superseded" or label not in CHECKABLE:
        return []
    links = _links(db, sentence.id)
    hits, weights, n = _look_up(db, sentence.text, _language(document, sentence))
    hits = [each for each in hits if each not in links and each != sentence.id]
    kept = [each for each, link in links.items() if link["state"] in ("proposed", "confirmed")]
    one = _Compared(sentence.text, _language(document, sentence), weights, n)
    found = {
        row["id"]: _match(row, one.with_(row), links.get(row["id"]))
        for row in _read(db, [*kept, *hits[:MOST_COMPARED]], document.key, hidden)
    }
    recorded = [found[each] for each in kept if each in found]
    offered = [each for number, each in found.items() if number not in links and each.score >= LEAST]
    return sorted(recorded, key=_confirmed_first) + sorted(offered, key=_earliest_verdict_first)[:OFFERED]


def _confirmed_first(match: Match) -> tuple[bool, str, int]:
    return match.state != "confirmed", match.key, match.start


def _earliest_verdict_first(match: Match) -> tuple[bool, str, float, str, int]:
    checked = match.verification
    is_settled = checked is not None and checked.status == "settled" and match.score >= GOOD
    at = (checked.at or "") if checked is not None and is_settled else ""
    return not is_settled, at, -match.score, match.key, match.start


class _Compared:
    """One sentence, to be compared with others by the weights of its terms."""

    def __init__(self, text: str, language: str | None, weights: dict[str, float], n: int) -> None:
        self.weights = weights
        self.unseen = rarity(0, n)
        self.one = self._weighed(text, language)

    def with_(self, row: Row) -> Likeness:
        language = row["language"] and primary(row["language"])
        return compare(self.one, self._weighed(row["text"], language or self.one.facts.language))

    def _weighed(self, text: str, language: str | None) -> Weighed:
        return weigh(read_facts(text, language), lambda term: self.weights.get(term, self.unseen))


def _language(document: Document, sentence: Sentence) -> str | None:
    return primary(document.language) if document.language else detect(sentence.text)


def _look_up(db: Database, text: str, language: str | None) -> tuple[list[int], dict[str, float], int]:
    """Ask the index for each term of a sentence, at most for its newest sentences.

    :returns: ids, those that share the rarest terms first; each term's weight; how many sentences there are.
    """
    facts = read_facts(text, language)
    n = int(db.value("SELECT max(id) FROM sentences") or 1)
    common: dict[int, float] = defaultdict(float)
    weights = {}
    for term in sorted(facts.terms, key=lambda each: each not in facts.anchors)[:MOST_TERMS]:
        rows = db.rows(
            """
            SELECT rowid FROM sentence_search WHERE sentence_search MATCH :words
            ORDER BY rowid DESC LIMIT :most
            """,
            words=text_query(facts.terms[term]),
            most=MOST_HITS,
        )
        weights[term] = rarity(_estimate([row["rowid"] for row in rows], n), n)
        for row in rows:
            common[row["rowid"]] += weights[term] ** 2
    return sorted(common, key=lambda each: (-common[each], -each)), weights, n


def _estimate(newest: list[int], n: int) -> int:
    """Tell of how many sentences these are the newest, by how densely they stand."""
    if len(newest) < MOST_HITS:
        return len(newest)
    return len(newest) * n // max(1, n - newest[-1] + 1)


def _links(db: Database, sentence_id: int) -> dict[int, Row]:
    """Return what people said of a sentence and others, by the other's id."""
    rows = db.rows(
        """
        SELECT m.other, m.relation, m.state, p.name AS proposed_by, c.name AS confirmed_by, m.version
        FROM (
            SELECT second AS other, relation, state, proposed_by, confirmed_by, version
            FROM matches WHERE first = :id AND state IS NOT NULL
            UNION ALL
            SELECT first, relation, state, proposed_by, confirmed_by, version
            FROM matches WHERE second = :id AND state IS NOT NULL
        ) AS m
        LEFT JOIN reviewers AS p ON p.id = m.proposed_by
        LEFT JOIN reviewers AS c ON c.id = m.confirmed_by
        """,
        id=sentence_id,
    )
    return {row["other"]: row for row in rows}


def _read(db: Database, ids: Iterable[int], key: str, hidden: str) -> list[Row]:
    """Read those of some sentences that may be shown beside one of another article."""
    return db.rows(
        """
        SELECT s.id, d.id AS document, d.key, d.title, d.language, s.start, s.stop, s.text, c.label,
            v.status, v.verdict, v.attribution, v.rationale, v.is_suspended, v.evidence,
            proposer.name AS proposed_by, checker.name AS checked_by,
            v.version AS verification_version, v.at AS verified_at
        FROM json_each(:ids) AS wanted
        CROSS JOIN sentences AS s ON s.id = wanted.value
        JOIN documents AS d ON d.number = s.document
        LEFT JOIN decisions AS c ON c.sentence_id = s.id
        LEFT JOIN verifications AS v ON v.sentence_id = s.id
        LEFT JOIN reviewers AS proposer ON proposer.id = v.proposed_by
        LEFT JOIN reviewers AS checker ON checker.id = v.checked_by
        WHERE s.is_current = 1 AND s.block NOT IN ('credit', 'notice', 'related')
          AND d.key <> :key AND d.is_blind = 0 AND d.state NOT IN ('withdrawn', 'superseded')
          AND d.collection NOT IN (SELECT value FROM json_each(:hidden))
          AND c.label IS NOT 'boilerplate'
        """,
        ids=json_list(ids),
        key=key,
        hidden=hidden,
    )


def _match(row: Row, likeness: Likeness, link: Row | None) -> Match:
    return Match(
        row["document"],
        row["key"],
        row["title"],
        row["start"],
        row["stop"],
        row["text"],
        row["label"],
        likeness.score,
        likeness.reason,
        likeness.differing,
        link and link["relation"],
        link and link["state"],
        link and link["proposed_by"],
        link and link["confirmed_by"],
        link["version"] if link else 0,
        None if row["is_suspended"] else verification_of(row),
    )


def record_match(
    db: Database,
    document_id: str,
    start: int,
    other_id: str,
    other_start: int,
    *,
    by: Person,
    relation: str | None,
    end: int | None = None,
    other_end: int | None = None,
    seen_version: int | None = None,
) -> Matched:
    """Store what somebody says of two sentences: a proposal, an editor's word, or (None) a rejection.

    :param end: where the person saw the sentence end; None is not compared. `other_end` likewise.
    :param seen_version: of the match, 0 for none; None skips the check.
    :raises NotFound: one of the documents or sentences is not there, or not theirs to see.
    :raises Invalid: code ``same_article``.
    :raises Refused: code ``open``, ``not_decided``, ``confirmed``, ``boundary_changed`` or ``superseded``.
    :raises Stale: a newer version was stored since; `current` is it.
    """
    with db.transaction():
        pair = _get_pair(db, (document_id, start, end), (other_id, other_start, other_end), by)
        row = _find(db, pair, seen_version)
        before = link_of(row)
        after = rules.follow_link(before, relation, by=by.id, role=by.role)
        if after == before:
            return _read_back(db, pair, pair[0].document, by, row["version"] if row else 0)
        return _write(db, pair, row, after, by)


def remove_match(
    db: Database,
    document_id: str,
    start: int,
    other_id: str,
    other_start: int,
    *,
    by: Person,
    seen_version: int | None = None,
) -> Matched:
    """Take back what was said of two sentences; the version goes on counting.

    :raises NotFound: nothing was said of them, or as for :func:`record_match`.
    :raises Forbidden: somebody else said it, and this is no editor.
    """
    with db.transaction():
        pair = _get_pair(db, (document_id, start, None), (other_id, other_start, None), by)
        row = _find(db, pair, seen_version)
        before = link_of(row)
        if before is None:
            raise NotFound("There is no such match.")
        rules.require_taking_back(before, by=by.id, role=by.role)
        return _write(db, pair, row, None, by)


def _get_pair(
    db: Database, one: tuple[str, int, int | None], other: tuple[str, int, int | None], by: Person
) -> tuple[Place, Place]:
    pair = _get_place(db, *one, by), _get_place(db, *other, by)
    if pair[0].document.key == pair[1].document.key:
        raise Invalid("These two stand in the same article.", code="same_article")
    if any(place.document.is_blind for place in pair):
        raise Refused("There are no matches until all have signed off.", code="open")
    if pair[0].standing.label not in CHECKABLE:
        raise Refused(
            "Only a sentence that is decided to be a claim or a quote is matched.", code="not_decided"
        )
    return pair


def _get_place(db: Database, document_id: str, start: int, end: int | None, by: Person) -> Place:
    if end is None:
        end = db.value(
            """
            SELECT s.stop FROM documents AS d JOIN sentences AS s ON s.document = d.number
            WHERE d.id = :id AND s.start = :start AND s.is_current = 1
            """,
            id=document_id,
            start=start,
        )
    return get_place(db, document_id, start, start if end is None else end, by)


def _find(db: Database, pair: tuple[Place, Place], seen_version: int | None) -> Row | None:
    row = db.row(
        """
        SELECT relation, state, proposed_by, confirmed_by, version FROM matches
        WHERE first = min(:one, :other) AND second = max(:one, :other)
        """,
        one=pair[0].sentence_id,
        other=pair[1].sentence_id,
    )
    if seen_version is not None and seen_version != (row["version"] if row else 0):
        current = row and {name: row[name] for name in ("relation", "state", "version")}
        raise Stale("Somebody has judged this match in the meantime.", current=current)
    return row


def _write(
    db: Database, pair: tuple[Place, Place], row: Row | None, after: rules.Link | None, by: Person
) -> Matched:
    (stored,) = db.write(
        """
        INSERT INTO matches (first, second, relation, state, proposed_by, confirmed_by, version, at)
        VALUES (min(:one, :other), max(:one, :other), :relation, :state, :proposed_by, :confirmed_by, 1, :now)
        ON CONFLICT (first, second) DO UPDATE SET
            relation = excluded.relation, state = excluded.state, proposed_by = excluded.proposed_by,
            confirmed_by = excluded.confirmed_by, version = version + 1, at = excluded.at
        RETURNING version
        """,
        one=pair[0].sentence_id,
        other=pair[1].sentence_id,
        relation=after and after.relation,
        state=after and after.state,
        proposed_by=after and after.proposed_by,
        confirmed_by=after and after.confirmed_by,
        now=now(),
    )
    version = int(stored["version"])
    act = (
        "match_removed"
        if after is None
        else "match_rejected"
        if after.relation is None
        else "match_confirmed"
        if after.confirmed_by is not None
        else "match_proposed"
    )
    changed = [
        _tell(db, act, here, there, link_of(row), after, version, by) for here, there in (pair, pair[::-1])
    ]
    return _read_back(db, pair, changed[0], by, version)


def _tell(
    db: Database,
    act: str,
    here: Place,
    there: Place,
    before: rules.Link | None,
    after: rules.Link | None,
    version: int,
    by: Person,
) -> Document:
    """Write the line in the history of one of the two documents."""
    other: dict[str, Any] = {"document": there.document.id, "start": there.start}
    event = record_event(
        db,
        act,
        by=by.id,
        document=here.document.number,
        sentence_id=here.sentence_id,
        was=before and {**other, "relation": before.relation, "state": before.state},
        now={
            **other,
            "relation": after and after.relation,
            "state": after and after.state,
            "version": version,
        },
    )
    return mark_changed(db, here.document.number, event)


def _read_back(
    db: Database, pair: tuple[Place, Place], document: Document, by: Person, version: int
) -> Matched:
    one, other = pair
    written = read_back(db, document, one.start, by, version=version)
    link = _links(db, one.sentence_id).get(other.sentence_id)
    _, weights, n = _look_up(db, one.text, _language(document, written.sentence))
    compared = _Compared(one.text, _language(document, written.sentence), weights, n)
    rows = _read(db, [other.sentence_id], document.key, by.hidden)
    if not rows:
        raise Refused("That sentence is furniture: it is matched with nothing.", code="boilerplate")
    match = _match(rows[0], compared.with_(rows[0]), link)
    return Matched(Match(**{**vars(match), "version": version}), written)


@dataclass(frozen=True)
class Found:
    """A decided claim or quote that nobody has matched yet, with what is offered for it."""

    document: str
    key: str
    start: int
    text: str
    matches: list[Match]


def list_unmatched(
    db: Database, *, collection: str | None = None, limit: int = 20, most_asked: int = 500
) -> Iterator[Found]:
    """Yield decided claims and quotes, newest first, for which something is offered.

    :param most_asked: sentences that are looked at, so that it ends in some seconds.
    """
    rows = db.rows(
        """
        SELECT d.id, s.start FROM decisions AS c
        CROSS JOIN sentences AS s ON s.id = c.sentence_id JOIN documents AS d ON d.number = s.document
        WHERE c.label IN ('claim', 'quote') AND s.is_current = 1 AND d.is_blind = 0
          AND d.state NOT IN ('closed', 'withdrawn', 'superseded')
          AND (:collection IS NULL OR d.collection = :collection)
          AND NOT EXISTS (SELECT 1 FROM matches WHERE first = s.id AND state <> 'rejected')
          AND NOT EXISTS (SELECT 1 FROM matches WHERE second = s.id AND state <> 'rejected')
        ORDER BY c.sentence_id DESC LIMIT :most
        """,
        collection=collection,
        most=most_asked,
    )
    n_found = 0
    for row in rows:
        document = get_document(db, row["id"], None)
        (sentence,) = list_sentences(db, document, None, first=row["start"], last=row["start"])
        matches = find_matches(db, document, sentence, "[]")
        if matches and n_found < limit:
            n_found += 1
            yield Found(document.id, document.key, sentence.start, sentence.text, matches)


def as_json(found: Found) -> dict[str, Any]:
    """Return a claim with what is offered for it, for programs."""
    return {
        **asdict(found),
        "matches": [{**asdict(each), "likeness": each.likeness} for each in found.matches],
    }
