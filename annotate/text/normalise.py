"""The form in which two texts are compared; what is stored is never normalised."""

import unicodedata


def normalised(text: str) -> str:
    """Return the text as people compare it: same letters, one kind of space, no case.

    NFC, every run of white space (no-break spaces too) one space, none at the ends, case folded.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    # Folding takes characters apart and needs them apart (canonical caseless matching, Unicode 3.13, D145).
    folded = unicodedata.normalize("NFD", text).casefold()
    return " ".join(unicodedata.normalize("NFC", folded).split())
