"""Who may do what, how a decision comes about, and which verification may follow which; pure.

The README tells them in short. Nothing here reads a database, a request or a clock.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from annotate.errors import Forbidden, Invalid, Refused
from schemas.terms import CHECKABLE

LEASE_SECONDS = 30 * 60  # since the last act; steers the queue and never refuses a write
TOLD_STEP = 5 * 60  # seconds: to the second the end of a colleague's lease would tell each of their tags
SHARE_OF_A_REVISION = 0.3  # of the new text's sentences; what shares less is another article

WHY_NOTHING = {  # of schemas.terms.WHYS, in words
    "nothing_open": "Nothing is open for you: you have read and signed off what there is.",
    "with_others": "All that is open is with others now, or kept for those it is assigned to.",
    "put_aside": "Only what you have put aside is left.",
}

EVERYONE = frozenset({"reviewer", "editor", "admin"})
EDITORS = frozenset({"editor", "admin"})
ADMINS = frozenset({"admin"})
MAY = {
    "annotate": EVERYONE,
    "sign_off": EVERYONE,
    "mend": EVERYONE,  # a reviewer only where it touches nobody else's work: see `require_mending`
    "verify": EVERYONE,
    "export": EVERYONE,
    "adjudicate": EDITORS,
    "reopen": EDITORS,
    "see_late_dissent": EDITORS,
    "comment": EVERYONE,
    "propose_match": EVERYONE,
    "confirm_match": EDITORS,
    "plan": EDITORS,  # who reviews a document, how many, how soon; closing it
    "restore": EDITORS,
    "guide": EDITORS,  # write the guidelines of a collection
    "see_people": EDITORS,  # figures of others by name
    "mend_speakers": EDITORS,
    "manage_people": ADMINS,
}

NEEDS_RATIONALE = frozenset({"false", "misleading", "unverifiable", "misquoted", "out_of_context"})


def may(role: str, act: str) -> bool:
    """Say whether someone of this role may do this; an act that is not listed is nobody's."""
    return role in MAY.get(act, frozenset())


def require(role: str, act: str, message: str | None = None) -> None:
    """:raises Forbidden: someone of this role may not do this; `message` says it in words of the place."""
    if not may(role, act):
        raise Forbidden(message or f"A {role} may not {act.replace('_', ' ')}.")


def require_mending(role: str, *, reviews_needed: int, has_other_reviewers: bool) -> None:
    """:raises Forbidden: the boundaries of this document are not this person's to mend."""
    require(role, "mend")
    if role not in EDITORS and reviews_needed > 1 and has_other_reviewers:
        raise Forbidden("Somebody else has begun to review this document: an editor may mend it.")


def end_as_told(acted_at: int) -> int:
    """Return when a lease ends as others are told it, rounded up; both in seconds since 1970."""
    return -(-(acted_at + LEASE_SECONDS) // TOLD_STEP) * TOLD_STEP


def require_reviews(after: int, *, before: int, n_sign_offs: int, has_begun: bool) -> None:
    """Check that a document may need another number of reviews: a review that begins blind ends blind.

    :param has_begun: whether anybody has; with N = 1 everybody sees what the first one says.
    :raises Refused: code ``seen``: N is to be raised where others' votes may have been seen.
    """
    is_seen = has_begun if before == 1 else n_sign_offs >= before
    if after > before and is_seen:
        raise Refused(
            "What was tagged here can be seen by everyone already, so more reviews would not be independent. "
            "N can be raised only before that.",
            code="seen",
        )


def is_blind(*, reviews_needed: int, n_sign_offs: int, state: str) -> bool:
    """Say whether everyone sees only their own annotations of a document.

    One that was superseded while it was open stays blind for good; one that was closed, until it is decided.
    """
    is_unread = reviews_needed >= 2 and n_sign_offs < reviews_needed
    return is_unread and state in ("open", "superseded", "closed")


def is_revision(*, n_shared: int, n_sentences: int) -> bool:
    """Say whether a text is a revision of one that it has `n_shared` of its `n_sentences` in common with."""
    return n_shared >= SHARE_OF_A_REVISION * n_sentences


def carried_status(status: str) -> str:
    """Return the status with which a verification goes over to the next revision of its article."""
    return "unchecked" if status == "unchecked" else "second_look"


def document_state(*, reviews_needed: int, n_sign_offs: int, n_in_dispute: int) -> str:
    """Return the state of a document that is neither closed, superseded nor withdrawn."""
    if n_sign_offs < reviews_needed:
        return "open"
    return "in_dispute" if n_in_dispute else "decided"


@dataclass(frozen=True)
class Vote:
    """One reviewer's label and speaker for a sentence."""

    label: str
    speaker: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What stands for a sentence; label None means in dispute, or that nobody has voted."""

    label: str | None
    speaker: str | None
    decided_by: str | None
    in_dispute: bool


NO_VOTES = Outcome(None, None, None, False)


def decide(votes: Iterable[Vote]) -> Outcome:
    """Count all votes: equal labels stand, differing ones are a dispute; differing speakers are none."""
    votes = list(votes)
    labels = {vote.label for vote in votes}
    speakers = {vote.speaker for vote in votes}
    if not labels:
        return NO_VOTES
    if len(labels) > 1:
        return Outcome(None, None, None, True)
    speaker = speakers.pop() if len(speakers) == 1 else None
    return Outcome(labels.pop(), speaker, "review" if len(votes) == 1 else "agreement", False)


def dispute_weight(labels: Iterable[str]) -> int:
    """Say how bad a dispute is, the larger the worse: who would be overruled, then how many have voted.

    That is a thousand times the share, in thousandths, of the votes that are not for the most frequent
    label, plus the number of votes: 1:1 weighs as much as 2:2 but for the number, and more than 2:1. Of those
    that weigh the same the oldest sentence is the worst.

    :param labels: of all votes on a sentence.
    """
    counts = Counter(labels)
    n, most = counts.total(), max(counts.values(), default=0)
    if n == most:
        return 0
    return 1000 * (1000 * (n - most) // n) + min(n, 999)


@dataclass(frozen=True)
class Checking:
    """What the rules need to know of a verification; evidence is only compared and counted."""

    status: str
    verdict: str
    attribution: str | None
    rationale: str | None
    evidence: tuple[object, ...]
    proposed_by: int | None


def unchecked(label: str) -> Checking:
    """Return the verification that a decided claim or quote has before anybody touches it."""
    return Checking("unchecked", "unverified", default_attribution(label), None, (), None)


def default_attribution(label: str) -> str | None:
    """Return `unconfirmed` for a quote; a claim has no attribution."""
    return "unconfirmed" if label == "quote" else None


def require_checkable(label: str | None) -> str:
    """Return a label that can be verified.

    :raises Refused: code ``not_decided``: there is nothing to verify.
    """
    if label is None or label not in CHECKABLE:
        raise Refused(
            "Only a sentence that is decided to be a claim or a quote can be verified.",
            code="not_decided",
        )
    return label


def follow(
    before: Checking,
    after: Checking,
    *,
    label: str | None,
    by: int,
    role: str,
    reason: str | None,
    two_person_rule: bool,
) -> Checking:
    """Return `after` with its proposer, if it may follow `before` on a sentence that is a `label`.

    :param by: who writes it.
    :param reason: why a settled one is reopened.
    :raises Refused: code ``not_decided`` or ``settled``.
    :raises Forbidden: code ``two_persons``.
    :raises Invalid: the rules of settling are broken; `fields` says which.
    """
    label = require_checkable(label)
    if before.status == "settled":
        _check_reopening(after, role=role, reason=reason)
    if label == "claim" and after.attribution is not None:
        raise Invalid("A claim has no attribution.", fields={"attribution": ["Only a quote has one."]})
    substance = ("verdict", "attribution", "evidence")
    is_changed = any(getattr(before, each) != getattr(after, each) for each in substance)
    proposed_by = by if is_changed else before.proposed_by
    if after.status == "settled":
        _check_settling(after, label)
        if two_person_rule and proposed_by == by:
            raise Forbidden(
                "Who last changed verdict, attribution or evidence may not settle it: "
                "hand it to a second person.",
                code="two_persons",
            )
    return Checking(
        after.status, after.verdict, after.attribution, after.rationale, after.evidence, proposed_by
    )


def _check_reopening(after: Checking, *, role: str, reason: str | None) -> None:
    if not may(role, "reopen"):
        raise Refused("This is settled. An editor can reopen it.", code="settled")
    if after.status == "settled" or not reason:
        raise Refused(
            "This is settled. To change it, reopen it: another status, with a reason.",
            code="settled",
        )


def _check_settling(after: Checking, label: str) -> None:
    problems: dict[str, list[str]] = {}
    if label == "claim" and after.verdict == "unverified":
        problems["verdict"] = ["To settle a claim, give a verdict."]
    if label == "quote" and after.attribution == "unconfirmed":
        problems["attribution"] = ["To settle a quote, say whether it was said."]
    if not after.evidence and after.verdict != "unverifiable":
        problems["evidence"] = ["To settle, name at least one piece of evidence."]
    if not after.rationale and {after.verdict, after.attribution} & NEEDS_RATIONALE:
        problems["rationale"] = ["This result needs a rationale."]
    if problems:
        raise Invalid("This cannot be settled yet.", fields=problems)


class Tally(NamedTuple):
    """What one sentence adds to the counts of its document, or a difference of such."""

    n_decided: int = 0
    n_in_dispute: int = 0
    n_checkable: int = 0
    n_unchecked: int = 0
    n_settled: int = 0

    def plus(self, other: "Tally") -> "Tally":
        """Add two changes up."""
        return Tally(*(a + b for a, b in zip(self, other, strict=True)))

    def minus(self, other: "Tally") -> "Tally":
        """Return the change from `other` to this."""
        return Tally(*(a - b for a, b in zip(self, other, strict=True)))


def tally(label: str | None, in_dispute: bool, status: str | None) -> Tally:
    """Count one sentence.

    :param status: of its verification; None where nobody has touched it, or while it is suspended.
    """
    is_checkable = label in CHECKABLE
    return Tally(
        n_decided=int(label is not None),
        n_in_dispute=int(in_dispute),
        n_checkable=int(is_checkable),
        n_unchecked=int(is_checkable and status in (None, "unchecked")),
        n_settled=int(is_checkable and status == "settled"),
    )


T = TypeVar("T")


def carried(joined: Callable[[T, T], T], old: list[T], stood: list[T]) -> list[T]:
    """Say what the sentences of a mended boundary take over from those that were there.

    One kind of record of one person at a time. Undo restores: parts that were merged get back what stood
    there before, if what stands for the whole is still what their merging made of it.

    :param joined: what two records make when their sentences are merged.
    :param old: of the sentences that go: one that is split, or two that are merged.
    :param stood: of the parts before they were merged, where this is the undo of that; else two blanks.
    :returns: one for each sentence that comes.
    """
    if len(old) == 2:
        return [joined(*old)]
    (whole,) = old
    return stood if joined(*stood) == whole else [whole, whole]


@dataclass(frozen=True)
class Opinion:
    """What somebody said of a sentence: a vote with its note, or an adjudication with its reason."""

    label: str | None = None
    speaker: str | None = None
    note: str | None = None


NO_OPINION = Opinion()


def join_opinions(first: Opinion, second: Opinion) -> Opinion:
    """Merge what one person said of two sentences: equal labels stand, others don't; notes are kept."""
    if first == second:
        return first
    note = "\n".join(dict.fromkeys(each for each in (first.note, second.note) if each)) or None
    if first.label != second.label:
        return Opinion(note=note)
    speakers = {first.speaker, second.speaker} - {None}
    return Opinion(first.label, speakers.pop() if len(speakers) == 1 else None, note)


def join_adjudications(first: Opinion | None, second: Opinion | None) -> Opinion | None:
    """Merge what editors decided of two sentences; None where no editor did.

    :raises Refused: code ``adjudicated``: one of their words would be lost.
    """
    if first is None and second is None:
        return None
    if first is None or second is None or first.label != second.label:
        raise Refused(
            "An editor has decided these two differently. Decide both alike, or give them back to their "
            "votes, then merge.",
            code="adjudicated",
        )
    return join_opinions(first, second)


@dataclass(frozen=True)
class Draft:
    """A verification that is unchecked, though somebody may have written into it; evidence as JSON."""

    label: str
    text: str
    verdict: str
    attribution: str | None
    rationale: str | None
    evidence: str
    proposed_by: int | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing would be lost with it."""
        is_unsaid = self.verdict == "unverified" and self.attribution in (None, "unconfirmed")
        return is_unsaid and self.rationale is None and self.evidence == "[]"


def join_drafts(first: Draft | None, second: Draft | None) -> Draft | None:
    """Merge the unchecked verifications of two sentences; None where nobody has touched it.

    :raises Refused: code ``verified``: both hold something of their own.
    """
    if first is None or second is None or first == second:
        return first or second
    full = [each for each in (first, second) if not each.is_empty]
    if len(full) > 1:
        raise Refused(
            "Both sentences have a verification with something in it. Empty one of them, then merge.",
            code="verified",
        )
    return full[0] if full else first


def keeps(joined: Opinion, opinion: Opinion) -> bool:
    """Say whether the label and speaker of an opinion still stand in what it was merged into."""
    return joined.label == opinion.label and opinion.speaker in (None, joined.speaker)


def sign_offs_taken_back(
    signed_off: Set[int], untagged: Set[int], *, reviews_needed: int, is_blind: bool
) -> Set[int]:
    """Say whose sign-off does not outlast a merge of two sentences.

    :param untagged: who had votes that could not be carried, and has none now.
    """
    if is_blind:
        return signed_off  # all: a sign-off that stayed would tell that its votes were equal
    if reviews_needed > 1:
        return frozenset()  # else it would be blind again, after everybody has seen everything
    return signed_off & untagged


@dataclass(frozen=True)
class Link:
    """What people said of two sentences; relation None: that they have nothing to do with each other."""

    relation: str | None
    state: str
    proposed_by: int | None
    confirmed_by: int | None


def follow_link(before: Link | None, relation: str | None, *, by: int, role: str) -> Link:
    """Return what stands once somebody has said something of two sentences.

    :param before: None where nobody has said anything.
    :raises Refused: code ``confirmed``: an editor's word stands, and this person is none.
    """
    is_same = before is not None and before.relation == relation
    if not may(role, "confirm_match"):
        if before is not None and before.confirmed_by is not None and not is_same:
            raise Refused("An editor has decided this; an editor can change it.", code="confirmed")
        if before is not None and is_same:
            return before
        return Link(relation, "proposed" if relation else "rejected", by, None)
    proposed_by = before.proposed_by if before is not None and is_same else by
    return Link(relation, "confirmed" if relation else "rejected", proposed_by, by)


def require_taking_back(before: Link, *, by: int, role: str) -> None:
    """:raises Forbidden: what is said of two sentences is not this person's to take back."""
    if may(role, "confirm_match"):
        return
    if before.confirmed_by is not None or before.proposed_by != by:
        raise Forbidden("Somebody else has said this: an editor can take it back.")


def join_links(first: Link | None, second: Link | None) -> Link | None:
    """Merge what was said of two sentences and a third: one's alone is a proposal for the whole."""
    if first == second:
        return first
    said = first or second
    if (first and second) or said is None or said.relation is None:
        return None
    return Link(said.relation, "proposed", said.proposed_by, None)
