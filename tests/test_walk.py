"""A desk at random: whatever people do in whatever order, everything adds up and no export misses a change.

Each walk is drawn from a seed, so that one that fails can be walked again.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest

from annotate.checking import find_faults
from annotate.database import Database
from annotate.errors import AnnotateError
from annotate.exporting import Selection, open_export, write_json
from annotate.loading import find_sources, load
from annotate.restoring import preview, restore
from annotate.store.annotations import record_annotation
from annotate.store.boundaries import merge_sentences, split_sentence
from annotate.store.collections import limit_collection
from annotate.store.comments import add_comment
from annotate.store.contents import Sentence, get_content
from annotate.store.decisions import record_decision
from annotate.store.documents import get_document
from annotate.store.figures import catch_up_wholly
from annotate.store.history import get_thread, list_history
from annotate.store.matches import record_match
from annotate.store.plans import Change, change_plan
from annotate.store.reviewers import get_reviewer, set_active
from annotate.store.reviews import list_untagged, sign_off
from annotate.store.verifications import record_verification
from tests.conftest import CAST

EDITORS = ("carol", "dana")  # at work twice as often as the others
STEPS = 160
BETWEEN_CHECKS = 8
PARAGRAPH = "The mayor of Norhaven said {0} left. Two soldiers were captured near Kursk. A ferry sank in {0}."
EVIDENCE = [{"url": "https://example.org", "title": "Record", "stance": "supports"}]


class Walk:
    """Somebody somewhere does something, again and again."""

    def __init__(self, db: Database, desk: Path, seed: int) -> None:
        self.db, self.desk, self.random = db, desk, Random(seed)
        self.keys: list[str] = []
        for reviews_needed in (1, 1, 1, 2):
            self.keys.append(self.load(f"{len(self.keys)}.txt", [len(self.keys)], reviews_needed))
        self.known: dict[str, Any] = {}
        self.cursor: str | None = None

    def load(self, name: str, numbers: list[int], reviews_needed: int = 1) -> str:
        """Load an article, or its next revision, and return its key."""
        (self.desk / name).write_text("\n\n".join(map(PARAGRAPH.format, numbers)), "utf-8")
        (loaded,) = load(self.db, find_sources([self.desk / name])[0], reviews_needed=reviews_needed)
        assert loaded.key
        return loaded.key

    def step(self) -> None:
        """Do something, which may be refused."""
        act = self.random.choice(ACTS)
        document = self.db.value(
            "SELECT id FROM documents WHERE key = :key AND superseded_by IS NULL",
            key=self.random.choice(self.keys),
        )
        with suppress(AnnotateError):
            act(self, document, get_reviewer(self.db, self.random.choice([*CAST, *EDITORS])))

    def draw(self, document: str, by: Any) -> Sentence:
        return self.random.choice(get_content(self.db, get_document(self.db, document, by), by).sentences)

    def check(self) -> None:
        """What is kept must follow from what is stored, and what changed since from what there was."""
        for _ in catch_up_wholly(self.db):
            pass
        assert find_faults(self.db) == []
        since, whole = self.export(self.cursor), self.export(None)
        self.cursor = since["cursor"]
        self.known |= {each["key"]: each for each in since["documents"]}
        for each in whole["documents"]:
            assert self.known[each["key"]] == each

    def export(self, since: str | None) -> dict[str, Any]:
        with self.db.snapshot() as view:
            exported = b"".join(write_json(open_export(view, Selection(since=since), None)))
        return dict(json.loads(exported))


def vote(walk: Walk, document: str, by: Any) -> None:
    each, label = walk.draw(document, by), walk.random.choice(["claim", "claim", "quote", "none", None])
    record_annotation(walk.db, document, each.start, by=by, end=each.end, label=label)


def finish(walk: Walk, document: str, by: Any) -> None:
    here = get_document(walk.db, document, by)
    untagged = list_untagged(walk.db, here, by)
    for each in get_content(walk.db, here, by).sentences:
        if each.start in untagged:
            record_annotation(walk.db, document, each.start, by=by, end=each.end, label="claim")
    sign_off(walk.db, document, by=by)


def decide(walk: Walk, document: str, by: Any) -> None:
    each, label = walk.draw(document, by), walk.random.choice(["claim", "quote", None])
    version = each.decision.version if each.decision else 0
    record_decision(walk.db, document, each.start, by=by, seen_version=version, end=each.end, label=label)


def verify(walk: Walk, document: str, by: Any) -> None:
    each, status = walk.draw(document, by), walk.random.choice(["unchecked", "in_progress", "settled"])
    record_verification(
        walk.db,
        document,
        each.start,
        by=by,
        end=each.end,
        seen_version=each.verification.version if each.verification else 0,
        status=status,
        verdict="verified",
        attribution="confirmed" if each.decision and each.decision.label == "quote" else None,
        rationale=None,
        evidence=EVIDENCE,
        reason="anew",
    )


def mend(walk: Walk, document: str, by: Any) -> None:
    each = walk.draw(document, by)
    known: dict[str, Any] = {"by": by, "seen_version": each.version_of(by), "end": each.end}
    if walk.random.random() < 0.5:
        merge_sentences(walk.db, document, each.start, **known)
    else:
        split_sentence(walk.db, document, each.start, **known, at=each.start + each.text.rfind(" "))


def comment(walk: Walk, document: str, by: Any) -> None:
    each = walk.draw(document, by)
    add_comment(walk.db, document, each.start, by=by, end=each.end, text="Who says so?")


def match(walk: Walk, document: str, by: Any) -> None:
    claims = [
        (each["id"], each["start"])
        for each in walk.db.rows(
            """
            SELECT d.id, s.start FROM documents AS d
            JOIN sentences AS s ON s.document = d.number AND s.is_current = 1
            JOIN decisions AS c ON c.sentence_id = s.id AND c.label IN ('claim', 'quote')
            WHERE d.superseded_by IS NULL AND d.is_blind = 0 ORDER BY s.id
            """
        )
    ]
    here, there = walk.random.choices(claims, k=2) if claims else ((document, 0), (document, 0))
    relation = walk.random.choice(["same", "same", "contradicts", None])
    record_match(walk.db, *here, *there, by=by, relation=relation)


def bring_back(walk: Walk, document: str, by: Any) -> None:
    here = get_document(walk.db, document, by)
    events = list_history(walk.db, get_thread(walk.db, here, None), by, limit=50)
    can = [each.number for each in events if each.can_go_back]
    number = walk.random.choice(can or [0])
    version = preview(walk.db, document, number, by=by).version
    restore(walk.db, document, number, by=by, seen_version=version, reason="back")


def plan(walk: Walk, document: str, by: Any) -> None:
    changes = [{"reviews_needed": 1}, {"reviews_needed": 2}, {"close": "Enough."}, {"assign": ("bob",)}]
    change = Change(**walk.random.choice([*changes, {"reopen": True}, {"reopen": True}]))  # type: ignore[arg-type]
    if (
        change.reviews_needed != 2 or get_document(walk.db, document, by).is_blind
    ):  # else it leaves the export
        change_plan(walk.db, document, change, by=by)


def revise(walk: Walk, document: str, by: Any) -> None:
    walk.load(
        f"{walk.keys.index(get_document(walk.db, document, None).key)}.txt", walk.random.sample(range(4), 3)
    )


def manage(walk: Walk, document: str, by: Any) -> None:
    set_active(walk.db, "bob", walk.random.random() < 0.5)
    limit_collection(walk.db, "desk", walk.random.choice([None, None, ["alice", "carol"]]))


ACTS: list[Callable[[Walk, str, Any], None]] = [
    *(vote, finish, finish, decide, verify, comment, plan, revise, manage),
    *(mend, mend, mend, match, match, match, bring_back, bring_back, bring_back),
]


@pytest.mark.parametrize("seed", range(2))
def test_whatever_is_done_adds_up_and_no_export_misses_it(db: Database, desk: Path, seed: int) -> None:
    walk = Walk(db, desk, seed)

    for number in range(STEPS):
        walk.step()
        if number % BETWEEN_CHECKS == 0:
            walk.check()
    walk.check()
