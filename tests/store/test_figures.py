"""The kept figures: right after whatever happens, blind where documents are, and of independent votes."""

from collections.abc import Callable
from typing import Any

import pytest

from annotate.agreeing import get_report
from annotate.checking import find_faults
from annotate.database import Database
from annotate.store import figures
from annotate.store.collections import limit_collection
from annotate.store.documents import withdraw_document
from annotate.store.figures import catch_up, catch_up_wholly, count_waiting
from annotate.store.insights import list_patterns, sum_by_collection, sum_figures
from annotate.store.reviewers import Person, get_reviewer
from tests.client import Client
from tests.conftest import STORY

OF_VOTES = ("decided", "in_dispute", "labels", "votes", "votes_on", "patterns", "statuses", "unchecked")


@pytest.fixture
def patterns(db: Database, people: dict[str, Person]) -> Callable[[], dict[str, int]]:
    """Count what is to be counted; return the independent votes by name, such as "alice:claim bob:quote"."""
    names = {person.id: name for name, person in people.items()}

    def read() -> dict[str, int]:
        for _ in catch_up_wholly(db):
            pass
        assert find_faults(db) == []
        (found,) = list_patterns(db, None).values() or [{}]
        return {" ".join(f"{names[who]}:{label}" for who, label in each): n for each, n in found.items()}

    return read


def read(db: Database, *names: str, reader: Person | None = None) -> dict[str, dict[str, int]]:
    catch_up(db, 5)
    return sum_figures(db, reader, names)


def open_pair(document: str, *readers: Client, labels: dict[int, tuple[str, ...]] | None = None) -> None:
    """Let people tag everything as none but what is in `labels`, by place, and sign off."""
    for number, reader in enumerate(readers):
        reader.tag_all(document, *(labels or {}).get(number, ()))
        assert reader.sign_off(document).status_code == 200


# ---------------------------------------------------------------------------------------------- the totals


def test_they_hold_after_everything_that_can_happen_to_a_document(
    alice: Client, bob: Client, carol: Client, db: Database, add_story: Callable[..., str], pair: str
) -> None:
    story = add_story(name="one.txt")

    def holds() -> None:
        catch_up(db, 5)
        assert count_waiting(db) == 0
        assert find_faults(db) == []

    open_pair(pair, alice, bob, labels={0: ("claim", "claim", "quote"), 1: ("claim", "quote", "quote")})
    holds()
    sentence = carol.sentences(pair)[1]
    assert (
        carol.write(pair, sentence, "decision", {"label": "claim", "reason": "x"}, version=1).status_code
        == 200
    )
    holds()
    evidence = [{"reference": "call", "title": "t", "stance": "supports"}]
    verdict: dict[str, Any] = {"status": "settled", "verdict": "verified", "evidence": evidence}
    assert carol.verify(pair, sentence, 0, **verdict).status_code == 200
    alice.tag(story, alice.sentences(story)[2], "claim")
    holds()
    assert read(db, "verdicts", "labels", "signed_off", "checked") == {
        "verdicts": {"verified": 1},
        "labels": {"claim": 3, "none": 4, "quote": 1},
        "signed_off": {"1": 1, "2": 1},
        "checked": {"3": 1},
    }
    long = next(each for each in alice.sentences(story) if len(each["text"]) > 30)
    assert alice.split(story, long, long["text"].index(" ")).status_code == 200
    holds()
    add_again(add_story, STORY.replace("on Monday", "on Tuesday"), "one.txt")
    holds()
    withdraw_document(db, pair, reason="asked", erase=True)
    holds()
    assert read(db, "documents", "verdicts", "patterns") == {
        "documents": {"open": 1},
        "verdicts": {},
        "patterns": {},
    }


def add_again(add_story: Callable[..., str], text: str, name: str) -> None:
    with pytest.raises(AssertionError):  # it is no new one, which is what `add_story` expects
        add_story(text, name=name)


def test_nothing_that_comes_of_votes_is_in_them_while_a_document_is_blind(
    alice: Client, bob: Client, db: Database, pair: str
) -> None:
    alice.tag_all(pair, "claim", "quote")
    alice.sign_off(pair)
    bob.tag(pair, bob.sentences(pair)[0], "claim")

    found = read(db, *OF_VOTES, "signed_off", "begun")

    assert {name: found[name] for name in OF_VOTES} == {name: {} for name in OF_VOTES}
    assert (found["signed_off"], found["begun"]) == ({"1": 1}, {"2": 1})


def test_who_has_begun_is_at_work_only_while_the_document_is_open(
    alice: Client, bob: Client, carol: Client, db: Database, pair: str
) -> None:
    carol.tag(pair, carol.sentences(pair)[0], "claim")
    assert read(db, "begun")["begun"] == {"3": 1}

    open_pair(pair, alice, bob)

    assert read(db, "begun")["begun"] == {}


def test_each_sees_the_figures_of_their_own_collections(
    alice: Client, db: Database, story: str, people: dict[str, Person]
) -> None:
    alice.tag_all(story, "claim")
    limit_collection(db, "desk", ["bob"])
    hidden_from_alice, bob = get_reviewer(db, "alice"), get_reviewer(db, "bob")

    assert read(db, "labels", reader=bob)["labels"]["claim"] == 1
    assert read(db, "labels", reader=hidden_from_alice)["labels"] == {}
    assert sum_by_collection(db, hidden_from_alice, ["labels"]) == {}
    assert get_report(db, hidden_from_alice).n_sentences == 0


def test_a_tag_counts_nothing_itself_and_is_counted_with_the_next_look(
    alice: Client, db: Database, story: str
) -> None:
    catch_up(db, 5)
    kept = db.rows("SELECT * FROM figures")
    alice.tag(story, alice.sentences(story)[0], "claim")

    assert [tuple(row) for row in db.rows("SELECT * FROM figures")] == [tuple(row) for row in kept]
    assert count_waiting(db) == 1
    assert read(db, "labels")["labels"] == {"claim": 1}


def test_much_is_counted_in_turns_and_goes_on_where_it_stopped(
    db: Database, add_story: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "STEP", 2)
    for number in range(5):
        add_story(name=f"{number}.txt")

    assert catch_up(db, 0) == 5  # no time at all: nothing is done
    turns = sum(1 for _ in catch_up_wholly(db))

    assert turns == 3
    assert read(db, "documents")["documents"] == {"open": 5}


def test_what_does_not_add_up_is_named(alice: Client, db: Database, story: str) -> None:
    alice.tag_all(story, "claim")
    catch_up(db, 5)
    with db.transaction():
        db.write("UPDATE figures SET n = n + 1 WHERE name = 'labels' AND what = 'claim'")

    assert find_faults(db) == ["The figure labels claim of the collection desk does not add up."]


# --------------------------------------------------------------------------------------- independent votes


def test_votes_cast_while_nobody_saw_anothers_are_independent_whoever_signed_off(
    alice: Client, bob: Client, carol: Client, pair: str, patterns: Callable[[], dict[str, int]]
) -> None:
    carol.tag(pair, carol.sentences(pair)[0], "quote")
    open_pair(pair, alice, bob, labels={0: ("claim", "claim"), 1: ("claim", "quote")})

    assert patterns() == {
        "alice:claim bob:claim carol:quote": 1,
        "alice:claim bob:quote": 1,
        "alice:none bob:none": 5,
    }


def test_what_is_changed_or_cast_after_all_could_see_counts_as_it_stood_before(
    alice: Client, bob: Client, carol: Client, pair: str, patterns: Callable[[], dict[str, int]]
) -> None:
    open_pair(pair, alice, bob, labels={0: ("claim",), 1: ("quote",)})
    before = patterns()
    for _ in range(2):  # more than once
        for label in ("boilerplate", "claim"):
            bob.tag(pair, bob.sentences(pair)[0], label)
    carol.tag_all(pair, "claim")

    assert patterns() == before == {"alice:claim bob:quote": 1, "alice:none bob:none": 6}


def test_where_one_review_decides_nothing_is_independent(
    alice: Client, bob: Client, story: str, patterns: Callable[[], dict[str, int]], db: Database
) -> None:
    for each in (alice, bob):
        each.tag_all(story, "claim")

    assert patterns() == {}
    assert get_report(db, None).krippendorff.reason == "No sentence has two independent votes."


def test_votes_on_boundaries_that_were_mended_count_only_if_cast_on_them_in_time(
    alice: Client, bob: Client, carol: Client, pair: str, patterns: Callable[[], dict[str, int]]
) -> None:
    alice.tag_all(pair, "claim")
    first = carol.sentences(pair)[2]
    assert carol.split(pair, first, first["text"].index(" ")).status_code == 200  # alice's vote is carried
    alice.tag(pair, alice.sentences(pair)[3], "quote")  # and one of the two made anew
    open_pair(pair, bob)
    alice.sign_off(pair)

    assert patterns() == {"bob:none": 1, "alice:quote bob:none": 1, "alice:claim bob:none": 1, **rest(5)}

    last = carol.sentences(pair)[4]
    assert carol.split(pair, last, last["text"].index(" ")).status_code == 200  # after all could see
    for each in (alice, bob):
        each.tag(pair, each.sentences(pair)[5], "claim")

    assert patterns() == {"bob:none": 1, "alice:quote bob:none": 1, "alice:claim bob:none": 1, **rest(4)}


def rest(n: int) -> dict[str, int]:
    return {"alice:none bob:none": n}


def test_a_revision_of_what_all_could_see_adds_only_its_new_sentences(
    alice: Client,
    bob: Client,
    db: Database,
    add_story: Callable[..., str],
    patterns: Callable[[], dict[str, int]],
) -> None:
    first = add_story(name="a.txt", reviews_needed=2)
    open_pair(first, alice, bob, labels={0: ("claim",)})
    add_again(add_story, STORY.replace("on Monday", "on the second Tuesday of May"), "a.txt")
    second = alice.document(first)["superseded_by"]
    for each in (alice, bob):
        new = next(one for one in each.sentences(second) if "second Tuesday" in one["text"])
        assert each.tag(second, new, "quote").status_code == 200
        assert each.sign_off(second).status_code == 200

    assert patterns() == {"alice:quote bob:quote": 1}


def test_a_revision_of_what_nobody_could_see_keeps_the_votes_that_stayed(
    alice: Client, bob: Client, add_story: Callable[..., str], patterns: Callable[[], dict[str, int]]
) -> None:
    first = add_story(name="a.txt", reviews_needed=2)
    alice.tag_all(first, "claim")
    add_again(add_story, STORY.replace("on Monday", "on the second Tuesday of May"), "a.txt")
    second = alice.document(first)["superseded_by"]
    new = next(each for each in alice.sentences(second) if "second Tuesday" in each["text"])
    alice.tag(second, new, "none")
    alice.sign_off(second)
    open_pair(second, bob)

    assert patterns() == {"alice:claim bob:none": 1, "alice:none bob:none": 6}


def test_the_report_is_made_anew_when_another_document_is_opened(
    alice: Client, bob: Client, db: Database, add_story: Callable[..., str]
) -> None:
    documents = [add_story(name=f"{n}.txt", reviews_needed=2) for n in range(2)]
    open_pair(documents[0], alice, bob, labels={0: ("claim",), 1: ("claim",)})
    catch_up(db, 5)
    first, again = get_report(db, None), get_report(db, None)
    open_pair(documents[1], alice, bob)
    catch_up(db, 5)

    assert first is again
    assert (first.n_sentences, get_report(db, None).n_sentences) == (7, 14)
