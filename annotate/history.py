"""The history in words: what a line says, what it changed, and what of it is seen while all is blind; pure.

:data:`ACTS` is the one table of acts. One that is not in it is told by its name, and hidden while blind.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from annotate import rules
from annotate.text.differing import Row, differ, differ_in_items

State = Mapping[str, Any]
LONGEST_QUOTED = 200  # characters of a reason within a sentence; whole it stands among the changes


@dataclass(frozen=True)
class Event:
    """A line of the history as one reader may see it.

    :param sentence: where the sentence started and ended, in code points; None: about the whole document.
    :param text: of the sentence; of a mended boundary, all the text that is concerned.
    :param can_go_back: it could be restored: it stands no more, or, a boundary, can be mended back.
    """

    number: int
    at: str
    who: str | None
    is_mine: bool
    act: str
    document_id: str
    sentence: tuple[int, int] | None
    text: str | None
    was: State | None
    now: State | None
    can_go_back: bool = False

    @property
    def kind(self) -> str:
        """One of ``schemas.terms.ACT_KINDS``."""
        return _act(self.act).kind

    @property
    def record(self) -> str | None:
        """What could be restored by it: `annotation`, `decision`, `verification` or `boundaries`."""
        return _act(self.act).record

    @property
    def restored(self) -> int | None:
        """The number of the event whose state this one brought back."""
        return (self.now or {}).get("restored")

    @property
    def words(self) -> str:
        """What was done, in the past tense, to be read after the name of whoever did it."""
        told = _act(self.act).tell(self.was or {}, self.now or {}) if self.act in ACTS else _name(self.act)
        return f"{told} (restored)" if self.restored else told

    @property
    def changes(self) -> list["Change"]:
        """What was changed from what to what, field by field."""
        act = _act(self.act)
        was, now = (act.shape(each or {}, self) for each in (self.was, self.now))
        names = act.fields or tuple(dict.fromkeys([*was, *now]))
        return compare(was, now, [each for each in names if each not in UNTOLD], told=act.told)


@dataclass(frozen=True)
class Change:
    """One field that was changed; `is_told` where the line's own words have said it already."""

    field: str
    was: Any
    now: Any
    is_told: bool

    @property
    def rows(self) -> list[Row]:
        """The difference, for people: one row, or one for each item of a list that is not as it was."""
        if isinstance(self.was, list) or isinstance(self.now, list):
            return differ_in_items(*([as_text(each) for each in some or []] for some in (self.was, self.now)))
        return [differ(as_text(self.was), as_text(self.now), is_term=self.field in TERMS)]


def compare(was: State, now: State, names: list[str], *, told: tuple[str, ...] = ()) -> list[Change]:
    """Return the fields of two states that differ; nothing, null and an empty list are the same."""
    return [
        Change(name, was.get(name), now.get(name), name in told and _is_whole(was.get(name), now.get(name)))
        for name in names
        if (was.get(name) or None) != (now.get(name) or None)
    ]


def _is_whole(was: Any, now: Any) -> bool:
    """Whether the words of a line can say a value as it is, there being none before or after."""
    return not (was and now) and len(as_text(was or now)) <= LONGEST_QUOTED


def may_restore(event: Event, role: str) -> bool:
    """Say whether someone of this role may bring back what this line tells of; a vote only one's own."""
    if event.record == "annotation":
        return event.is_mine
    return event.record is not None and rules.may(role, "restore")


def as_seen(event: Event, reader: str, *, role: str, is_blind: bool) -> Event:
    """Leave out what somebody may not see of a line that they may see.

    A mended boundary holds everybody's votes, and whose sign-off went with them: while blind, only one's own.
    """
    was, now = event.was, event.now
    if is_blind and event.kind == "boundaries":
        was, now = (each and _only_of(reader, each) for each in (was, now))
    if not (event.is_mine or rules.may(role, "see_late_dissent")):
        now = now and {name: value for name, value in now.items() if name != "is_late"}
    return replace(event, was=was, now=now)


def _only_of(reader: str, state: State) -> State:
    kept = {
        **state,
        "annotations": [each for each in state.get("annotations", ()) if each["reviewer"] == reader],
        "sign_offs_taken_back": [each for each in state.get("sign_offs_taken_back", ()) if each == reader],
    }
    return {name: value for name, value in kept.items() if name != "decisions"}


# ---- values as people read them ----

UNTOLD = {"version", "restored", "at", "is_late", "votes", "has_voted", "number"}
TERMS = {"label", "status", "verdict", "attribution", "state", "decided_by", "relation", "priority"}
STANCES = {"supports": "Supports", "refutes": "Refutes", "context": "Context"}


def as_text(value: Any) -> str:
    """Write a value of JSON for people."""
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    if isinstance(value, dict):
        is_source = "stance" in value
        return _source(value) if is_source else ", ".join(f"{k}: {as_text(v)}" for k, v in value.items() if v)
    if isinstance(value, list | tuple):
        return ", ".join(as_text(each) for each in value)
    return str(value)


def _source(evidence: State) -> str:
    """One piece of evidence in one line."""
    parts = [evidence.get("title"), evidence.get("url"), evidence.get("reference")]
    excerpt, seen, archive = (evidence.get(name) for name in ("excerpt", "accessed_at", "archive_url"))
    parts += [excerpt and f"“{excerpt}”", seen and f"seen on {seen}", archive and f"archived at {archive}"]
    stance = STANCES.get(evidence["stance"], evidence["stance"])
    return f"{stance}: {', '.join(each for each in parts if each)}"


def _name(act: str) -> str:
    return act.replace("_", " ")


def _term(value: Any) -> str:
    return _name(str(value)) if value else "nothing"


def _quoted(text: Any, before: str = ": ") -> str:
    if not text:
        return ""
    short = str(text) if len(str(text)) <= LONGEST_QUOTED else f"{str(text)[: LONGEST_QUOTED - 1]}…"
    return f"{before}“{short}”"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


# ---- what each act says ----


def _tell_vote(was: State, now: State) -> str:
    before, after = was.get("label"), now.get("label")
    late = ", after it was settled" if now.get("is_late") else ""
    if before == after:
        return (_tell_words(was, now) or f"said {_term(after)} once more") + late
    if after is None:
        return f"took their label back: {_term(before)}{late}"
    done = f"changed their label from {_term(before)} to" if before else "tagged it"
    return f"{done} {_term(after)}{late}"


def _tell_words(was: State, now: State) -> str:
    """What became of speaker and note; empty where they are as they were."""
    given = [name for name in ("speaker", "note") if was.get(name) != now.get(name)]
    if not given:
        return ""
    is_new, is_gone = (not any(state.get(name) for name in given) for state in (was, now))
    return f"{'added' if is_new else 'removed' if is_gone else 'changed'} the {_listed(given)}"


def _tell_decision(was: State, now: State) -> str:
    votes = [f"{each['reviewer']}’s {_term(each['label'])}" for each in now.get("votes", ())]
    over = f" over {_listed(votes)}" if votes else ""
    before = " again" if was.get("decided_by") == "adjudication" else ""
    too = ", having voted on it too" if now.get("has_voted") else ""
    return f"decided {_term(now.get('label'))}{before}{over}{too}{_quoted(now.get('reason'))}"


def _tell_giving_back(was: State, now: State) -> str:
    what = "which differ" if now.get("in_dispute") else f"which say {_term(now.get('label'))}"
    return f"gave it back to the votes, {what}{_quoted(now.get('reason'))}"


def _tell_checking(was: State, now: State) -> str:
    status = now.get("status")
    if status == was.get("status", "unchecked"):
        return "changed the verification"
    if status == "settled":
        found = [_term(now.get(name)) for name in ("attribution", "verdict") if _is_found(now.get(name))]
        return f"settled the verification: {_listed(found)}" if found else "settled the verification"
    steps = {
        "in_progress": "began to verify it",
        "second_look": "handed it over for a second look",
        "unchecked": "set the verification back to unchecked",
    }
    return steps.get(str(status), "changed the verification")


def _is_found(term: Any) -> bool:
    return term not in (None, "unverified", "unconfirmed")


def _tell_reopening(was: State, now: State) -> str:
    return f"reopened the verification{_quoted(now.get('reason'))}"


def _tell_comment(was: State, now: State) -> str:
    if not was:
        return f"commented{_quoted(now.get('text'))}"
    if was.get("resolved") == now.get("resolved"):
        return "changed a comment"
    return f"{'resolved' if now.get('resolved') else 'reopened'} the comment{_quoted(now.get('text'), ' ')}"


def _tell_split(was: State, now: State) -> str:
    return "cut the sentence in two"


def _tell_merge(was: State, now: State) -> str:
    names = [f"{name}’s" for name in now.get("sign_offs_taken_back", ())]
    if not names:
        return "joined two sentences"
    return f"joined two sentences, which took {_listed(names)} sign-off{'s' * (len(names) > 1)} back"


def _tell_loading(was: State, now: State) -> str:
    revision = now.get("revision", 1)
    return "loaded the article" if revision == 1 else f"loaded revision {revision} of the article"


def _tell_revision(was: State, now: State) -> str:
    return f"took over from revision {was.get('revision', '')} what was said of the sentences that stayed"


def _tell_withdrawal(was: State, now: State) -> str:
    return f"withdrew the article{_quoted(now.get('reason'))}"


def _tell_erasing(was: State, now: State) -> str:
    return f"withdrew the article and erased its text{_quoted(now.get('reason'))}"


def _tell_correction(was: State, now: State) -> str:
    return f"corrected what was settled: {_tell_checking(was, now)}{_quoted(now.get('reason'))}"


def _tell_handing(was: State, now: State) -> str:
    return f"gave it to {now.get('reviewer') or 'somebody'} to check{_quoted(now.get('question'))}"


def _tell_assigning(was: State, now: State) -> str:
    return "changed who reviews the document" if now.get("assigned") else "left the document to everybody"


def _tell_closing(was: State, now: State) -> str:
    return f"closed the document{_quoted(now.get('reason'))}"


def _tell_match(done: str) -> Callable[[State, State], str]:
    """Which article it is stays out: it may not be this reader's to see."""
    says = {"same": "says the same", "contradicts": "contradicts it"}
    return lambda was, now: f"{done} that another article {says.get(str(now.get('relation')), 'matches')}"


def _says(words: str) -> Callable[[State, State], str]:
    return lambda was, now: words


# ---- what of a state is compared ----


def _as_it_is(state: State, event: Event) -> State:
    return state


def _standing(state: State, event: Event) -> State:
    is_open = state.get("in_dispute") and not state.get("label")
    return {**state, "label": "in_dispute" if is_open else state.get("label")}


def _bounds(state: State, event: Event) -> State:
    """Sentences by their text, and everybody's votes on them in words."""
    spans = [(each["start"], each["end"]) for each in state.get("sentences", ())]
    begin = min((each["start"] for each in (event.was or {}).get("sentences", ())), default=0)
    text = event.text or ""
    votes = [
        f"{each['reviewer']}: {as_text([each[name] for name in SAID if each[name]])}"
        for each in state.get("annotations", ())
        if each["label"] or each["note"]
    ]
    return {
        "sentences": [f"“{text[start - begin : end - begin]}”" for start, end in spans],
        "votes_on_them": list(dict.fromkeys(votes)),
    }


@dataclass(frozen=True)
class Act:
    """How one act is told.

    :param when_blind: who sees it in a blind document: `all`, since it is nobody's vote; `own`; or `none`.
    :param fields: what is compared; empty for all that there is.
    :param told: fields that the words tell already, where there was nothing before.
    """

    kind: str
    tell: Callable[[State, State], str]
    when_blind: str = "none"
    fields: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    record: str | None = None
    shape: Callable[[State, Event], State] = field(default=_as_it_is)


SAID = ("label", "speaker", "note")
CHECKED = ("status", "attribution", "verdict", "rationale", "evidence")
DECIDED = ("label", "speaker", "reason")
CORRECTED = (*CHECKED, "reason")
BOUNDS = ("sentences", "votes_on_them")
ACTS: dict[str, Act] = {
    "annotated": Act("votes", _tell_vote, "own", SAID, ("label",), "annotation"),
    "adjudicated": Act(
        "decisions", _tell_decision, "none", DECIDED, ("label", "reason"), "decision", _standing
    ),
    "adjudication_removed": Act(
        "decisions", _tell_giving_back, "none", DECIDED, ("reason",), "decision", _standing
    ),
    "verified": Act("verification", _tell_checking, "none", CHECKED, ("status",), "verification"),
    "verification_reopened": Act(
        "verification", _tell_reopening, "none", CORRECTED, ("reason",), "verification"
    ),
    "commented": Act("comments", _tell_comment, "own", ("text",), ("text",)),
    "comment_changed": Act("comments", _tell_comment, "own", ("text",)),
    "comment_removed": Act("comments", _says("took a comment back"), "own", ("text",)),
    "verification_corrected": Act("verification", _tell_correction, "none", CORRECTED, (), "verification"),
    "assigned_to_check": Act(
        "verification", _tell_handing, "none", ("reviewer", "question"), ("reviewer", "question")
    ),
    "released": Act("verification", _says("gave it back to the desk"), "none"),
    "verification_carried": Act(
        "verification", _says("took its verification over, for a second look"), "none", ("status",)
    ),
    "verification_suspended": Act(
        "verification", _says("set its settled verification aside"), "none", ("label",)
    ),
    "verification_resumed": Act(
        "verification", _says("brought its settled verification back"), "none", ("label",)
    ),
    "match_proposed": Act("matches", _tell_match("proposed"), "none", ("relation",), ("relation",)),
    "match_confirmed": Act("matches", _tell_match("confirmed"), "none", ("relation",), ("relation",)),
    "match_rejected": Act("matches", _tell_match("rejected"), "none", ("relation",), ("relation",)),
    "matches_changed": Act(
        "matches", _says("changed another article that has matches here"), "none", ("because",)
    ),
    "match_removed": Act("matches", _says("took a match back"), "none", ("relation",)),
    "split": Act("boundaries", _tell_split, "all", BOUNDS, (), "boundaries", _bounds),
    "merged": Act("boundaries", _tell_merge, "all", BOUNDS, (), "boundaries", _bounds),
    "signed_off": Act("document", _says("signed the document off"), "all"),
    "assigned": Act("document", _tell_assigning, "all", ("assigned",)),
    "prioritised": Act("document", _says("changed the priority"), "all", ("priority",)),
    "reviews_needed_changed": Act("document", _says("changed how many reviews it needs"), "all"),
    "closed": Act("document", _tell_closing, "all", ("reason",), ("reason",)),
    "reopened": Act("document", _says("reopened the document"), "all", ("state",)),
    "loaded": Act("document", _tell_loading, "all", ("key",), ("key",)),
    "described": Act("document", _says("changed what is said of the article"), "all"),
    "superseded": Act("document", _says("put a newer revision in its place"), "all", ("state",)),
    "revised": Act("document", _tell_revision, "all", ("revision",), ("revision",)),
    "withdrawn": Act("document", _tell_withdrawal, "all", ("state",)),
    "erased": Act("document", _tell_erasing, "all", ("state",)),
}
OTHER = Act("document", _says(""))


def _act(name: str) -> Act:
    return ACTS.get(name, OTHER)


def acts_seen(when_blind: str) -> list[str]:
    """List the acts that are seen in a blind document by `all`, or by whose `own` they are."""
    return [name for name, act in ACTS.items() if act.when_blind == when_blind]


def acts_of(kind: str) -> list[str]:
    """List the acts of a kind; those that are in no table are of the document."""
    return [name for name, act in ACTS.items() if act.kind == kind]
