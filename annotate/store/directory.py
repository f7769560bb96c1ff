"""All speakers, those with a record and those that are only a spelling, as one reader sees them."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from annotate.database import Database
from annotate.errors import NotFound
from annotate.store.reviewers import Person
from annotate.store.sayings import count_said, list_spellings
from annotate.store.speakers import Speaker, list_records, spelling_key, unlisted
from annotate.text.normalise import normalised
from schemas.terms import VERDICTS


@dataclass(frozen=True)
class Entry:
    """A speaker in a list, with the spellings that decisions have and the counts of what was said."""

    speaker: Speaker
    spellings: tuple[str, ...]
    n_sentences: int = 0
    counts: tuple[tuple[str, int], ...] = ()  # by verdict, in the order of the vocabulary


class Directory:
    """All speakers in the order of their names, and the spellings that stand in decisions for each.

    :param reader: whose documents the spellings are of.
    """

    def __init__(self, db: Database, reader: Person) -> None:
        self._db, self._reader = db, reader
        spelled: dict[str, list[str]] = defaultdict(list)
        for spelling in list_spellings(db, reader):
            spelled[normalised(spelling)].append(spelling)
        self._spelled = spelled
        known = list_records(db)
        taken = frozenset().union(*(each.keys for each in known))
        rest = [unlisted(key, spellings) for key, spellings in spelled.items() if key not in taken]
        self.speakers = sorted([*known, *rest], key=lambda each: normalised(each.name))

    def get(self, speaker_id: str) -> Speaker:
        """Return a speaker by id; of one that is merged, the one that it is merged into.

        :raises NotFound: there is none, and no sentence that the reader may see has such a spelling.
        """
        key = spelling_key(speaker_id)
        for each in self.speakers:
            if speaker_id in each.ids if key is None else key in each.keys:
                return each
        raise NotFound("There is no such speaker.")

    def spellings_of(self, speaker: Speaker) -> tuple[str, ...]:
        """Return how a speaker is spelled in decisions."""
        return tuple(spelling for key in sorted(speaker.keys) for spelling in self._spelled.get(key, ()))

    def find(
        self, *, q: str = "", kind: str = "", after: str = "", limit: int
    ) -> tuple[list[Entry], str | None]:
        """List the speakers that have `q` in any spelling, their role or organisation.

        :param kind: `known` for those with a record, `unlisted` for the others; empty for both.
        :param after: name of the last one of the page before.
        :returns: a page, and the name that the page after is asked for with.
        """
        wanted, last = normalised(q), normalised(after)
        found = [
            each
            for each in self.speakers
            if (not kind or (kind == "known") == bool(each.version))
            and (not last or normalised(each.name) > last)
            and (not wanted or _has(each, wanted))
        ]
        page = found[:limit]
        return self._counted(page), page[-1].name if len(found) > limit else None

    def find_similar(self, speaker: Speaker, *, limit: int) -> list[Speaker]:
        """List speakers that share a word of three letters or more with this one, most words first."""
        mine = _words(speaker)
        shared = [(len(mine & _words(each)), each) for each in self.speakers if each.id != speaker.id]
        best = sorted((pair for pair in shared if pair[0]), key=lambda pair: -pair[0])[:limit]
        return [each for _, each in best]

    def _counted(self, speakers: list[Speaker]) -> list[Entry]:
        spellings = {each.id: self.spellings_of(each) for each in speakers}
        counts = count_said(self._db, self._reader, [each for some in spellings.values() for each in some])
        entries = []
        for speaker in speakers:
            own = spellings[speaker.id]
            total = sum((counts[each] for each in own), Counter[str | None]())
            by_verdict = tuple((verdict, total[verdict]) for verdict in VERDICTS if total[verdict])
            entries.append(Entry(speaker, own, total.total(), by_verdict))
        return entries

    def entry_of(self, speaker: Speaker) -> Entry:
        """Return a speaker with spellings and counts."""
        return self._counted([speaker])[0]


def _has(speaker: Speaker, wanted: str) -> bool:
    beside = [normalised(each) for each in (speaker.role, speaker.organisation) if each]
    return any(wanted in each for each in (*speaker.keys, *beside))


def _words(speaker: Speaker) -> set[str]:
    return {word for key in speaker.keys for word in key.split() if len(word) > 2}
