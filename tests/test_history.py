"""Every act that is recorded of a document is told in words, in a blind one only what is nobody's vote."""

import ast
from pathlib import Path
from typing import Any

import pytest

from annotate.history import ACTS, Event, acts_of, as_seen, as_text
from schemas.terms import ACT_KINDS

CODE = Path(__file__).parent.parent / "annotate"


def event(act: str, was: Any = None, now: Any = None, **more: Any) -> Event:
    values = {"number": 1, "at": "2026-01-05T10:00:00Z", "who": "alice", "is_mine": False, "document_id": "d"}
    return Event(**{**values, "act": act, "sentence": (0, 4), "text": None, "was": was, "now": now, **more})


Recorders = dict[str, int]  # functions that record what they are given: name → which argument is the act


def recorded_acts() -> set[str]:
    """The acts that the code records of documents, also through functions that pass an act on."""
    trees = [ast.parse(path.read_text("utf-8")) for path in sorted(CODE.rglob("*.py"))]
    passing = [_find_recorders(tree) for tree in trees]
    public = {name: place for some in passing for name, place in some.items() if not name.startswith("_")}
    return {act for tree, own in zip(trees, passing, strict=True) for act in _acts_in(tree, public | own)}


def _find_recorders(tree: ast.Module) -> Recorders:
    found: Recorders = {}
    while True:  # one may pass an act on to another
        known = len(found)
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            names = [arg.arg for arg in function.args.args]
            for name, place in ({"record_event": 1} | found).items():
                for call in _calls(function, name):
                    act = _argument(call, place)
                    if getattr(act, "id", "") in names and (name != "record_event" or _is_of_document(call)):
                        found[function.name] = names.index(act.id)
        if len(found) == known:
            return found


def _acts_in(tree: ast.Module, recorders: Recorders) -> set[str]:
    acts: set[str] = set()
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        parameters = {arg.arg for arg in function.args.args}
        direct = [_argument(call, 1) for call in _calls(function, "record_event") if _is_of_document(call)]
        direct += [_argument(call, n) for name, n in recorders.items() for call in _calls(function, name)]
        found = [each for each in direct if getattr(each, "id", "") not in parameters]
        acts |= {word for each in found for word in _words(each, function)}
    return acts


def _words(act: ast.expr, function: ast.FunctionDef) -> set[str]:
    """The words that an expression may be: spelled out, given to a name, or keys of a table."""
    if isinstance(act, ast.Constant):
        return {str(act.value)}
    nodes = list(ast.walk(function))
    parts = [act.body, act.orelse] if isinstance(act, ast.IfExp) else []
    parts = act.values if isinstance(act, ast.Dict) else parts
    parts = [act.value] if isinstance(act, ast.Subscript) else parts
    if isinstance(act, ast.Name):
        parts = [n.value for n in nodes if isinstance(n, ast.Assign) and act.id in _names(n.targets)]
        parts = parts or [key for n in nodes if isinstance(n, ast.Dict) for key in n.keys if key]
    assert parts, f"{function.name} records an act that is not spelled out: {ast.unparse(act)}"
    return {word for part in parts for word in _words(part, function)}


def _names(targets: list[ast.expr]) -> list[str]:
    return [getattr(each, "id", "") for each in targets]


def _calls(node: ast.AST, name: str) -> list[ast.Call]:
    calls = [each for each in ast.walk(node) if isinstance(each, ast.Call)]
    return [each for each in calls if name in (getattr(each.func, "id", ""), getattr(each.func, "attr", ""))]


def _argument(call: ast.Call, place: int) -> ast.expr:
    named = [each.value for each in call.keywords if each.arg == "act"]
    return named[0] if named else call.args[place]


def _is_of_document(call: ast.Call) -> bool:
    return any(each.arg == "document" for each in call.keywords)


def test_every_act_that_is_recorded_of_a_document_has_a_sentence_of_its_own() -> None:
    recorded = recorded_acts()

    assert {"annotated", "adjudicated", "verified", "split", "merged", "loaded", "erased"} <= recorded
    assert recorded - set(ACTS) == set()
    for act in recorded:
        assert event(act).words, act  # also once its texts are erased
        assert event(act).changes == [], act


def test_every_act_is_of_a_kind_that_can_be_asked_for() -> None:
    assert {act.kind for act in ACTS.values()} <= set(ACT_KINDS)
    assert {act.when_blind for act in ACTS.values()} <= {"all", "own", "none"}
    assert {name for kind in ACT_KINDS for name in acts_of(kind)} == set(ACTS)


QUOTE = {"label": "quote", "speaker": None, "note": None, "version": 1}
CLAIM = {"label": "claim", "speaker": None, "note": None, "version": 2}
DISPUTED = {
    "label": None,
    "speaker": None,
    "decided_by": None,
    "in_dispute": True,
    "version": 1,
    "reason": None,
}
DECIDED = {
    "label": "claim",
    "speaker": None,
    "decided_by": "adjudication",
    "in_dispute": False,
    "reason": None,
}
BLANK = {
    "status": "unchecked",
    "verdict": "unverified",
    "attribution": None,
    "rationale": None,
    "evidence": [],
}
VOTES = [{"reviewer": "alice", "label": "quote"}, {"reviewer": "bob", "label": "claim"}]
TOLD = [
    ("annotated", None, QUOTE, "tagged it quote"),
    ("annotated", QUOTE, CLAIM, "changed their label from quote to claim"),
    ("annotated", QUOTE, QUOTE | {"speaker": "Rask", "note": "x"}, "added the speaker and note"),
    ("annotated", QUOTE | {"note": "x"}, QUOTE | {"note": "y"}, "changed the note"),
    ("annotated", QUOTE | {"note": "x"}, QUOTE, "removed the note"),
    ("annotated", QUOTE, QUOTE, "said quote once more"),
    ("annotated", QUOTE, QUOTE | {"label": None}, "took their label back: quote"),
    ("annotated", None, CLAIM | {"is_late": True}, "tagged it claim, after it was settled"),
    ("annotated", QUOTE, CLAIM | {"restored": 7}, "changed their label from quote to claim (restored)"),
    ("adjudicated", DISPUTED, DECIDED | {"reason": "guidelines say so", "votes": VOTES},
     "decided claim over alice’s quote and bob’s claim: “guidelines say so”"),
    ("adjudicated", DECIDED, DECIDED | {"has_voted": True}, "decided claim again, having voted on it too"),
    ("adjudication_removed", DECIDED, DISPUTED, "gave it back to the votes, which differ"),
    ("adjudication_removed", DECIDED, DECIDED | {"decided_by": "review"},
     "gave it back to the votes, which say claim"),
    ("verified", None, BLANK | {"status": "in_progress"}, "began to verify it"),
    ("verified", BLANK, BLANK | {"status": "second_look"}, "handed it over for a second look"),
    ("verified", BLANK, BLANK | {"status": "settled", "verdict": "mostly_false", "attribution": "confirmed"},
     "settled the verification: confirmed and mostly false"),
    ("verified", BLANK | {"status": "in_progress"}, BLANK, "set the verification back to unchecked"),
    ("verified", BLANK, BLANK | {"verdict": "mixed"}, "changed the verification"),
    ("verification_reopened", BLANK, BLANK | {"reason": "It fell"}, "reopened the verification: “It fell”"),
    ("commented", None, {"text": "Is it?", "resolved": False}, "commented: “Is it?”"),
    ("comment_changed", {"text": "Is it?", "resolved": False}, {"text": "Is it?", "resolved": True},
     "resolved the comment “Is it?”"),
    ("comment_changed", {"text": "Is it?", "resolved": True}, {"text": "Is it?", "resolved": False},
     "reopened the comment “Is it?”"),
    ("comment_changed", {"text": "Is it?", "resolved": False}, {"text": "It is.", "resolved": False},
     "changed a comment"),
    ("comment_removed", {"text": "Is it?"}, {"text": None}, "took a comment back"),
    ("split", None, None, "cut the sentence in two"),
    ("merged", None, {"sign_offs_taken_back": []}, "joined two sentences"),
    ("merged", None, {"sign_offs_taken_back": ["alice", "bob"]},
     "joined two sentences, which took alice’s and bob’s sign-offs back"),
    ("assigned_to_check", None, {"reviewer": "bob", "question": "How many?"},
     "gave it to bob to check: “How many?”"),
    ("assigned", {"assigned": ["bob"]}, {"assigned": []}, "left the document to everybody"),
    ("assigned", {"assigned": []}, {"assigned": ["bob"]}, "changed who reviews the document"),
    ("closed", {"closed": False, "reason": None}, {"closed": True, "reason": "Old news"},
     "closed the document: “Old news”"),
    ("match_proposed", None, {"relation": "same", "document": "x"},
     "proposed that another article says the same"),
    ("match_confirmed", {"relation": "same"}, {"relation": "contradicts"},
     "confirmed that another article contradicts it"),
    ("match_rejected", {"relation": "same"}, {"relation": "same"},
     "rejected that another article says the same"),
    ("match_removed", {"relation": "same"}, {"relation": None}, "took a match back"),
    ("signed_off", None, None, "signed the document off"),
    ("loaded", None, {"key": "a.txt", "revision": 1}, "loaded the article"),
    ("loaded", None, {"key": "a.txt", "revision": 2}, "loaded revision 2 of the article"),
    ("revised", {"revision": 1}, {"revision": 2},
     "took over from revision 1 what was said of the sentences that stayed"),
    ("superseded", {"state": "open"}, {"state": "superseded"}, "put a newer revision in its place"),
    ("described", {"title": "A"}, {"title": "B"}, "changed what is said of the article"),
    ("withdrawn", {"state": "open"}, {"state": "withdrawn", "reason": "Asked to"},
     "withdrew the article: “Asked to”"),
    ("erased", {"state": "open"}, {"state": "withdrawn", "reason": "Asked to"},
     "withdrew the article and erased its text: “Asked to”"),
    ("something_new", {"a": 1}, {"a": 2, "b": [1, {"c": "d"}]}, "something new"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("act", "was", "now", "words"), TOLD, ids=[f"{each[0]}-{n}" for n, each in enumerate(TOLD)]
)
def test_a_line_says_what_was_done(act: str, was: Any, now: Any, words: str) -> None:
    assert event(act, was, now).words == words
    for change in event(act, was, now).changes:
        assert change.rows


def test_only_what_was_changed_is_listed_and_an_act_that_nobody_knows_lists_all_of_it() -> None:
    (change,) = event("annotated", QUOTE, QUOTE | {"speaker": "Rask", "version": 2}).changes
    assert (change.field, change.was, change.now, change.is_told) == ("speaker", None, "Rask", False)
    decided = event("adjudicated", DISPUTED, DECIDED).changes
    assert [(each.field, each.was, each.now) for each in decided] == [("label", "in_dispute", "claim")]
    assert [each.field for each in event("something_new", {"a": 1}, {"a": 2, "b": []}).changes] == ["a"]
    assert event("something_new").kind == "document"


def test_what_words_have_told_whole_is_not_told_twice() -> None:
    for reason, is_told in (("short", True), ("long " * 100, False)):
        (_, change) = event("adjudicated", DISPUTED, DECIDED | {"reason": reason}).changes
        assert (change.field, change.is_told) == ("reason", is_told)


def test_evidence_is_told_piece_by_piece() -> None:
    record = {"url": "https://example.org/r", "title": "Record", "excerpt": "4,000", "stance": "supports"}
    call = {"url": None, "reference": "A call", "stance": "refutes", "accessed_at": "2026-01-05"}
    (change,) = event(
        "verified", BLANK | {"evidence": [record]}, BLANK | {"evidence": [record, call]}
    ).changes

    assert change.rows == [[("Refutes: A call, seen on 2026-01-05", "ins")]]
    assert as_text(record) == "Supports: Record, https://example.org/r, “4,000”"


def test_a_mended_boundary_is_told_by_its_texts_and_the_votes_that_it_cost() -> None:
    was = {
        "sentences": [{"start": 10, "end": 13}, {"start": 14, "end": 17}],
        "annotations": [
            QUOTE | {"reviewer": "alice", "start": 10},
            CLAIM | {"reviewer": "alice", "start": 14},
        ],
        "decisions": [],
    }
    now = {"sentences": [{"start": 10, "end": 17}], "annotations": [], "sign_offs_taken_back": ["alice"]}
    sentences, votes = event("merged", was, now, text="One Two").changes

    assert (sentences.was, sentences.now) == (["“One”", "“Two”"], ["“One Two”"])
    assert (votes.was, votes.now) == (["alice: quote", "alice: claim"], [])


def test_while_blind_a_mended_boundary_holds_nobody_elses_vote() -> None:
    both = [QUOTE | {"reviewer": "alice", "start": 0}, CLAIM | {"reviewer": "bob", "start": 0}]
    state = {
        "sentences": [{"start": 0, "end": 4}],
        "annotations": both,
        "decisions": [{"start": 0, "label": "claim"}],
        "sign_offs_taken_back": ["alice", "bob"],
    }
    seen = as_seen(event("merged", state, state), "alice", role="admin", is_blind=True)

    assert seen.was == seen.now == {
        "sentences": [{"start": 0, "end": 4}],
        "annotations": both[:1],
        "sign_offs_taken_back": ["alice"],
    }  # fmt: skip


def test_that_a_vote_came_late_is_told_to_editors_and_to_whose_vote_it_is() -> None:
    late = event("annotated", None, CLAIM | {"is_late": True})

    for role, is_mine, is_told in (
        ("reviewer", False, False),
        ("reviewer", True, True),
        ("editor", False, True),
    ):
        line = event("annotated", None, late.now, is_mine=is_mine)
        seen = as_seen(line, "bob", role=role, is_blind=False)
        assert ("settled" in seen.words) is is_told
