"""The pages of the verification desk: the board, and the log of corrections."""

from itertools import groupby
from operator import attrgetter
from typing import Any

from flask import Blueprint, render_template, request, url_for

from annotate.desk import check_json, wanted
from annotate.store.assignments import list_colleagues
from annotate.store.corrections import list_corrections
from annotate.store.desk import count_checks, list_checks
from annotate.store.documents import list_collections
from annotate.store.keys import get_keys
from annotate.store.reviewers import list_reviewers
from annotate.web import get_db, get_settings, me
from schemas import terms
from schemas.desk import SHOWN, CorrectionFilter, DeskFilter
from schemas.keys import moved

blp = Blueprint("desk", __name__)
FILTER = DeskFilter()
CORRECTIONS = CorrectionFilter()
PAGE_LENGTH = 50
AGES = ((1, "a day"), (3, "three days"), (7, "a week"), (30, "a month"))


@blp.get("/verification")
def board() -> str:
    """Show what is to be checked, as the address filters it."""
    db, person = get_db(), me()
    given = FILTER.load(request.args)
    cursor = given.pop("cursor")
    asked = wanted(**given)
    page = list_checks(db, person, asked, cursor=cursor, limit=PAGE_LENGTH)
    view = {name: value for name, value in given.items() if value and (name, value) != ("sort", "newest")}
    keys = get_keys(db, person.id)
    return render_template(
        "desk.html",
        groups=[list(some) for _, some in groupby(page.checks, key=attrgetter("document"))],
        checks=[check_json(each, person) for each in page.checks],
        next_address=page.next and url_for("desk.board", **view, cursor=page.next),
        cursor=cursor,
        counts=count_checks(db, person, asked),
        view=view,
        shown=SHOWN,
        ages=AGES,
        collections=list_collections(db, person),
        people=[each.name for each in list_reviewers(db)],
        colleagues=list_colleagues(db, person),
        terms=terms,
        keys=keys,
        moved=moved(keys),
        two_person_rule=get_settings().two_person_rule,
    )


@blp.get("/verification/corrections")
def corrections() -> str:
    """Show what was changed after it had been settled, newest first."""
    db, person = get_db(), me()
    given = CORRECTIONS.load(request.args)
    cursor = given.pop("cursor")
    before = int(cursor) if cursor else None
    found = list_corrections(db, person, **given, before=before, limit=PAGE_LENGTH + 1)
    page = found[:PAGE_LENGTH]
    view: dict[str, Any] = {name: value for name, value in given.items() if value}
    following = url_for("desk.corrections", **view, cursor=page[-1].correction.number) if page else None
    return render_template(
        "corrections.html",
        entries=page,
        next_address=following if len(found) > PAGE_LENGTH else None,
        cursor=cursor,
        view=view,
        collections=list_collections(db, person),
    )
