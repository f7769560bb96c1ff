"""Simulated people: reviewers who tag what the queue gives them, editors who settle disputes, checkers."""

import random
import threading
import time
from collections.abc import Callable
from typing import Any

from tests.server.caller import GONE, Answer, Caller
from tests.server.conftest import until
from tests.soak.articles import truth
from tests.soak.ledger import Ledger, others_words

LABELS = ("claim", "quote", "boilerplate", "none")
ERRS, CHANGES_MIND, REPEATS, IS_STALE, COMMENTS = 0.06, 0.05, 0.04, 0.03, 0.02  # chances a sentence


class Simulated:
    """Somebody with a token, who asks again with the same key when the server goes away.

    :param connect: returns a caller to the server that runs now.
    """

    def __init__(
        self, name: str, ledger: Ledger, connect: Callable[[str], Caller], chance: random.Random
    ) -> None:
        self.name = name
        self.ledger = ledger
        self.connect = connect
        self.chance = chance
        self.caller: Caller | None = None
        self.n_sent = 0

    def api(self, method: str, path: str, body: Any = None, *, version: int | None = None) -> Answer:
        """Ask, and ask again until somebody answers: each change once, by its key."""
        self.n_sent += 1
        key = None if method == "GET" else f"{type(self).__name__}-{self.name}-{self.n_sent}"
        answer: Answer = until(lambda: self._try(method, path, body, version, key), f"answered {path}")
        if answer.status == 503 and path == "/export":  # enough are under way
            self.ledger.count("put off")
            time.sleep(0.2)
            return self.api(method, path, body, version=version)
        if answer.status >= 500:
            self.ledger.fault(f"{self.name}: {method} {path} is {answer.status}: {answer.text}")
        self.ledger.count(f"{method} {answer.status}")
        return answer

    def _try(self, method: str, path: str, body: Any, version: int | None, key: str | None) -> Answer | None:
        try:
            self.caller = self.caller or self.connect(self.name)
            return self.caller.api(method, path, body, version=version, key=key)
        except GONE:
            self.caller = None  # it has closed itself
            self.ledger.count("asked again")
            return None

    def expect(self, answer: Answer, *statuses: int) -> Answer:
        if answer.status not in statuses:
            self.ledger.fault(f"{self.name}: {answer.status} where {statuses} was due: {answer.text[:300]}")
        return answer

    def all_of(self, path: str) -> list[dict[str, Any]]:
        """Read a list to its end."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = self.expect(self.api("GET", path + cursor), 200).json
            found += page["items"]
            if page["next"] is None:
                return found
            cursor = f"{'&' if '?' in path else '?'}cursor={page['next']}"


class Reviewer(Simulated):
    """Tags what the queue gives, errs now and then, and looks where nothing is to be seen."""

    def work(self, all_loaded: threading.Event) -> None:
        while True:
            is_all_there = all_loaded.is_set()  # before asking: nothing more comes if then nothing waits
            found = self.expect(self.api("GET", "/queue/next"), 200).json["document"]
            if found is not None:
                self.ledger.give(found["id"], self.name)
                self.review(found["id"])
            elif is_all_there:
                return
            else:
                all_loaded.wait(0.2)

    def review(self, document_id: str) -> None:
        document = self.look(document_id)
        untagged = [each for each in document["sentences"] if not each["version"]]
        if untagged and self.chance.random() < 0.3:
            self.expect(self.api("POST", f"/documents/{document_id}/sign-off"), 422)
        for sentence in untagged:
            self.tag(document_id, sentence)
        self.look(document_id)
        self.ledger.ask_to_sign_off(document_id)
        self.expect(self.api("POST", f"/documents/{document_id}/sign-off"), 200)
        self.ledger.sign_off(document_id, self.name)
        self.look(document_id)
        self.pry()

    def look(self, document_id: str) -> dict[str, Any]:
        """Read a document; while it is blind there must be nobody's words but mine."""
        document: dict[str, Any] = self.expect(self.api("GET", f"/documents/{document_id}"), 200).json
        if self.ledger.is_surely_blind(document_id):
            for told in others_words(document, self.name):
                self.ledger.fault(f"{self.name} saw in {document_id}, which is blind: {told}")
        return document

    def pry(self) -> None:
        """Ask lists, export and history for what is blind."""
        path = self.chance.choice(["/disputes?limit=200", "/verifications?limit=200"])
        for each in self.expect(self.api("GET", path), 200).json["items"]:
            if self.ledger.is_surely_blind(each["document"]):
                self.ledger.fault(f"{self.name} saw {each['document']}, which is blind, in {path}")
        for each in self.expect(self.api("GET", "/export"), 200).json["documents"]:
            if self.ledger.is_surely_blind(each["id"]):
                self.ledger.fault(f"{self.name} exported {each['id']}, which is blind")
        for document_id in self.chance.sample(sorted(self.ledger.given), 1):
            events = self.expect(self.api("GET", f"/documents/{document_id}/history"), 200).json["items"]
            others = [each for each in events if each["reviewer"] not in (None, self.name)]
            votes = [each for each in others if each["act"] != "signed_off"]
            if votes and self.ledger.is_surely_blind(document_id):
                self.ledger.fault(f"{self.name} read in the history of {document_id}: {votes[0]}")

    def tag(self, document_id: str, sentence: dict[str, Any]) -> None:
        label = truth(sentence["text"])
        if self.chance.random() < ERRS:
            label = self.chance.choice(LABELS)
        version = self.send(document_id, sentence, label, 0)
        if self.chance.random() < CHANGES_MIND:
            label = self.chance.choice(LABELS)
            version = self.send(document_id, sentence, label, version)
        if self.chance.random() < IS_STALE:
            path = f"/documents/{document_id}/sentences/{sentence['start']}/annotation"
            late = self.api("PUT", path, {"end": sentence["end"], "label": "none"}, version=version + 7)
            self.expect(late, 412)
        if self.chance.random() < COMMENTS:
            path = f"/documents/{document_id}/sentences/{sentence['start']}/comments"
            said = {"end": sentence["end"], "text": f"{self.name} wonders about this."}
            self.expect(self.api("POST", path, said), 201)

    def send(self, document_id: str, sentence: dict[str, Any], label: str, version: int) -> int:
        path = f"/documents/{document_id}/sentences/{sentence['start']}/annotation"
        body = {"end": sentence["end"], "label": label}
        answer = self.expect(self.api("PUT", path, body, version=version), 200)
        if self.chance.random() < REPEATS:  # a double click: the same key, so the same answer
            self.n_sent -= 1
            again = self.api("PUT", path, body, version=version)
            if (again.status, again.body) != (answer.status, answer.body):
                self.ledger.fault(f"{self.name}: a repeated tag was answered otherwise: {again.text[:300]}")
        if answer.version != version + 1:
            self.ledger.fault(f"{self.name}: version {answer.version} came after {version}")
        self.ledger.vote((document_id, sentence["start"]), self.name, answer.version, label)
        return answer.version


class Editor(Simulated):
    """Settles disputes, worst first, while another does the same."""

    def work(self, all_reviewed: threading.Event) -> None:
        while True:
            is_last = all_reviewed.is_set()
            disputes = self.expect(self.api("GET", "/disputes?limit=20"), 200).json["items"]
            for each in disputes:
                self.settle(each)
            if is_last and not disputes:
                return
            if not disputes:
                all_reviewed.wait(0.2)

    def settle(self, dispute: dict[str, Any]) -> None:
        document_id = dispute["document"]
        spot = (document_id, dispute["start"])
        if self.ledger.is_surely_blind(document_id):
            self.ledger.fault(f"{self.name} was shown a dispute of {document_id}, which is blind")
        if len({vote["label"] for vote in dispute["votes"]}) < 2:
            self.ledger.fault(f"{self.name} was shown a dispute about nothing at {spot}")
        label = truth(dispute["text"])
        body = {"end": dispute["end"], "label": label, "reason": "The guidelines say so."}
        path = f"/documents/{document_id}/sentences/{dispute['start']}/decision"
        answer = self.expect(self.api("PUT", path, body, version=dispute["version"]), 200, 412)
        if answer.status == 200:  # else the other editor was first
            with self.ledger.lock:
                if spot in self.ledger.adjudicated:
                    self.ledger.faults.append(f"{spot} was decided twice")
                self.ledger.adjudicated[spot] = (self.name, label)


class Checker(Simulated):
    """Checks decided claims and quotes: one proposes, another settles."""

    def work(self, n_to_settle: int) -> None:
        for each in self.all_of("/verifications?status=unchecked&limit=200")[:n_to_settle]:
            self.check(each, "second_look", 200, 412, 409)
        for each in self.all_of("/verifications?status=second_look&limit=200"):
            if len(self.ledger.settled) >= n_to_settle:
                return
            answer = self.check(each, "settled", 200, 403, 412, 409)
            if answer.status == 200:
                with self.ledger.lock:
                    spot = (each["document"], each["start"])
                    self.ledger.settled[spot] = (self.name, each["verification"]["proposed_by"])

    def check(self, found: dict[str, Any], status: str, *statuses: int) -> Answer:
        start = found["start"]
        body = {
            "end": found["end"],
            "status": status,
            "verdict": "verified",
            "attribution": "confirmed" if found["label"] == "quote" else None,
            "rationale": None,
            "evidence": [{"url": f"https://example.org/{start}", "stance": "supports"}],
        }
        path = f"/documents/{found['document']}/sentences/{start}/verification"
        return self.expect(self.api("PUT", path, body, version=found["verification"]["version"]), *statuses)
