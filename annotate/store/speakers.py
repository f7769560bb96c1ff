"""Speakers: people and bodies who are quoted, each known by all the spellings that reviewers typed.

What is typed on a vote or a decision stays as it was typed. A record joins spellings, compared without regard
to case and spaces, to one speaker. A spelling that belongs to no record is a speaker of its own, *unlisted*,
whose id is made of the spelling. Speakers that are merged keep their records and spellings and only point to
the one that they are: so splitting them again restores both.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from annotate import rules
from annotate.database import Database, Row, json_list
from annotate.errors import NotFound, Refused, Stale
from annotate.store.events import record_event
from annotate.store.reviewers import Person
from annotate.store.sayings import list_spellings
from annotate.text.normalise import normalised

UNLISTED = "~"  # begins the id of a speaker without a record


@dataclass(frozen=True)
class Speaker:
    """What is known of a speaker; `version` 0 and `number` 0: a spelling without a record.

    :param aliases: other spellings than the name.
    :param own_keys: all spellings of its own, as they are compared.
    :param merged: speakers that turned out to be this one.
    """

    number: int
    id: str
    name: str
    role: str | None = None
    organisation: str | None = None
    note: str | None = None
    aliases: tuple[str, ...] = ()
    merged: tuple["Speaker", ...] = ()
    version: int = 0
    own_keys: frozenset[str] = frozenset()

    @property
    def keys(self) -> frozenset[str]:
        """All spellings that mean this speaker, as they are compared."""
        return self.own_keys.union(*(each.keys for each in self.merged))

    @property
    def ids(self) -> frozenset[str]:
        """The ids of this speaker and of all that are merged into it."""
        return frozenset({self.id}).union(*(each.ids for each in self.merged))

    def as_told(self) -> dict[str, Any]:
        """Return what the history tells of it, and whoever saw an older version."""
        names = ("id", "name", "role", "organisation", "note", "aliases", "version")
        merged = [each.as_told() for each in self.merged]
        return {**{name: getattr(self, name) for name in names}, "merged": merged}


@dataclass(frozen=True)
class Change:
    """One line of a speaker's history; `was` and `now` as :meth:`Speaker.as_told` tells them, or None."""

    at: str
    by: str
    act: str
    was: dict[str, Any] | None
    now: dict[str, Any]

    @property
    def fields(self) -> list[tuple[str, Any, Any]]:
        """What a new version of a record changed: name of the field, before, after."""
        names = ("name", "role", "organisation", "aliases", "note")
        was = self.was or {}
        return [(each, was.get(each), self.now[each]) for each in names if was.get(each) != self.now[each]]


def list_changes(db: Database, speaker: Speaker) -> list[Change]:
    """List what was done to the record of a speaker, newest first: also what was merged, and split off."""
    rows = db.rows(
        """
        SELECT e.at, r.name, e.act, e.was, e.now
        FROM events AS e JOIN reviewers AS r ON r.id = e.reviewer_id
        WHERE e.act IN ('speaker_recorded', 'speakers_merged', 'speaker_split_off')
          AND :id IN (json_extract(e.now, '$.id'), json_extract(e.now, '$.other.id'))
        ORDER BY e.number DESC
        """,
        id=speaker.id,
    )
    return [
        Change(at, by, act, was and orjson.loads(was), orjson.loads(now)) for at, by, act, was, now in rows
    ]


def list_names(db: Database, reader: Person, *, q: str, limit: int) -> list[str]:
    """List the names that have `q` in them, alphabetically: of records, of decisions, the reader's own.

    Other people's votes are not asked, nor decisions of a blind document: no name tells how somebody voted.

    :param q: compared without regard to capitals, in ASCII only.
    """
    pattern = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rows = db.rows(
        """
        SELECT a.speaker FROM annotations AS a
        JOIN sentences AS s ON s.id = a.sentence_id
        JOIN documents AS d ON d.number = s.document
        WHERE a.reviewer_id = :me AND a.speaker IS NOT NULL AND a.speaker LIKE :pattern ESCAPE '\\'
          AND d.state <> 'withdrawn' AND d.collection NOT IN (SELECT value FROM json_each(:hidden))
        UNION
        SELECT c.speaker FROM decisions AS c
        JOIN sentences AS s ON s.id = c.sentence_id
        JOIN documents AS d ON d.number = s.document
        WHERE c.speaker IS NOT NULL AND c.speaker LIKE :pattern ESCAPE '\\'
          AND d.state <> 'withdrawn' AND d.is_blind = 0
          AND d.collection NOT IN (SELECT value FROM json_each(:hidden))
        UNION
        SELECT name FROM speakers WHERE merged_into IS NULL AND name LIKE :pattern ESCAPE '\\'
        ORDER BY 1 LIMIT :limit
        """,
        me=reader.id,
        hidden=reader.hidden,
        pattern=f"%{pattern}%",
        limit=limit,
    )
    return [row["speaker"] for row in rows]


def list_records(db: Database) -> list[Speaker]:
    """List the speakers that have a record, without those that are merged into another."""
    return _assemble(
        db.rows(
            """
            SELECT p.*, n.spelling, n.key FROM speakers AS p JOIN spellings AS n ON n.speaker = p.number
            ORDER BY p.number, n.key
            """
        )
    )


def find_record(db: Database, key: str) -> Speaker | None:
    """Find the speaker that a spelling belongs to, through all that was merged.

    :param key: a normalised spelling.
    """
    number = db.value("SELECT speaker FROM spellings WHERE key = :key", key=key)
    return None if number is None else _read(db, number)


def list_known(db: Database, names: Iterable[str]) -> list[dict[str, Any]]:
    """List those of some names that belong to a record, each with what is known of that, in their order."""
    names = list(names)
    rows = db.rows(
        """
        WITH RECURSIVE above (key, number, merged_into) AS (
            SELECT n.key, p.number, p.merged_into
            FROM json_each(:keys) AS wanted
            JOIN spellings AS n ON n.key = wanted.value
            JOIN speakers AS p ON p.number = n.speaker
            UNION
            SELECT a.key, p.number, p.merged_into
            FROM above AS a JOIN speakers AS p ON p.number = a.merged_into
        )
        SELECT a.key, p.id, p.name, p.role, p.organisation
        FROM above AS a JOIN speakers AS p ON p.number = a.number
        WHERE a.merged_into IS NULL
        """,
        keys=json_list(normalised(each) for each in names),
    )
    known = {row["key"]: dict(row) for row in rows}
    found = [(name, known.get(normalised(name))) for name in names]
    fields = ("id", "name", "role", "organisation")
    return [{"spelling": name} | {each: record[each] for each in fields} for name, record in found if record]


def get_speaker(db: Database, speaker_id: str, reader: Person) -> Speaker:
    """Return a speaker by id; of one that is merged, the one that it is merged into.

    :raises NotFound: there is none, and no sentence that the reader may see has such a spelling.
    """
    key = spelling_key(speaker_id)
    if key is not None:
        return find_record(db, key) or _get_unlisted(db, key, reader)
    number = db.value("SELECT number FROM speakers WHERE id = :id", id=speaker_id)
    if number is None:
        raise NotFound("There is no such speaker.")
    return _read(db, number)


def unlisted_id(key: str) -> str:
    """Return the id of a spelling that has no record."""
    return UNLISTED + urlsafe_b64encode(key.encode()).decode().rstrip("=")


def spelling_key(speaker_id: str) -> str | None:
    """Return the normalised spelling that an id is made of; None for the id of a record.

    :raises NotFound: it is neither.
    """
    if not speaker_id.startswith(UNLISTED):
        return None
    code = speaker_id.removeprefix(UNLISTED)
    try:
        key = urlsafe_b64decode(code + "=" * (-len(code) % 4)).decode()
    except ValueError:
        key = ""
    if not key or key != normalised(key) or unlisted_id(key) != speaker_id:
        raise NotFound("There is no such speaker.")
    return key


def record_speaker(
    db: Database,
    speaker_id: str,
    *,
    by: Person,
    seen_version: int,
    name: str,
    role: str | None = None,
    organisation: str | None = None,
    aliases: Iterable[str] = (),
    note: str | None = None,
) -> Speaker:
    """Store the next version of what is known of a speaker, whole; an unlisted one gets a record.

    Spellings of speakers that are merged into it stay theirs.

    :param seen_version: 0 where there is no record yet.
    :raises Forbidden: not an editor.
    :raises Stale: it was changed since; `current` is what is stored.
    :raises Refused: code ``taken``: a spelling is somebody else's.
    """
    rules.require(by.role, "mend_speakers")
    with db.transaction():
        before = _get_to_write(db, speaker_id, by, seen_version, name)
        spellings = {normalised(each): each for each in (*_of_id(before), *aliases)}
        spellings[normalised(name)] = name
        theirs = frozenset[str]().union(*(each.keys for each in before.merged))
        _check_name(name, theirs)
        spellings = {key: text for key, text in spellings.items() if key not in theirs}
        number = _write(db, before, name, role, organisation, note)
        _check_free(db, spellings, number)
        db.write("DELETE FROM spellings WHERE speaker = :number", number=number)
        _add_spellings(db, number, spellings)
        return _record(db, "speaker_recorded", by, before, _read(db, number))


def merge_speakers(db: Database, speaker_id: str, *, other: str, by: Person, seen_version: int) -> Speaker:
    """Say that two speakers are one; what was said by either is shown with the one that stays.

    This one stays, unless it is unlisted and the other is not: a spelling joins a record, however it is put.

    :param other: id of the other; if that has no record, its spelling becomes an alias.
    :returns: the one that stays.
    :raises NotFound: there is no such speaker.
    :raises Forbidden: not an editor.
    :raises Stale: this one was changed since.
    :raises Refused: code ``same``: they are one already; ``merged``: the other is part of a third.
    """
    rules.require(by.role, "mend_speakers")
    with db.transaction():
        kept = _get_to_write(db, speaker_id, by, seen_version)
        joined = get_speaker(db, other, by)
        if joined.id == kept.id:
            raise Refused("They are one speaker already.", code="same")
        if joined.id != other:  # what was seen as a speaker of its own is part of another by now
            message = f"That has become part of {joined.name} in the meantime. Look at that first."
            raise Refused(message, code="merged", current={"id": joined.id, "name": joined.name})
        if joined.number and not kept.number:
            kept, joined = joined, kept
        number = _write_again(db, kept)
        if joined.number:
            _point(db, joined.number, number)
        else:
            _add_spellings(db, number, {normalised(joined.name): joined.name})
        return _record(db, "speakers_merged", by, kept, _read(db, number), other=joined)


def split_speaker(db: Database, speaker_id: str, *, other: str, by: Person, seen_version: int) -> Speaker:
    """Undo a merge: the other stands for itself again, as it was; an alias becomes unlisted.

    :param other: id of a speaker that is merged into this one, or of an alias.
    :raises NotFound: it is neither.
    :raises Forbidden: not an editor.
    :raises Stale: this one was changed since.
    """
    rules.require(by.role, "mend_speakers")
    with db.transaction():
        before = _get_to_write(db, speaker_id, by, seen_version)
        key = spelling_key(other)
        if before.number and key in before.own_keys - {normalised(before.name)}:
            db.write("DELETE FROM spellings WHERE key = :key", key=key)
            parted = Speaker(0, other, next(each for each in before.aliases if normalised(each) == key))
        else:
            parted = next((each for each in before.merged if each.id == other), None) or _no_part()
            _point(db, parted.number, None)
        _write_again(db, before)
        return _record(db, "speaker_split_off", by, before, _read(db, before.number), other=parted)


def _no_part() -> Speaker:
    raise NotFound("That speaker is not merged into this one.")


def _get_to_write(
    db: Database, speaker_id: str, by: Person, seen_version: int, name: str | None = None
) -> Speaker:
    """Return a speaker as it was seen.

    :param name: of a record that is made: so it can also be of somebody whom nobody has quoted yet.
    """
    try:
        speaker = get_speaker(db, speaker_id, by)
    except NotFound:
        if seen_version or name is None or unlisted_id(normalised(name)) != speaker_id:
            raise
        return Speaker(0, speaker_id, name)
    is_merged = speaker.id != speaker_id and spelling_key(speaker_id) is None
    if speaker.version != seen_version or is_merged:
        raise Stale("Somebody has changed this speaker in the meantime.", current=speaker.as_told())
    return speaker


def _of_id(before: Speaker) -> tuple[str, ...]:
    """Return the spelling that a speaker without a record is called by, in the address too: it stays one."""
    return () if before.number else (before.name,)


def _get_unlisted(db: Database, key: str, reader: Person) -> Speaker:
    spelled = [each for each in list_spellings(db, reader) if normalised(each) == key]
    if not spelled:
        raise NotFound("There is no such speaker.")
    return unlisted(key, spelled)


def unlisted(key: str, spelled: list[str]) -> Speaker:
    """Make a speaker of spellings that belong to no record.

    :param spelled: in order, so that capitals come first.
    """
    return Speaker(0, unlisted_id(key), spelled[0], aliases=tuple(spelled[1:]), own_keys=frozenset({key}))


def _read(db: Database, number: int) -> Speaker:
    """Read the speaker that a record is part of, with all its parts."""
    rows = db.rows(
        """
        WITH RECURSIVE above (number, merged_into) AS (
            SELECT number, merged_into FROM speakers WHERE number = :number
            UNION ALL
            SELECT p.number, p.merged_into FROM above AS a JOIN speakers AS p ON p.number = a.merged_into
        ), joined (number) AS (
            SELECT number FROM above WHERE merged_into IS NULL
            UNION ALL
            SELECT p.number FROM joined AS j JOIN speakers AS p ON p.merged_into = j.number
        )
        SELECT p.*, n.spelling, n.key
        FROM joined AS j JOIN speakers AS p ON p.number = j.number
        JOIN spellings AS n ON n.speaker = p.number
        ORDER BY p.number, n.key
        """,
        number=number,
    )
    (speaker,) = _assemble(rows)
    return speaker


def _assemble(rows: list[Row]) -> list[Speaker]:
    """Put speakers together from rows of record and spelling; each once, with those merged into it."""
    spellings: dict[int, dict[str, str]] = defaultdict(dict)  # by key
    records = {}
    parts: dict[int | None, list[int]] = defaultdict(list)
    for row in rows:
        if row["number"] not in records:
            records[row["number"]] = row
            parts[row["merged_into"]].append(row["number"])
        spellings[row["number"]][row["key"]] = row["spelling"]

    def made(number: int) -> Speaker:
        row, own = records[number], spellings[number]
        known = {name: row[name] for name in ("id", "name", "role", "organisation", "note", "version")}
        aliases = tuple(each for each in own.values() if each != row["name"])
        merged = tuple(map(made, parts[number]))
        return Speaker(number, **known, aliases=aliases, merged=merged, own_keys=frozenset(own))

    return [made(number) for number in parts[None]]


def _write(
    db: Database,
    before: Speaker,
    name: str,
    role: str | None,
    organisation: str | None,
    note: str | None,
) -> int:
    """Store the record as the next version and return its number."""
    (row,) = db.write(
        """
        INSERT INTO speakers (number, id, name, role, organisation, note, version)
        VALUES (:number, :id, :name, :role, :organisation, :note, 1)
        ON CONFLICT (number) DO UPDATE SET
            name = excluded.name, role = excluded.role, organisation = excluded.organisation,
            note = excluded.note, version = version + 1
        RETURNING number
        """,
        number=before.number or None,
        id=before.id if before.number else secrets.token_hex(8),
        name=name,
        role=role,
        organisation=organisation,
        note=note,
    )
    return int(row["number"])


def _write_again(db: Database, before: Speaker) -> int:
    """Store the same record as the next version, an unlisted speaker's as the first; return its number."""
    number = _write(db, before, before.name, before.role, before.organisation, before.note)
    if not before.number:
        _add_spellings(db, number, {normalised(before.name): before.name})
    return number


def _check_name(name: str, theirs: frozenset[str]) -> None:
    if normalised(name) in theirs:  # split off again, there would be two of this name
        raise Refused(
            f"“{name}” belongs to a speaker who is merged into this one. Split that off, then merge this one "
            "into it.",
            code="taken",
        )


def _check_free(db: Database, spellings: dict[str, str], number: int) -> None:
    for key, spelling in spellings.items():
        holder = find_record(db, key)
        if holder is not None and holder.number != number:
            raise Refused(
                f"“{spelling}” is a spelling of {holder.name}. Merge the two, or take it from there first.",
                code="taken",
                current={"id": holder.id, "name": holder.name},
            )


def _add_spellings(db: Database, number: int, spellings: dict[str, str]) -> None:
    db.write_many(
        "INSERT INTO spellings (key, spelling, speaker) VALUES (?, ?, ?)",
        [(key, spelling, number) for key, spelling in spellings.items()],
    )


def _point(db: Database, number: int, target: int | None) -> None:
    db.write(
        "UPDATE speakers SET merged_into = :target, version = version + 1 WHERE number = :number",
        target=target,
        number=number,
    )


def _record(
    db: Database, act: str, by: Person, before: Speaker, after: Speaker, *, other: Speaker | None = None
) -> Speaker:
    beside = {"other": other.as_told()} if other else {}
    record_event(
        db,
        act,
        by=by.id,
        was=before.as_told() | beside if before.number or other else None,
        now=after.as_told() | beside,
    )
    return after
