"""What everybody sent and what they were told: the truth that the database is held against."""

import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

Spot = tuple[str, int]  # a document's id, and where a sentence starts


@dataclass
class Ledger:
    """Kept by all at once.

    :param needed: N, the sign-offs that a document needs.
    :param votes: by spot and reviewer, the version and label that were acknowledged last.
    :param changes: by document, how many votes were acknowledged, each once.
    :param asked: by document, how many sign-offs were sent that may count: raised before sending.
    :param faults: what should never have been seen.
    """

    needed: int
    votes: dict[tuple[Spot, str], tuple[int, str]] = field(default_factory=dict)
    changes: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    signed: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    given: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    adjudicated: dict[Spot, tuple[str, str]] = field(default_factory=dict)
    settled: dict[Spot, tuple[str, str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fault(self, what: str) -> None:
        with self.lock:
            self.faults.append(what)

    def count(self, what: str) -> None:
        with self.lock:
            self.counts[what] += 1

    def vote(self, spot: Spot, who: str, version: int, label: str) -> None:
        with self.lock:
            self.votes[spot, who] = (version, label)
            self.changes[spot[0]] += 1

    def ask_to_sign_off(self, document: str) -> None:
        with self.lock:
            self.asked[document] += 1

    def sign_off(self, document: str, who: str) -> None:
        with self.lock:
            self.signed[document].add(who)

    def give(self, document: str, who: str) -> None:
        """Note whom the queue gave a document to."""
        with self.lock:
            self.given[document].add(who)

    def is_surely_blind(self, document: str) -> bool:
        """Whether so few sign-offs were even sent by now that a document was blind all the time before."""
        with self.lock:
            return self.asked[document] < self.needed

    def labels(self, spot: Spot) -> list[str]:
        """Return the labels that were acknowledged for a sentence."""
        return [label for (where, _), (_, label) in self.votes.items() if where == spot]


def others_words(document: dict[str, Any], me: str) -> list[str]:
    """Find what a blind document, as the API shows it, tells somebody of others' work."""
    told = [
        f"{sentence['start']}: {name}"
        for sentence in document["sentences"]
        for name in ("label", "speaker", "decided_by", "adjudication", "verification", "decision")
        if sentence[name] is not None
    ]
    told += [
        f"{sentence['start']}: {kind} of {each['reviewer']}"
        for sentence in document["sentences"]
        for kind in ("annotations", "comments", "corrections")
        for each in sentence.get(kind, [])
        if each.get("reviewer") != me
    ]
    told += [f"{each['start']}: a match" for each in document["sentences"] if each["matches"]]
    told += [f"{each['start']}: late dissent" for each in document["sentences"] if each["late_dissent"]]
    counts = document["counts"]
    told += [name for name in ("n_decided", "n_in_dispute", "n_checkable", "n_settled") if counts[name]]
    return told
