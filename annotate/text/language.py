"""Which language a text is in."""

from functools import cache
from typing import Any

try:
    from gcld3 import NNetLanguageIdentifier
except ImportError:  # there is no wheel for every machine; then a language must be given
    NNetLanguageIdentifier = None

ENOUGH = 40  # code points; of less, nobody could tell
SEEN = 500  # code points that are looked at
EVIDENT = 3  # times that no other language says "the" in so short a text
SURE = 0.9  # probability


def detect(text: str) -> str | None:
    """Return the language of a text as its ISO 639-1 code, by its first lines; None where nothing is sure."""
    beginning = text[:SEEN].encode(errors="replace").decode()  # lone surrogates cannot be told to the library
    if len(beginning) < ENOUGH:
        return None
    if beginning.count(" the ") >= EVIDENT:  # asking the library takes as long as cutting ten sentences
        return "en"
    if NNetLanguageIdentifier is None:
        return None
    found = _identifier().FindLanguage(beginning)
    return primary(found.language) if found.is_reliable and found.probability >= SURE else None


def primary(tag: str) -> str:
    """Return the language of a BCP 47 tag, without script and region."""
    return tag.replace("_", "-").split("-")[0].lower()


@cache
def _identifier() -> Any:
    return NNetLanguageIdentifier(min_num_bytes=0, max_num_bytes=2 * SEEN)
