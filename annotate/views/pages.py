"""The pages that people work on: the queue, the list of documents and the workbench."""

import time

from flask import Blueprint, render_template, request

from annotate.exporting.native import corrections_json
from annotate.rules import may
from annotate.store.collections import has_guidelines
from annotate.store.contents import get_content
from annotate.store.documents import get_document, list_collections, list_documents
from annotate.store.keys import get_keys
from annotate.store.plans import list_assignable
from annotate.store.queue import get_progress, list_others_at_work, list_queue
from annotate.store.revisions import get_neighbours
from annotate.text.segment import all_split_points
from annotate.web import get_db, get_settings, me
from schemas import terms
from schemas.document import DocumentFilter
from schemas.keys import moved
from schemas.plan import MOST_AT_ONCE

blp = Blueprint("pages", __name__)
FILTER = DocumentFilter()
PAGE_LENGTH = 50


@blp.app_template_filter()
def clock(moment: int) -> str:
    """Write a time, in seconds since 1970, as people read it."""
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(moment))


@blp.get("/")
def queue() -> str:
    """Show what waits for me, and how far the desk is."""
    entries = list_queue(get_db(), me(), limit=PAGE_LENGTH)
    return render_template("queue.html", queue=entries, progress=get_progress(get_db(), me()))


@blp.get("/documents")
def documents() -> str:
    """Show all documents, as the address filters them."""
    wanted = FILTER.load(request.args)
    found = list_documents(get_db(), me(), **wanted, limit=PAGE_LENGTH + 1)
    page = found[:PAGE_LENGTH]
    return render_template(
        "documents.html",
        documents=page,
        next_cursor=str(page[-1].number) if len(found) > PAGE_LENGTH else None,
        collections=list_collections(get_db(), me()),
        states=terms.LISTED_STATES,
        q=wanted["q"] or "",
        state=wanted["state"] or "",
        collection=wanted["collection"] or "",
        assigned=wanted["assigned"] or "",
        people=list_assignable(get_db(), None),
        may_plan=may(me().role, "plan"),
        priorities=terms.PRIORITIES,
        most_at_once=MOST_AT_ONCE,
    )


@blp.get("/documents/<string:document_id>")
def document(document_id: str) -> str:
    """Show the workbench."""
    db, person = get_db(), me()
    shown = get_document(db, document_id, person)
    keys = get_keys(db, person.id)
    content = get_content(db, shown, person)
    mine = next((each for each in content.reviews if each.reviewer == person.name), None)
    neighbours = get_neighbours(db, shown, person)
    my = {
        sentence.start: each
        for sentence in content.sentences
        for each in sentence.annotations
        if each.reviewer == person.name
    }
    return render_template(
        "document.html",
        document=shown,
        content=content,
        groups=content.in_blocks(),
        cuts=all_split_points(
            content.text, [(each.start, each.end) for each in content.sentences], shown.language
        ),
        mine=mine,
        my=my,
        corrections_json=corrections_json,
        n_untagged=shown.n_sentences - (mine.n_tagged if mine else 0),
        blind=shown.is_blind,
        neighbours=neighbours,
        others_at_work=list_others_at_work(db, shown.number, person),
        terms=terms,
        has_guidelines=has_guidelines(db, shown.collection),
        keys=keys,
        moved=moved(keys),
        two_person_rule=get_settings().two_person_rule,
        may_plan=may(person.role, "plan"),
        is_open_to_me=shown.state == "open" and not (mine and mine.signed_off_at),
        is_read_only=neighbours.after is not None or shown.state == "closed",
    )
