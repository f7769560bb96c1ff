"""Where editors settle disputes, one at a time, and where everybody sees what was decided on their votes."""

import hashlib
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from annotate import rules
from annotate.database import Database
from annotate.errors import AnnotateError, Invalid, NotFound, Refused, Stale
from annotate.store.contents import Comment, Content, Sentence, get_content
from annotate.store.decisions import record_decision
from annotate.store.disputes import (
    FIRST,
    MOST_COUNTED,
    Wanted,
    count_decided_on,
    count_pairs,
    get_seen_decision,
    list_decided_on,
    list_disputes,
    list_late_dissent,
    mark_decisions_seen,
)
from annotate.store.documents import Document, get_document, list_collections
from annotate.store.keys import get_keys
from annotate.store.reviewers import list_reviewers
from annotate.web import STATUS, get_db, me
from schemas import terms
from schemas.base import LARGEST
from schemas.dispute import PAIRS, BoardFilter, DecisionForm, MineFilter, SeenForm
from schemas.keys import moved

blp = Blueprint("adjudication", __name__)
FILTER, FORM, MINE, SEEN = BoardFilter(), DecisionForm(), MineFilter(), SeenForm()
FILTERS = {field.data_key or name for name, field in FILTER.fields.items()}
PAGE_LENGTH = 30
NAMES = "annotate_names"  # the cookie that the script of the page keeps; "hidden" or nothing
EDITORS_ONLY = "Editors settle disputes here. What they decide on your votes you find from your queue."
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SIDE_KEYS = "56789"  # those after the labels'


@dataclass(frozen=True)
class Side:
    """One person's vote as the page shows it: `name` may be a letter."""

    name: str
    label: str | None
    speaker: str | None
    note: str | None
    key: str


@dataclass(frozen=True)
class Case:
    """One sentence to decide, or decided by now, with the blocks around it."""

    document: Document
    sentence: Sentence
    context: list[tuple[str, list[Sentence]]]
    sides: list[Side]
    comments: list[dict[str, Any]]

    @property
    def is_in_dispute(self) -> bool:
        """Whether there is still something to decide."""
        return self.sentence.decision is not None and self.sentence.decision.in_dispute

    @property
    def speakers(self) -> list[str]:
        """Everybody who was named as the speaker."""
        return sorted({each.speaker for each in self.sides if each.speaker})


@blp.app_template_global()
def n_decided_on_mine() -> int:
    """Count what was decided on my votes since I last said that I had read it."""
    return count_decided_on(get_db(), me())


@blp.get("/adjudication", endpoint="board")
@blp.get(f"/adjudication/<string:document_id>/<int(max={LARGEST}):start>", endpoint="board")
def board(document_id: str | None = None, start: int = 0) -> str:
    """Show the worst dispute, or the one that the address names, and what is left."""
    rules.require(me().role, "adjudicate", EDITORS_ONLY)
    return _board(document_id, start)


@blp.post(f"/adjudication/<string:document_id>/<int(max={LARGEST}):start>")
def decide(document_id: str, start: int) -> Response:
    """Decide one dispute or give it back, and go on with the worst that is left; for who has no script."""
    rules.require(me().role, "adjudicate", EDITORS_ONLY)
    form = FORM.load(request.form)
    try:
        record_decision(
            get_db(),
            document_id,
            start,
            by=me(),
            seen_version=form["version"],
            end=form["end"],
            **_word(form),
        )
    except (Stale, Refused, Invalid) as problem:
        return make_response(_board(document_id, start, problem=problem), STATUS[type(problem)])
    done = None if form["undo"] else f"{document_id}/{start}"
    kept: dict[str, Any] = {name: value for name, value in request.args.items() if name in FILTERS}
    return redirect(url_for("adjudication.board", done=done, **kept), 303)


def _word(form: dict[str, Any]) -> dict[str, Any]:
    """What an editor says, from the form: a side taken with its speaker, unless another one is typed."""
    if form["undo"]:
        return {"label": None}
    if form["side"] is None:
        raise Invalid("Choose a label, or a side.")
    label, speaker = form["side"]
    reason = ": ".join(each for each in (form["term"], form["words"]) if each) or None
    said_by = form["speaker"] or speaker or None
    return {"label": label, "speaker": said_by if label in terms.CHECKABLE else None, "reason": reason}


def _board(document_id: str | None, start: int, problem: AnnotateError | None = None) -> str:
    db, person = get_db(), me()
    args = {name: value for name, value in request.args.items() if name != "done"}
    query = FILTER.load(args)
    show, after = query.pop("show"), query.pop("after")
    wanted = Wanted(**query)
    if show == "late":
        found: list[Any] = list_late_dissent(
            db, person, collection=wanted.collection, after=after[1] if after else 0, limit=PAGE_LENGTH + 1
        )
    else:
        found = list_disputes(db, person, wanted, after=after or FIRST, limit=PAGE_LENGTH + 1)
    page = found[:PAGE_LENGTH]
    if document_id is None and page and show != "late":
        document_id, start = page[0].document, page[0].start
    n_left, pairs = count_pairs(db, person, Wanted(wanted.collection, wanted.reviewer))
    keys = get_keys(db, person.id)
    return render_template(
        "adjudication.html",
        show=show,
        page=page,
        case=None if document_id is None else _case(db, document_id, start),
        problem=problem,
        done=request.args.get("done"),
        next_cursor=_cursor(page[-1].place) if len(found) > PAGE_LENGTH else None,
        filters={name: value for name, value in args.items() if value and name != "cursor"},
        collections=list_collections(db, person),
        reviewers=[each.name for each in list_reviewers(db)],
        n_left=f"{n_left}+" if n_left == MOST_COUNTED else n_left,
        pairs=pairs,
        all_pairs=PAIRS,
        are_names_hidden=_are_names_hidden(),
        terms=terms,
        keys=keys,
        moved=moved(keys),
    )


def _cursor(place: tuple[int, int] | int) -> str:
    return f"0.{place}" if isinstance(place, int) else "{}.{}".format(*place)


def _are_names_hidden() -> bool:
    return request.cookies.get(NAMES) == "hidden"


def _case(db: Database, document_id: str, start: int) -> Case:
    """Read one sentence with all that an editor needs to decide it.

    :raises NotFound: there is none, or its boundaries were mended.
    """
    document = get_document(db, document_id, me())
    content = get_content(db, document, me())
    sentence = next((each for each in content.sentences if each.start == start), None)
    if sentence is None or document.is_blind:
        raise NotFound("There is nothing to decide at this place (any more).")
    return Case(
        document, sentence, _around(content, start), _sides(document, sentence), _comments(sentence.comments)
    )


def _around(content: Content, start: int) -> list[tuple[str, list[Sentence]]]:
    """Return the block of a sentence, with the one before and the one after it."""
    blocks = content.in_blocks()
    at = next(n for n, (_, inside) in enumerate(blocks) if inside[-1].start >= start)
    return blocks[max(at - 1, 0) : at + 2]


def _sides(document: Document, sentence: Sentence) -> list[Side]:
    """Return the votes in an order that tells nothing of the names, whether these are hidden or not."""
    said = sorted(sentence.annotations, key=lambda each: _lot(document, sentence, each.reviewer))
    return [
        Side(
            _letters(n) if _are_names_hidden() else each.reviewer,
            each.label,
            each.speaker,
            each.note,
            SIDE_KEYS[n : n + 1] if each.label else "",
        )
        for n, each in enumerate(said)
    ]


def _letters(n: int) -> str:
    """Name the side at a place from 0: A to Z, then AA to ZZ."""
    return LETTERS[n % len(LETTERS)] * (1 + n // len(LETTERS))


def _lot(document: Document, sentence: Sentence, reviewer: str) -> bytes:
    return hashlib.sha256(f"{document.id} {sentence.start} {reviewer}".encode()).digest()


def _comments(comments: tuple[Comment, ...]) -> list[dict[str, Any]]:
    """Return comments as the script takes them; with names hidden only my own carry one."""

    def shown(name: str | None) -> str | None:
        return name if name in (None, me().name) or not _are_names_hidden() else "Somebody"

    return [
        {**vars(each), "reviewer": shown(each.reviewer), "resolved_by": shown(each.resolved_by)}
        for each in comments
    ]


@blp.get("/adjudication/mine")
def mine() -> str:
    """Show what editors decided where I had voted, the newest first."""
    wanted = MINE.load(request.args)
    db, person = get_db(), me()
    found = list_decided_on(
        db, person, only_differing=wanted["differing"], before=wanted["before"], limit=PAGE_LENGTH + 1
    )
    page = found[:PAGE_LENGTH]
    return render_template(
        "decided.html",
        page=page,
        seen=get_seen_decision(db, person),
        only_differing=wanted["differing"],
        next_cursor=page[-1].event if len(found) > PAGE_LENGTH else None,
    )


@blp.post("/adjudication/mine")
def mark_read() -> Response:
    """Remember that I have read what was decided on my votes."""
    mark_decisions_seen(get_db(), me(), SEEN.load(request.form)["event"])
    return redirect(url_for("adjudication.mine"), 303)
