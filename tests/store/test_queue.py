"""The queue: who is given what, in which order, and what leases and plans do to it."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Thread

import pytest

from annotate import rules
from annotate.checking import find_faults
from annotate.database import Database, open_database
from annotate.loading import Loaded
from annotate.store.annotations import record_annotation
from annotate.store.collections import limit_collection
from annotate.store.contents import get_content
from annotate.store.documents import get_document, withdraw_document
from annotate.store.plans import Change, change_plan
from annotate.store.queue import (
    find_next,
    get_progress,
    give_back,
    list_queue,
    take_lease,
    take_next,
)
from annotate.store.reviewers import Person, get_reviewer, set_active, set_role
from annotate.store.reviews import sign_off
from tests.conftest import add_crowd

People = dict[str, Person]


@pytest.fixture
def four(add_story: Callable[..., str]) -> list[str]:
    """Four documents that two reviewers decide, oldest first."""
    return [add_story(name=f"{n}.txt", reviews_needed=2) for n in range(4)]


def next_id(db: Database, by: Person) -> str | None:
    lease = take_next(db, by).lease
    return lease and lease.document.id


def tag_all(db: Database, document_id: str, by: Person) -> None:
    for each in get_content(db, get_document(db, document_id, by), by).sentences:
        record_annotation(db, document_id, each.start, by=by, end=each.end, label="none")


def finish(db: Database, document_id: str, by: Person) -> None:
    tag_all(db, document_id, by)
    sign_off(db, document_id, by=by)


def later(db: Database) -> None:
    """Let all leases run out."""
    with db.transaction():
        ago = rules.LEASE_SECONDS
        db.write("UPDATE leases SET acted_at = acted_at - :ago, aside_at = aside_at - :ago", ago=ago)
        db.write("UPDATE reviews SET acted_at = acted_at - :ago", ago=ago)


def test_asking_again_gives_the_same_until_it_is_signed_off(
    db: Database, people: People, four: list[str]
) -> None:
    alice = people["alice"]

    assert [next_id(db, alice) for _ in range(3)] == [four[0]] * 3
    finish(db, four[0], alice)
    assert next_id(db, alice) == four[1]
    assert find_faults(db) == []


def test_what_needs_the_fewest_more_reviews_comes_before_what_is_older(
    db: Database, people: People, four: list[str]
) -> None:
    finish(db, four[2], people["bob"])

    assert next_id(db, people["alice"]) == four[2]
    assert next_id(db, people["bob"]) == four[0]


def test_priority_comes_before_that_and_an_assignment_before_priority(
    db: Database, people: People, four: list[str]
) -> None:
    change_plan(db, four[1], Change(priority="low"), by=people["carol"])
    change_plan(db, four[2], Change(priority="urgent"), by=people["carol"])
    change_plan(db, four[3], Change(assign=("alice",)), by=people["carol"])

    order = [entry.document.id for entry in list_queue(db, people["alice"], limit=9)]

    assert order == [four[3], four[2], four[0], four[1]]
    assert next_id(db, people["bob"]) == four[2]


def test_as_many_as_are_needed_are_given_a_document_and_no_more(
    db: Database, people: People, four: list[str]
) -> None:
    given = [next_id(db, people[name]) for name in ("alice", "bob", "carol", "dana")]

    assert given == [four[0], four[0], four[1], four[1]]
    finish(db, four[0], people["alice"])  # her place is taken for good
    assert next_id(db, people["alice"]) == four[2]


def test_a_lease_ends_and_whoever_comes_back_late_is_given_what_is_free(
    db: Database, people: People, story: str, add_story: Callable[..., str]
) -> None:
    second = add_story(name="second.txt")
    assert next_id(db, people["alice"]) == story
    later(db)
    assert next_id(db, people["bob"]) == story

    assert next_id(db, people["alice"]) == second


def test_tagging_is_an_act_and_so_is_opening_and_neither_is_in_the_history(
    db: Database, people: People, story: str
) -> None:
    alice, bob = people["alice"], people["bob"]
    (first, *_) = get_content(db, get_document(db, story, alice), alice).sentences
    record_annotation(db, story, first.start, by=alice, end=first.end, label="claim")
    n_events = db.value("SELECT count(*) FROM events")

    found = take_next(db, bob)
    opened = take_lease(db, story, by=bob)

    assert (found.lease, found.why) == (None, "with_others")
    assert found.until
    assert opened.until  # it steers and refuses nothing
    assert opened.others_at_work == ["alice"]
    assert record_annotation(db, story, first.start, by=bob, end=first.end, label="claim").version == 1
    assert db.value("SELECT count(*) FROM events") == n_events + 1


def test_what_is_given_back_is_free_for_others_and_not_offered_again_at_once(
    db: Database, people: People, story: str, add_story: Callable[..., str]
) -> None:
    second = add_story(name="second.txt")
    tag_all(db, story, people["alice"])
    give_back(db, story, by=people["alice"])

    assert next_id(db, people["bob"]) == story
    give_back(db, story, by=people["bob"])
    assert next_id(db, people["alice"]) == second
    give_back(db, second, by=people["alice"])
    nothing = take_next(db, people["alice"])
    assert (nothing.lease, nothing.why) == (None, "put_aside")
    assert [entry.is_aside for entry in list_queue(db, people["alice"], limit=9)] == [True, True]
    later(db)
    assert next_id(db, people["alice"]) == story
    assert take_lease(db, second, by=people["alice"]).until  # by hand one has it back at once


def test_looking_takes_nothing(db: Database, people: People, story: str) -> None:
    found = find_next(db, people["alice"]).lease
    assert found
    assert (found.document.id, found.until) == (story, None)
    assert next_id(db, people["bob"]) == story


def test_what_is_assigned_is_kept_for_them_and_steers_only(
    db: Database, people: People, story: str, four: list[str]
) -> None:
    carol, alice, bob = people["carol"], people["alice"], people["bob"]
    change_plan(db, story, Change(assign=("bob",)), by=carol)
    change_plan(db, four[0], Change(assign=("bob",)), by=carol)  # one of two places

    assert story not in [entry.document.id for entry in list_queue(db, alice, limit=9)]
    assert next_id(db, alice) == four[0]
    assert next_id(db, carol) == four[1]  # alice and bob have both places of the first
    assert next_id(db, bob) == story
    finish(db, story, alice)  # nothing is refused
    assert get_document(db, story, alice).state == "decided"
    assert next_id(db, bob) == four[0]
    assert find_faults(db) == []


@pytest.mark.parametrize("damage", ["UPDATE {} SET {} = {} + 1", "DELETE FROM {}"])
@pytest.mark.parametrize(("table", "column"), [("desk_counts", "n"), ("reviewer_counts", "n_tagged")])
def test_check_tells_counts_that_are_wrong_or_gone(
    db: Database, people: People, story: str, damage: str, table: str, column: str
) -> None:
    finish(db, story, people["alice"])
    assert find_faults(db) == []
    with db.transaction():
        db.write(damage.format(table, column, column))

    (fault,) = find_faults(db)
    assert fault.endswith("are not as kept.")


def test_what_was_kept_for_somebody_who_is_disabled_is_free(db: Database, people: People, story: str) -> None:
    change_plan(db, story, Change(assign=("bob",)), by=people["carol"])
    assert take_next(db, people["alice"]).why == "with_others"

    set_active(db, "bob", False)
    assert next_id(db, people["alice"]) == story
    set_active(db, "bob", True)
    assert next_id(db, people["carol"]) is None
    assert find_faults(db) == []


def test_what_was_kept_for_somebody_who_may_not_see_it_any_more_is_free(
    db: Database, people: People, story: str
) -> None:
    change_plan(db, story, Change(assign=("bob",)), by=people["carol"])
    assert take_next(db, people["alice"]).why == "with_others"

    limit_collection(db, "desk", ["alice", "carol"])
    assert next_id(db, people["alice"]) == story
    set_role(db, "bob", "admin")  # who sees everything
    assert next_id(db, people["carol"]) is None
    assert find_faults(db) == []
    set_role(db, "bob", "editor")
    assert list_queue(db, people["carol"], limit=9) != []
    limit_collection(db, "desk", None)
    assert list_queue(db, people["carol"], limit=9) == []
    assert find_faults(db) == []


def test_nothing_hidden_and_nothing_withdrawn_is_given(
    db: Database, people: People, desk: Path, load_paths: Callable[..., list[Loaded]], story: str
) -> None:
    (desk / "leak.txt").write_text("The mayor has gone.\n", "utf-8")
    (loaded,) = load_paths(desk / "leak.txt", collection="leaks")
    limit_collection(db, "leaks", ["bob"])
    assert loaded.id
    change_plan(db, loaded.id, Change(priority="urgent"), by=None)

    alice, bob = get_reviewer(db, "alice"), get_reviewer(db, "bob")
    assert next_id(db, bob) == loaded.id
    assert next_id(db, alice) == story
    assert [get_progress(db, each).n_open for each in (alice, bob)] == [1, 2]
    withdraw_document(db, story, reason="legal", erase=False)
    assert take_next(db, alice).why == "nothing_open"
    assert find_faults(db) == []


@pytest.mark.parametrize(("n_documents", "needed"), [(20, 1), (10, 2), (7, 3)])
def test_twenty_at_once_are_given_every_place_once(
    db: Database, add_story: Callable[..., str], n_documents: int, needed: int
) -> None:
    for number in range(n_documents):
        add_story("A line.\n", name=f"{number}.txt", reviews_needed=needed)
    crowd = add_crowd(db, 20)
    given: list[str | None] = []
    ready = Barrier(20)

    def ask(by: Person) -> None:
        own = db if by.name < "p15" else open_database(db.path)  # also from another process
        ready.wait(30)
        given.append(next_id(own, by))

    threads = [Thread(target=ask, args=(each,)) for each in crowd]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)

    counts = Counter(given)
    assert None not in counts
    assert len(given) == 20
    assert all(n <= needed for n in counts.values())


def test_the_order_holds_whoever_has_signed_what(db: Database, people: People, four: list[str]) -> None:
    """What is read turn by turn is what sorting all of it gives."""
    finish(db, four[3], people["bob"])
    finish(db, four[1], people["carol"])
    finish(db, four[0], people["alice"])

    for name, expected in {
        "alice": [four[1], four[3], four[2]],
        "bob": [four[0], four[1], four[2]],
        "dana": [four[0], four[1], four[3], four[2]],
    }.items():
        assert [entry.document.id for entry in list_queue(db, people[name], limit=9)] == expected
        assert [entry.document.id for entry in list_queue(db, people[name], limit=2)] == expected[:2]
    assert get_progress(db, people["alice"]).n_waiting_for_me == 3
