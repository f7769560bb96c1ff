"""Boundaries mended many times over, and by many at once: nothing is lost, and all can be undone."""

import random
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest

from annotate.checking import find_faults
from annotate.database import Database
from annotate.errors import Invalid, Refused, Stale
from annotate.store.annotations import record_annotation
from annotate.store.boundaries import Mended, merge_sentences, split_sentence
from annotate.store.contents import Sentence, get_content
from annotate.store.decisions import record_decision
from annotate.store.documents import get_document
from annotate.store.reviewers import Person
from annotate.store.reviews import sign_off

TEXT = """The ferry was late. It carried 40 people. Nobody was hurt, said Jo Vale.

It is the third delay in May 🚢 and the harbour master called it bad luck. Others call it neglect.
"""
SPEAKERS = (None, "Jo Vale", "Vale")
NOTES = (None, "by phone", "ask again")


@dataclass(frozen=True)
class Desk:
    """A document, and people who do things to it."""

    db: Database
    document_id: str
    people: list[Person]

    def sentences(self) -> list[Sentence]:
        document = get_document(self.db, self.document_id, None)
        return get_content(self.db, document, self.people[0]).sentences

    def state(self) -> list[tuple[Any, ...]]:
        """What undo must bring back: all but versions."""
        return [
            (
                each.start,
                each.end,
                each.text,
                _standing(each),
                [
                    (a.reviewer, a.label, a.speaker, a.note, a.origin, a.at, type(a))
                    for a in each.annotations
                    if a.label or a.note
                ],
            )
            for each in self.sentences()
        ]

    def versions(self) -> dict[tuple[int, int], int]:
        """By reviewer and start."""
        rows = self.db.rows(
            """
            SELECT a.reviewer_id, s.start, a.version
            FROM annotations AS a JOIN sentences AS s ON s.id = a.sentence_id AND s.is_current = 1
            """
        )
        return {(row["reviewer_id"], row["start"]): row["version"] for row in rows}

    def tag(self, chance: random.Random) -> None:
        sentence = chance.choice(self.sentences())
        record_annotation(
            self.db,
            self.document_id,
            sentence.start,
            by=chance.choice(self.people),
            end=sentence.end,
            label=chance.choice(["claim", "claim", "quote", "none", None]),
            speaker=chance.choice(SPEAKERS),
            note=chance.choice(NOTES),
        )

    def split(self, sentence: Sentence, at: int) -> Mended:
        by = self.people[0]
        seen = sentence.version_of(by)
        return split_sentence(
            self.db, self.document_id, sentence.start, by=by, seen_version=seen, end=sentence.end, at=at
        )

    def merge(self, sentence: Sentence) -> Mended:
        by = self.people[0]
        seen = sentence.version_of(by)
        return merge_sentences(
            self.db, self.document_id, sentence.start, by=by, seen_version=seen, end=sentence.end
        )

    def mend(self, chance: random.Random) -> Callable[[], Mended] | None:
        """Split or merge somewhere, and return the act that undoes it; None where it cannot be done."""
        sentences = self.sentences()
        number = chance.randrange(len(sentences))
        sentence = sentences[number]
        try:
            if chance.random() < 0.5:
                self.split(sentence, chance.randrange(sentence.start, sentence.end))
                return lambda: self.merge(self.at(sentence.start))
            self.merge(sentence)
            between = sentences[number + 1].start
            return lambda: self.split(self.at(sentence.start), between)
        except (Invalid, Refused):
            return None

    def at(self, start: int) -> Sentence:
        (found,) = [each for each in self.sentences() if each.start == start]
        return found


def _standing(sentence: Sentence) -> tuple[str | None, str | None, str | None]:
    decision = sentence.decision  # without any label it tells no more than none does
    return (decision.label, decision.speaker, decision.decided_by) if decision else (None, None, None)


@pytest.fixture
def desk(db: Database, add_story: Callable[..., str], people: dict[str, Person]) -> Desk:
    return Desk(db, add_story(TEXT, name="ferry.txt"), [people["carol"], people["alice"], people["bob"]])


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_mended_adds_up_and_undoing_it_all_restores_all(desk: Desk, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(12):
        desk.tag(chance)
    before = desk.state()
    undo: list[Callable[[], Mended]] = []
    highest: dict[tuple[int, int], int] = {}

    for _ in range(25):
        highest |= desk.versions()
        inverse = desk.mend(chance)
        if inverse is not None:
            undo.append(inverse)
        assert all(version >= highest.get(place, 0) for place, version in desk.versions().items())
    assert find_faults(desk.db) == []
    assert len(undo) > 8
    for act in reversed(undo):
        act()

    assert desk.state() == before
    assert find_faults(desk.db) == []


@pytest.mark.parametrize("seed", range(10))
def test_mending_between_tags_sign_offs_and_decisions_adds_up_at_every_step(desk: Desk, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(40):
        act = chance.choice(["tag", "tag", "tag", "mend", "mend", "decide", "sign off"])
        if act == "tag":
            with suppress(Refused):  # who has signed off takes no vote back
                desk.tag(chance)
        elif act == "mend":
            desk.mend(chance)
        elif act == "decide":
            sentence = chance.choice(desk.sentences())
            record_decision(
                desk.db,
                desk.document_id,
                sentence.start,
                by=desk.people[0],
                end=sentence.end,
                label=chance.choice(["claim", "quote"]),
                seen_version=sentence.decision.version if sentence.decision else 0,
            )
        else:
            by = chance.choice(desk.people)
            for sentence in desk.sentences():
                tag = {"by": by, "end": sentence.end, "label": "claim"}
                record_annotation(desk.db, desk.document_id, sentence.start, **tag)  # type: ignore[arg-type]
            sign_off(desk.db, desk.document_id, by=by)
        assert find_faults(desk.db) == []


@pytest.mark.parametrize("what", ["split", "merge"])
def test_of_many_who_mend_one_place_at_once_exactly_one_is_acknowledged(desk: Desk, what: str) -> None:
    sentence = desk.sentences()[0]
    outcomes: list[object] = []
    barrier = threading.Barrier(6)

    def act(number: int) -> None:
        barrier.wait()
        try:
            outcomes.append(desk.split(sentence, 4 + number) if what == "split" else desk.merge(sentence))
        except (Refused, Stale) as problem:
            outcomes.append(problem.code)

    threads = [threading.Thread(target=act, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    (winner,) = [each for each in outcomes if isinstance(each, Mended)]
    assert sorted(each for each in outcomes if each is not winner) == ["boundary_changed"] * 5  # type: ignore[type-var]
    assert desk.sentences()[0] == winner.sentences[0]
    assert find_faults(desk.db) == []


def test_the_search_index_follows_the_boundaries(desk: Desk) -> None:
    def found(words: str) -> list[str]:
        rows = desk.db.rows(
            """
            SELECT s.text FROM sentence_search AS f JOIN sentences AS s ON s.id = f.rowid
            WHERE f.text MATCH :words
            """,
            words=words,
        )
        return [row["text"] for row in rows]

    first = desk.sentences()[0]

    desk.merge(first)

    assert found('"late it carried"') == ["The ferry was late. It carried 40 people."]
    desk.split(desk.at(first.start), first.end)
    assert found('"late it carried"') == []
    assert found("ferry") == ["The ferry was late."]
