"""The rules, against tables worked by hand from DESIGN.md §3."""

import pytest

from annotate import rules
from annotate.errors import AnnotateError, Forbidden, Invalid, Refused
from annotate.rules import Checking, Draft, Opinion, Outcome, Tally, Vote

EVIDENCE = ({"url": "https://example.org", "stance": "supports"},)


@pytest.mark.parametrize(
    ("votes", "outcome"),
    [
        ([], Outcome(None, None, None, False)),
        ([Vote("claim")], Outcome("claim", None, "review", False)),
        ([Vote("quote", "Rask")], Outcome("quote", "Rask", "review", False)),
        ([Vote("none"), Vote("none")], Outcome("none", None, "agreement", False)),
        ([Vote("quote", "Rask")] * 3, Outcome("quote", "Rask", "agreement", False)),
        ([Vote("quote", "Rask"), Vote("quote", "Ida")], Outcome("quote", None, "agreement", False)),
        ([Vote("quote", "Rask"), Vote("quote")], Outcome("quote", None, "agreement", False)),
        ([Vote("claim"), Vote("quote")], Outcome(None, None, None, True)),
        ([Vote("claim"), Vote("claim"), Vote("none")], Outcome(None, None, None, True)),
    ],
)
def test_votes_decide_as_the_table_says(votes: list[Vote], outcome: Outcome) -> None:
    assert rules.decide(votes) == outcome


@pytest.mark.parametrize(
    ("needed", "sign_offs", "disputes", "state"),
    [
        (1, 0, 0, "open"),
        (1, 0, 2, "open"),
        (1, 1, 0, "decided"),
        (2, 1, 0, "open"),
        (2, 2, 0, "decided"),
        (2, 2, 1, "in_dispute"),
        (2, 3, 0, "decided"),
    ],
)
def test_a_document_is_decided_when_enough_have_signed_off_and_nothing_is_in_dispute(
    needed: int, sign_offs: int, disputes: int, state: str
) -> None:
    assert rules.document_state(reviews_needed=needed, n_sign_offs=sign_offs, n_in_dispute=disputes) == state


@pytest.mark.parametrize(
    ("needed", "n_sign_offs", "state", "is_blind"),
    [
        (1, 0, "open", False),
        (2, 0, "open", True),
        (2, 1, "open", True),
        (2, 2, "in_dispute", False),
        (3, 3, "decided", False),
        (2, 1, "superseded", True),  # what was blind stays blind
        (2, 1, "closed", True),
        (2, 2, "closed", False),
        (2, 2, "superseded", False),
        (1, 0, "superseded", False),
    ],
)
def test_documents_of_several_reviewers_are_blind_until_all_have_signed_off(
    needed: int, n_sign_offs: int, state: str, is_blind: bool
) -> None:
    assert rules.is_blind(reviews_needed=needed, n_sign_offs=n_sign_offs, state=state) is is_blind


@pytest.mark.parametrize(
    ("n_shared", "n_sentences", "expected"),
    [(0, 0, True), (0, 1, False), (2, 7, False), (3, 10, True), (29, 100, False), (30, 100, True)],
)
def test_a_text_that_shares_under_a_third_or_so_is_another_article(
    n_shared: int, n_sentences: int, expected: bool
) -> None:
    assert rules.is_revision(n_shared=n_shared, n_sentences=n_sentences) is expected


@pytest.mark.parametrize(
    ("act", "roles"),
    [
        ("annotate", {"reviewer", "editor", "admin"}),
        ("sign_off", {"reviewer", "editor", "admin"}),
        ("mend", {"reviewer", "editor", "admin"}),
        ("verify", {"reviewer", "editor", "admin"}),
        ("export", {"reviewer", "editor", "admin"}),
        ("adjudicate", {"editor", "admin"}),
        ("reopen", {"editor", "admin"}),
        ("an act that nobody has listed", set()),
    ],
)
def test_an_act_is_for_the_roles_of_the_table_and_nobody_else(act: str, roles: set[str]) -> None:
    everyone = {"reviewer", "editor", "admin", "a role that there isn't"}

    assert {role for role in everyone if rules.may(role, act)} == roles


def follow(before: Checking, after: Checking, **options: object) -> Checking:
    given = {"label": "claim", "by": 1, "role": "reviewer", "reason": None, "two_person_rule": False}
    return rules.follow(before, after, **{**given, **options})  # type: ignore[arg-type]


def checking(
    status: str = "settled",
    verdict: str = "verified",
    attribution: str | None = None,
    rationale: str | None = None,
    evidence: tuple[object, ...] = EVIDENCE,
    proposed_by: int | None = None,
) -> Checking:
    return Checking(status, verdict, attribution, rationale, evidence, proposed_by)


CLAIM, QUOTE = rules.unchecked("claim"), rules.unchecked("quote")


@pytest.mark.parametrize(
    ("label", "after", "fields"),
    [
        ("claim", checking(), None),
        ("claim", checking(verdict="unverified"), {"verdict"}),
        ("claim", checking(evidence=()), {"evidence"}),
        ("claim", checking(verdict="false"), {"rationale"}),
        ("claim", checking(verdict="misleading"), {"rationale"}),
        ("claim", checking(verdict="false", rationale="The census says otherwise."), None),
        ("claim", checking(verdict="unverifiable", evidence=()), {"rationale"}),
        ("claim", checking(verdict="unverifiable", evidence=(), rationale="No record."), None),
        ("claim", checking(verdict="unverified", evidence=()), {"verdict", "evidence"}),
        ("claim", checking(attribution="confirmed"), {"attribution"}),
        ("quote", checking(attribution="confirmed"), None),
        ("quote", checking(verdict="unverified", attribution="confirmed"), None),
        ("quote", checking(attribution="unconfirmed"), {"attribution"}),
        ("quote", checking(attribution="misquoted"), {"rationale"}),
        ("quote", checking(attribution="out_of_context"), {"rationale"}),
        ("quote", checking(attribution="secondhand"), None),
    ],
)
def test_settling_needs_what_the_design_says(label: str, after: Checking, fields: set[str] | None) -> None:
    before = rules.unchecked(label)
    if fields is None:
        assert follow(before, after, label=label).status == "settled"
        return
    with pytest.raises(Invalid) as caught:
        follow(before, after, label=label)
    assert set(caught.value.fields) == fields


@pytest.mark.parametrize("label", [None, "none", "boilerplate"])
def test_only_claims_and_quotes_can_be_verified(label: str | None) -> None:
    with pytest.raises(Refused) as caught:
        follow(CLAIM, checking("in_progress"), label=label)
    assert caught.value.code == "not_decided"


@pytest.mark.parametrize(
    ("role", "status", "reason", "error"),
    [
        ("reviewer", "in_progress", "A reader wrote in.", Refused),
        ("editor", "in_progress", None, Refused),
        ("editor", "settled", "A reader wrote in.", Refused),
        ("editor", "in_progress", "A reader wrote in.", None),
        ("admin", "second_look", "A reader wrote in.", None),
    ],
)
def test_what_is_settled_is_changed_only_by_an_editor_who_reopens_it_with_a_reason(
    role: str, status: str, reason: str | None, error: type[AnnotateError] | None
) -> None:
    if error is None:
        assert follow(checking(), checking(status), role=role, reason=reason).status == status
        return
    with pytest.raises(error) as caught:
        follow(checking(), checking(status), role=role, reason=reason)
    assert caught.value.code == "settled"


def test_who_last_changed_verdict_attribution_or_evidence_is_the_proposer() -> None:
    proposed = follow(CLAIM, checking("in_progress"), by=7)
    assert proposed.proposed_by == 7

    reworded = follow(proposed, checking("second_look", rationale="Seen twice."), by=8)
    assert reworded.proposed_by == 7

    changed = follow(reworded, checking("second_look", verdict="mixed"), by=8)
    assert changed.proposed_by == 8


def test_with_two_persons_the_proposer_cannot_settle_and_another_can() -> None:
    proposed = follow(CLAIM, checking("second_look"), by=7, two_person_rule=True)

    with pytest.raises(Forbidden) as caught:
        follow(proposed, checking(), by=7, two_person_rule=True)
    assert caught.value.code == "two_persons"
    with pytest.raises(Forbidden):
        follow(proposed, checking(verdict="mixed"), by=8, two_person_rule=True)
    assert follow(proposed, checking(), by=8, two_person_rule=True).status == "settled"


@pytest.mark.parametrize(
    ("label", "in_dispute", "status", "tally"),
    [
        (None, False, None, Tally()),
        (None, True, None, Tally(n_in_dispute=1)),
        ("none", False, None, Tally(n_decided=1)),
        ("claim", False, None, Tally(n_decided=1, n_checkable=1, n_unchecked=1)),
        ("quote", False, "in_progress", Tally(n_decided=1, n_checkable=1)),
        ("quote", False, "settled", Tally(n_decided=1, n_checkable=1, n_settled=1)),
    ],
)
def test_a_sentence_counts_once_where_it_belongs(
    label: str | None, in_dispute: bool, status: str | None, tally: Tally
) -> None:
    assert rules.tally(label, in_dispute, status) == tally
    assert tally.minus(tally) == Tally()
    assert tally.plus(Tally()) == tally


@pytest.mark.parametrize(
    ("role", "needed", "has_others", "may"),
    [
        ("reviewer", 1, False, True),
        ("reviewer", 1, True, True),
        ("reviewer", 2, False, True),
        ("reviewer", 2, True, False),
        ("editor", 2, True, True),
        ("admin", 3, True, True),
        ("a role that there isn't", 1, False, False),
    ],
)
def test_a_reviewer_mends_boundaries_only_where_it_touches_nobody_elses_work(
    role: str, needed: int, has_others: bool, may: bool
) -> None:
    try:
        rules.require_mending(role, reviews_needed=needed, has_other_reviewers=has_others)
    except Forbidden:
        assert not may
    else:
        assert may


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        (("claim",), ("claim",), ("claim",)),
        (("claim",), ("quote",), ()),
        (("claim",), (), ()),
        ((), (), ()),
        (("quote", "Rask"), ("quote", "Rask"), ("quote", "Rask")),
        (("quote", "Rask"), ("quote", None), ("quote", "Rask")),
        (("quote", None), ("quote", "Rask"), ("quote", "Rask")),
        (("quote", "Rask"), ("quote", "Ida"), ("quote", None)),
        (("claim", None, "a"), ("claim", None, "b"), ("claim", None, "a\nb")),
        (("claim", None, "a"), ("claim", None, "a"), ("claim", None, "a")),
        (("claim", None, "a"), ("claim", "Rask", "a"), ("claim", "Rask", "a")),
        (("claim", None, None), ("claim", None, "b"), ("claim", None, "b")),
        (("claim", "Rask", "a"), ("none", None, "b"), (None, None, "a\nb")),
    ],
)
def test_what_one_person_said_of_two_sentences_is_joined_as_the_table_says(
    first: tuple[str, ...], second: tuple[str, ...], joined: tuple[str, ...]
) -> None:
    assert rules.join_opinions(Opinion(*first), Opinion(*second)) == Opinion(*joined)


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        (None, None, None),
        (Opinion("claim"), Opinion("claim", None, "why"), Opinion("claim", None, "why")),
        (Opinion("claim"), Opinion("quote"), "adjudicated"),
        (Opinion("claim"), None, "adjudicated"),
        (None, Opinion("claim"), "adjudicated"),
    ],
)
def test_no_word_of_an_editor_is_lost_by_a_merge(
    first: Opinion | None, second: Opinion | None, joined: Opinion | str | None
) -> None:
    if joined != "adjudicated":
        assert rules.join_adjudications(first, second) == joined
        return
    with pytest.raises(Refused) as refused:
        rules.join_adjudications(first, second)
    assert refused.value.code == joined


def draft(rationale: str | None = None, label: str = "claim") -> Draft:
    return Draft(label, "It rose.", "unverified", None, rationale, "[]", None)


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        (None, None, None),
        (draft("a"), None, draft("a")),
        (None, draft(), draft()),
        (draft(), draft("a"), draft("a")),
        (draft("a"), draft(), draft("a")),
        (draft("a"), draft("a"), draft("a")),
        (draft(), draft(label="quote"), draft()),
    ],
)
def test_what_was_written_into_one_verification_goes_with_a_merge(
    first: Draft | None, second: Draft | None, joined: Draft | None
) -> None:
    assert rules.join_drafts(first, second) == joined


def test_what_was_written_into_two_verifications_is_not_merged() -> None:
    with pytest.raises(Refused) as refused:
        rules.join_drafts(draft("a"), draft("b"))

    assert refused.value.code == "verified"


A, B, C = Opinion("claim"), Opinion("quote"), Opinion("none")
NOTHING = Opinion()


@pytest.mark.parametrize(
    ("old", "stood", "carried"),
    [
        ([A], [NOTHING, NOTHING], [A, A]),  # split
        ([A], [A, A], [A, A]),
        ([NOTHING], [A, B], [A, B]),  # the undo of a merge
        ([C], [A, B], [C, C]),  # the same, but somebody has voted since
        ([A, A], [NOTHING], [A]),  # merged
        ([A, B], [NOTHING], [NOTHING]),
        ([A, A], [A], [A]),  # the undo of a split
        ([B, B], [A], [B]),  # the same, but somebody has voted since
    ],
)
def test_new_boundaries_take_over_or_restore_as_the_table_says(
    old: list[Opinion], stood: list[Opinion], carried: list[Opinion]
) -> None:
    assert rules.carried(rules.join_opinions, old, stood) == carried


@pytest.mark.parametrize(
    ("needed", "is_blind", "taken_back"),
    [
        (1, False, {2}),  # who signed off and lost their vote
        (2, True, {1, 2}),  # all, so that nothing shows who voted how
        (2, False, set()),  # it would be blind again
    ],
)
def test_a_merge_takes_sign_offs_back_as_the_table_says(
    needed: int, is_blind: bool, taken_back: set[int]
) -> None:
    taken = rules.sign_offs_taken_back({1, 2}, {2, 3}, reviews_needed=needed, is_blind=is_blind)
    assert taken == taken_back


def test_a_dispute_weighs_by_who_would_be_overruled_then_by_how_many_have_voted() -> None:
    worst_first = ["cqbn", "cqb", "ccqq", "cq", "cccqq", "ccq", "cccq", "c" * 9 + "q"]

    weights = [rules.dispute_weight(labels) for labels in worst_first]

    assert weights == sorted(weights, reverse=True)
    assert len(set(weights)) == len(weights)
    assert rules.dispute_weight("cq") == 500_002  # half of two
    assert rules.dispute_weight("ccq") == 333_003  # a third of three
    assert rules.dispute_weight("") == rules.dispute_weight("ccc") == 0
