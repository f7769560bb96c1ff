"""Cut a sentence in two where a person says."""

from unicodedata import category

from annotate.errors import Invalid

ZERO_WIDTH_JOINER = "\u200d"


def cut(text: str, start: int, end: int, at: int) -> list[tuple[int, int]]:
    """Return the spans of the two parts; white space beside the cut belongs to neither.

    :param text: of the whole document; the other offsets are code points in it.
    :raises Invalid: `at` is not inside, a part would have nothing to read, or a character would be cut.
    """
    if not start < at < end:
        raise _invalid("It is not inside the sentence.")
    first, second = text[start:at].rstrip(), text[at:end].lstrip()
    if not (_can_be_read(first) and _can_be_read(second)):
        raise _invalid("One of the two parts would be empty.")
    if _is_inside_character(text, at):
        raise _invalid("It is inside of what is read as one character.")
    return [(start, start + len(first)), (end - len(second), end)]


def _invalid(reason: str) -> Invalid:
    return Invalid(f"The sentence cannot be split there. {reason}", fields={"at": [reason]})


def _can_be_read(part: str) -> bool:
    return any(category(each)[0] not in "ZC" for each in part)


def _is_inside_character(text: str, at: int) -> bool:
    """Whether a mark, a joined emoji, a skin tone or a flag would be torn off (after Unicode's UAX 29)."""
    before, after = text[at - 1], text[at]
    if ZERO_WIDTH_JOINER in (before, after) or category(after)[0] == "M":
        return True
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":
        return True
    n_flag_letters = 0
    while n_flag_letters < at and _is_flag_letter(text[at - 1 - n_flag_letters]):
        n_flag_letters += 1
    return _is_flag_letter(after) and n_flag_letters % 2 == 1


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
