"""The pages of speakers: who is quoted, what is known of them, and what they said across articles."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from annotate.errors import AnnotateError, Invalid, NotFound, Refused, Stale
from annotate.rules import may
from annotate.store.directory import Directory
from annotate.store.sayings import list_said
from annotate.store.speakers import (
    Speaker,
    list_changes,
    merge_speakers,
    record_speaker,
    split_speaker,
    unlisted_id,
)
from annotate.text.normalise import normalised
from annotate.web import STATUS, get_db, me
from schemas.speaker import (
    NewSpeaker,
    OtherForm,
    SaidFilter,
    SpeakerForm,
    SpeakersFilter,
)
from schemas.terms import LABELS, VERDICTS

blp = Blueprint("speakers", __name__)
LIST_FILTER, FILTER = SpeakersFilter(), SaidFilter()
NEW, RECORD, OTHER = NewSpeaker(), SpeakerForm(), OtherForm()
PAGE_LENGTH = 50
MOST_SIMILAR = 8


@blp.get("/speakers")
def index() -> str:
    """Show all speakers, as the address filters them."""
    return _index()


@blp.post("/speakers")
def add() -> Response:
    """Give a speaker whom nobody has quoted yet a record."""
    try:
        name = NEW.load(request.form)["name"]
        target = unlisted_id(normalised(name))
        speaker = record_speaker(get_db(), target, by=me(), seen_version=0, name=name)
    except ValidationError as problem:
        return make_response(_index(error=_words(problem)), STATUS[Invalid])
    except Stale:
        return redirect(url_for("speakers.show", speaker_id=target))  # there is one of this name
    return _to(speaker)


@blp.get("/speakers/<string:speaker_id>")
def show(speaker_id: str) -> str | Response:
    """Show what is known of a speaker and what they said."""
    directory = Directory(get_db(), me())
    speaker = directory.get(speaker_id)
    return _page(directory, speaker) if speaker.id == speaker_id else _to(speaker)


@blp.post("/speakers/<string:speaker_id>")
def record(speaker_id: str) -> Response:
    """Store what is known of a speaker."""

    def store() -> Speaker:
        known = RECORD.load(request.form)
        version, was = known.pop("version"), known.pop("was")
        known["aliases"] += [was] if was else []
        return record_speaker(get_db(), speaker_id, by=me(), seen_version=version, **known)

    return _changed(speaker_id, store, typed=request.form)


@blp.post("/speakers/<string:speaker_id>/merge")
def merge(speaker_id: str) -> Response:
    """Say that another speaker is this one."""

    def store() -> Speaker:
        form = OTHER.load(request.form)
        other = form["other"] or Directory(get_db(), me()).get(unlisted_id(normalised(form["name"]))).id
        return merge_speakers(get_db(), speaker_id, other=other, by=me(), seen_version=form["version"])

    return _changed(speaker_id, store)


@blp.post("/speakers/<string:speaker_id>/split")
def split(speaker_id: str) -> Response:
    """Undo a merge."""

    def store() -> Speaker:
        form = OTHER.load(request.form)
        return split_speaker(get_db(), speaker_id, other=form["other"], by=me(), seen_version=form["version"])

    return _changed(speaker_id, store)


def _changed(speaker_id: str, store: Callable[[], Speaker], typed: Any = None) -> Response:
    """Go to the speaker that was stored, or show the page again with what was wrong and what was typed."""
    try:
        return _to(store())
    except ValidationError as problem:
        error: AnnotateError = Invalid(_words(problem))
    except Stale as problem:
        error = problem
        error.message += " Above is what is stored now; what you typed is below, to be saved over it."
    except (Refused, NotFound) as problem:
        error = problem
    directory = Directory(get_db(), me())
    speaker = directory.get(speaker_id)
    return make_response(_page(directory, speaker, error=error.message, typed=typed), STATUS[type(error)])


def _words(problem: ValidationError) -> str:
    fields = problem.normalized_messages()  # type: ignore[no-untyped-call]
    said = [(name, each) for name, all_of_it in fields.items() for each in _flat(all_of_it)]
    return " ".join(f"{name.capitalize()}: {each}" for name, each in said)


def _flat(said: Any) -> list[str]:
    return [each for some in said.values() for each in some] if isinstance(said, dict) else said


def _to(speaker: Speaker) -> Response:
    return redirect(url_for("speakers.show", speaker_id=speaker.id))


def _index(error: str | None = None) -> str:
    wanted = LIST_FILTER.load(request.args)
    after = wanted.pop("cursor")
    entries, following = Directory(get_db(), me()).find(**wanted, after=after, limit=PAGE_LENGTH)
    return render_template(
        "speakers.html",
        entries=entries,
        following=following,
        error=error,
        may_mend=may(me().role, "mend_speakers"),
        **wanted,
    )


def _page(directory: Directory, speaker: Speaker, *, error: str | None = None, typed: Any = None) -> str:
    db, reader = get_db(), me()
    wanted = FILTER.load(request.args)
    entry = directory.entry_of(speaker)
    said, following = list_said(db, reader, entry.spellings, **wanted, limit=PAGE_LENGTH)
    may_mend = may(reader.role, "mend_speakers")
    return render_template(
        "speaker.html",
        speaker=speaker,
        entry=entry,
        said=said,
        following=following,
        wanted=wanted,
        labels=LABELS,
        verdicts=VERDICTS,
        similar=directory.find_similar(speaker, limit=MOST_SIMILAR) if may_mend else [],
        changes=list_changes(db, speaker) if speaker.version else [],
        may_mend=may_mend,
        error=error,
        typed=typed or {},
    )
