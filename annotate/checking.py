"""Check that what is stored adds up: texts, sentences, counts and history."""

from collections.abc import Iterator

from annotate import rules
from annotate.database import Database
from annotate.errors import AnnotateError
from annotate.store.checks import (
    count_anew,
    count_tagged_anew,
    find_queue_faults,
    list_numbers,
    list_weights,
)
from annotate.store.contents import Sentence, get_content
from annotate.store.exports import get_exportable
from annotate.store.figures import find_figure_faults
from annotate.store.search import find_search_faults
from annotate.text import checking


def find_faults(db: Database) -> list[str]:
    """Return what does not add up, a sentence each; empty when all is well."""
    with db.snapshot() as view:
        faults = [fault for number in list_numbers(view) for fault in _faults_of(view, number)]
        faults += find_queue_faults(view)
        return faults or [*find_search_faults(view), *find_figure_faults(view)]  # of the documents


def _faults_of(db: Database, number: int) -> Iterator[str]:
    document = get_exportable(db, number)
    try:
        content = get_content(db, document, None)
    except (AnnotateError, ValueError) as problem:  # for example JSON that is none
        yield f"{document.key}: it cannot be read: {problem}"
        return
    spans = [(each.start, each.end, each.text) for each in content.sentences]
    for fault in checking.find_faults(content.text, document.sha256, spans):
        yield f"{document.key}: {fault}"
    for name, counted in count_anew(db, number).items():
        kept = getattr(document, name)
        if kept != counted:
            yield f"{document.key}: {name} is kept as {kept}, but there are {counted}."
    state = rules.document_state(
        reviews_needed=document.reviews_needed,
        n_sign_offs=document.n_sign_offs,
        n_in_dispute=document.n_in_dispute,
    )
    if document.state not in (state, "superseded", "closed"):
        yield f"{document.key}: its state is {document.state}, but it should be {state}."
    tagged = count_tagged_anew(db, number)
    for review in content.reviews:
        if review.n_tagged != tagged[review.reviewer]:
            yield f"{document.key}: {review.reviewer} is said to have tagged {review.n_tagged} sentences."
    for sentence in content.sentences:
        if not document.is_blind and not _follows(sentence):
            yield f"{document.key}: the decision at {sentence.start} does not follow from the votes."
    if not document.is_blind:
        labels = {
            each.id: [vote.label for vote in each.annotations if vote.label] for each in content.sentences
        }
        for sentence_id, weight in list_weights(db, number).items():
            if weight != rules.dispute_weight(labels[sentence_id]):
                yield f"{document.key}: the weight of a dispute does not follow from the votes."


def _follows(sentence: Sentence) -> bool:
    """Whether the votes led to what stands, where nothing else stands over them."""
    decision, verification = sentence.decision, sentence.verification
    is_settled = verification is not None and verification.status == "settled"
    if is_settled or (decision is not None and decision.decided_by == "adjudication"):
        return True
    votes = [rules.Vote(each.label, each.speaker) for each in sentence.annotations if each.label]
    outcome = rules.decide(votes)
    if decision is None:
        return outcome == rules.NO_VOTES
    stands = rules.Outcome(decision.label, decision.speaker, decision.decided_by, decision.in_dispute)
    return stands == outcome
