"""Run a simulated desk to its end, and hold what it left against the ledger."""

import json
import random
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from annotate.database import migrate, open_database
from annotate.store.reviewers import add_reviewer, get_reviewer
from annotate.store.tokens import add_token
from tests.server.caller import Caller, Crowd
from tests.server.conftest import Desk, Server
from tests.soak.articles import write
from tests.soak.ledger import Ledger
from tests.soak.people import Checker, Editor, Reviewer

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Size:
    """How large a desk is; there is one admin, at the command line."""

    reviewers: int
    editors: int
    articles: int
    n_lines: int
    needed: int
    settled: int
    kills: int = 1
    patience: float = 600  # seconds that all of it may take


class Simulation:
    """One installation with its people, all at work at once until nothing is left to do."""

    def __init__(self, folder: Path, size: Size, seed: int) -> None:
        self.size = size
        self.chance = random.Random(seed)
        self.folder = folder
        self.ledger = Ledger(size.needed)
        self.reviewers = [f"reviewer-{n}" for n in range(size.reviewers)]
        self.editors = [f"editor-{n}" for n in range(size.editors)]
        self.desk = Desk(folder / "instance", {})
        self.settings = {
            "ANNOTATE_REVIEWS_PER_DOCUMENT": str(size.needed),
            "ANNOTATE_TWO_PERSON_RULE": "1",
            "ANNOTATE_THREADS": "16",
        }
        self.port = 0
        self.server: Server | None = None
        self.callers: list[Caller] = []

    def furnish(self) -> None:
        """Make the installation, its people and their tokens."""
        self.desk.folder.mkdir(mode=0o700)
        migrate(self.desk.database, self.desk.folder)
        (self.desk.folder / "secret_key").write_text("k" * 64)
        db = open_database(self.desk.database)
        roles = dict.fromkeys(self.reviewers, "reviewer") | dict.fromkeys(self.editors, "editor")
        for name, role in {**roles, "admin": "admin"}.items():
            add_reviewer(db, name=name, role=role, password=PASSWORD)
            owner = get_reviewer(db, name)
            self.desk.tokens[name] = add_token(db, owner, name="soak", scope="write", days=None)

    def serve(self) -> None:
        self.server = self.desk.serve(self.port, **self.settings)
        self.port = self.server.port

    def connect(self, name: str) -> Caller:
        caller = Caller(self.port, self.desk.tokens[name])
        self.callers.append(caller)
        return caller

    def run(self) -> float:
        """Let everybody work to the end; return the seconds that it took."""
        self.furnish()
        half = self.size.articles // 2
        self.load(range(half))
        self.serve()
        began = time.monotonic()
        all_loaded, all_reviewed = threading.Event(), threading.Event()
        seeds = [self.chance.random() for _ in range(self.size.reviewers + self.size.editors)]

        def review(number: int) -> None:
            Reviewer(self.reviewers[number], self.ledger, self.connect, random.Random(seeds[number])).work(
                all_loaded
            )

        def settle(number: int) -> None:
            Editor(self.editors[number], self.ledger, self.connect, random.Random(seeds[-1 - number])).work(
                all_reviewed
            )

        reviewing = Crowd(self.size.reviewers, review)
        settling = Crowd(self.size.editors, settle)
        for _ in range(self.size.kills):
            self.wait_for_votes(self.n_votes_due() // (4 * self.size.kills))
            self.kill_and_serve()
        self.load(range(half, self.size.articles))
        all_loaded.set()
        reviewing.wait(self.size.patience)
        all_reviewed.set()
        settling.wait(self.size.patience)
        self.check_some()
        return time.monotonic() - began

    def load(self, numbers: range) -> None:
        folder = self.folder / f"articles-{numbers.start}"
        write(folder, numbers, n_lines=self.size.n_lines, chance=self.chance)
        self.desk.run("seeds", "load", folder, "--collection", "city", **self.settings)

    def n_votes_due(self) -> int:
        return self.size.articles * (self.size.n_lines + 1) * self.size.needed

    def wait_for_votes(self, n: int) -> None:
        end = time.monotonic() + self.size.patience
        goal = len(self.ledger.votes) + n
        while len(self.ledger.votes) < goal and not self.ledger.faults:
            assert time.monotonic() < end, "the simulated people stopped working"
            time.sleep(0.01)

    def kill_and_serve(self) -> None:
        assert self.server is not None
        self.server.kill()
        self.serve()

    def check_some(self) -> None:
        for name in self.reviewers[:3]:
            Checker(name, self.ledger, self.connect, self.chance).work(self.size.settled)

    def audit(self) -> list[str]:
        """Return all that is wrong, in words."""
        export = json.loads(self.desk.export())
        found = list(self.ledger.faults)
        found += self._audit_documents(export["documents"])
        found += self._audit_votes(export["documents"])
        found += self._audit_decisions(export["documents"])
        found += self._audit_history(export["documents"])
        found += self._audit_agreement(export["documents"])
        if self.desk.run("check").stdout != "All is well.\n":
            found.append("`check` found something")
        if self.desk.export() != self.desk.export():
            found.append("two exports of one state differ")
        return found

    def _audit_documents(self, documents: list[dict[str, Any]]) -> list[str]:
        found = []
        if len(documents) != self.size.articles:
            found.append(f"{len(documents)} documents are exported of {self.size.articles}")
        for each in documents:
            signed = [sign_off["reviewer"] for sign_off in each["sign_offs"]]
            if each["state"] != "decided":
                found.append(f"{each['key']} is {each['state']}")
            if len(signed) != self.size.needed or set(signed) != self.ledger.signed[each["id"]]:
                found.append(f"{each['key']} is signed off by {signed}")
            if self.ledger.given[each["id"]] != set(signed):
                found.append(f"{each['key']} was given to {sorted(self.ledger.given[each['id']])}")
        return found

    def _audit_votes(self, documents: list[dict[str, Any]]) -> list[str]:
        stored = {
            ((document["id"], sentence["start"]), each["reviewer"]): (each["version"], each["label"])
            for document in documents
            for sentence in document["sentences"]
            for each in sentence["annotations"]
        }
        lost = [
            f"{where}: {what} was lost" for where, what in self.ledger.votes.items() if where not in stored
        ]
        other = [
            f"{where}: {stored[where]} is stored where {what} was acknowledged"
            for where, what in self.ledger.votes.items()
            if where in stored and stored[where] != what
        ]
        extra = [f"{where}: nobody sent this" for where in stored if where not in self.ledger.votes]
        return lost + other + extra

    def _audit_decisions(self, documents: list[dict[str, Any]]) -> list[str]:
        found = []
        for document in documents:
            for sentence in document["sentences"]:
                spot = (document["id"], sentence["start"])
                labels = {each["label"] for each in sentence["annotations"]}
                due = ("agreement", *labels) if len(labels) == 1 else None
                if spot in self.ledger.adjudicated:
                    due = ("adjudication", self.ledger.adjudicated[spot][1])
                if (sentence["decided_by"], sentence["label"]) != due:
                    found.append(f"{spot} is {sentence['decided_by']} {sentence['label']}, due is {due}")
                verification = sentence["verification"] or {"status": None}
                if (verification["status"] == "settled") != (spot in self.ledger.settled):
                    found.append(f"{spot} is {verification['status']}")
                elif (
                    spot in self.ledger.settled
                    and (
                        verification["checked_by"],
                        verification["proposed_by"],
                    )
                    != self.ledger.settled[spot]
                ):
                    found.append(f"{spot} was settled by {verification['checked_by']}")
        if len(self.ledger.settled) < self.size.settled:
            found.append(f"only {len(self.ledger.settled)} were settled")
        if any(len(set(pair)) == 1 for pair in self.ledger.settled.values()):
            found.append("somebody settled what they had proposed")
        return found

    def _audit_history(self, documents: list[dict[str, Any]]) -> list[str]:
        """Count the events: each acknowledged change is one, and there are no others."""
        db = open_database(self.desk.database)
        rows = db.rows(
            """
            SELECT d.id, count(*) AS n FROM events AS e JOIN documents AS d ON d.number = e.document
            WHERE e.act = 'annotated' GROUP BY d.id
            """
        )
        told = {row["id"]: row["n"] for row in rows}
        return [
            f"{each['key']} has {told.get(each['id'])} votes in its history, "
            f"{self.ledger.changes[each['id']]} were acknowledged"
            for each in documents
            if told.get(each["id"]) != self.ledger.changes[each["id"]]
        ]

    def _audit_agreement(self, documents: list[dict[str, Any]]) -> list[str]:
        """Compute per cent and Krippendorff's alpha again from the export, the long way."""
        told = json.loads(self.desk.run("agreement", "--json").stdout)
        units = [
            [each["label"] for each in sentence["annotations"]]
            for document in documents
            for sentence in document["sentences"]
        ]
        due = {"per_cent": 100 * per_cent(units), "krippendorff": alpha(units)}
        return [
            f"{name} is told as {told[name]['value']}, due is {value}"
            for name, value in due.items()
            if abs(told[name]["value"] - value) > 1e-6
        ]

    def close(self) -> None:
        for caller in self.callers:
            caller.close()
        self.desk.clear()


def per_cent(units: list[list[str]]) -> float:
    """Return which share of a unit's pairs agree, on average over the units."""
    shares = []
    for labels in units:
        pairs = list(combinations(labels, 2))
        shares.append(sum(a == b for a, b in pairs) / len(pairs))
    return sum(shares) / len(shares)


def alpha(units: list[list[str]]) -> float:
    """Return Krippendorff's alpha for nominal data, by its coincidence matrix (2011, section C)."""
    matrix: dict[tuple[str, str], float] = defaultdict(float)
    for labels in units:
        for i, j in combinations(range(len(labels)), 2):
            for pair in ((labels[i], labels[j]), (labels[j], labels[i])):
                matrix[pair] += 1 / (len(labels) - 1)
    totals: dict[str, float] = defaultdict(float)
    for (label, _), n in matrix.items():
        totals[label] += n
    n_all = sum(totals.values())
    observed = sum(n for (a, b), n in matrix.items() if a != b)
    by_chance = sum(totals[a] * totals[b] for a in totals for b in totals if a != b) / (n_all - 1)
    return 1 - observed / by_chance
