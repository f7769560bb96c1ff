"""Check that a stored document is still what was loaded."""

import hashlib
from collections.abc import Sequence


def find_faults(text: str, sha256: str, sentences: Sequence[tuple[int, int, str]]) -> list[str]:
    """Return what is wrong with a document, in words; empty when it holds.

    :param sha256: of the text in UTF-8, in hexadecimal.
    :param sentences: `(start, end, text)` in order; half-open spans in code points.
    """
    faults = []
    if hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() != sha256:
        faults.append("The text is not the one that was loaded.")
    reached = 0
    for start, end, sentence in sentences:
        if text[start:end] != sentence:
            faults.append(f"text[{start}:{end}] is not the sentence.")
        if start < reached:
            faults.append(f"The sentence at {start} overlaps the one before.")
        elif text[reached:start].strip():
            faults.append(f"No sentence covers all of text[{reached}:{start}].")
        reached = end
    if text[reached:].strip():
        faults.append(f"No sentence covers all of text[{reached}:].")
    return faults
