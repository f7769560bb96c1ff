"""Disputes as they are stored."""

from pathlib import Path

import sqlite_utils

from annotate.migrations import MIGRATIONS
from annotate.rules import dispute_weight

VOTES = ["claim quote", "claim claim quote", "claim quote none", "claim claim quote quote", "claim"]


def test_disputes_of_an_older_database_get_the_weight_that_the_rules_give(tmp_path: Path) -> None:
    names = [each.name for each in MIGRATIONS._migrations]
    step = next(name for name in names if name.endswith("_disputes"))
    old = sqlite_utils.Database(tmp_path / "old.db")
    MIGRATIONS.apply(old, stop_before=step)
    for n, votes in enumerate(VOTES, 1):
        for reviewer, label in enumerate(votes.split()):
            old.execute(
                "INSERT INTO annotations (sentence_id, reviewer_id, label, origin, version, at) "
                "VALUES (?, ?, ?, 'key', 1, '')",
                [n, reviewer, label],
            )
        old.execute(
            "INSERT INTO decisions (sentence_id, in_dispute, version, at) VALUES (?, ?, 1, '')",
            [n, int(" " in votes)],
        )
    MIGRATIONS.apply(old)

    stored = [row[0] for row in old.execute("SELECT weight FROM decisions ORDER BY sentence_id").fetchall()]
    old.close()

    assert stored == [dispute_weight(votes.split()) for votes in VOTES]
