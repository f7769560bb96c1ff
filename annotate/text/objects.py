"""JSON as it comes in from others: strictly read, and lists of any length object by object."""

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from annotate.errors import Invalid
from annotate.text.reading import decode_exactly

WHITE = re.compile(r"[ \t\r\n]*")
GOES_ON = "0123456789+-.eE"  # what is at hand may end in the middle of a number
DEEP = "It is nested too deeply."


class Pairs(dict[str, Any]):
    """An object of JSON that knows which of its names came twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.repeated: set[str] = set()
        if len(self) < len(pairs):
            names = [name for name, _ in pairs]
            self.repeated = {name for name in names if names.count(name) > 1}


def read_object(data: bytes | str, encoding: str = "utf-8") -> Pairs:
    """Read one object.

    :raises Invalid: it is no JSON, no object, or not the same to every reader: NaN, a name that comes twice.
    """
    text = decode_exactly(data, encoding) if isinstance(data, bytes) else data
    try:
        found = json.loads(text, object_pairs_hook=Pairs, parse_constant=_refuse_constant)
    except json.JSONDecodeError as problem:
        raise Invalid(_told(problem)) from None
    except RecursionError:
        raise Invalid(DEEP) from None
    except ValueError as problem:  # a number of thousands of digits
        raise Invalid(f"It holds a number that nobody can read: {problem}.") from None
    if not isinstance(found, Pairs):
        raise Invalid('It is not an object such as {"text": "…"}.')
    if found.repeated:
        raise Invalid(f"It has {', '.join(sorted(found.repeated))} more than once.")
    return found


def split_list(pieces: Iterator[str], longest: int) -> Iterator[tuple[str, int]]:
    """Cut a list that comes in pieces into its members, each as it stands there, with its line from 1.

    :param longest: code points of one member.
    :raises Invalid: it is no JSON list from here on, or a member is too long.
    """
    feed = _Feed(pieces, longest)
    feed.take("[")
    if feed.next() == "]":
        feed.take("]")
    else:
        yield feed.member()
        while feed.next() == ",":
            feed.take(",")
            yield feed.member()
        feed.take("]")
    if feed.next():
        raise Invalid(f"There is more behind the end of the list, in line {feed.line}.")


class _Feed:
    """What is at hand of a JSON text that comes in pieces, and where we are in it."""

    def __init__(self, pieces: Iterator[str], longest: int) -> None:
        self.pieces = pieces
        self.longest = longest
        self.text = ""
        self.at = 0
        self.line = 1
        self.decoder = json.JSONDecoder()

    def more(self, least: int) -> bool:
        """Add at least so many code points, if there are any, and say whether there were."""
        parts, n = [self.text[self.at :]], 0
        while n < least and (piece := next(self.pieces, None)) is not None:
            parts.append(piece)
            n += len(piece)
        self.text, self.at = "".join(parts), 0
        return n > 0

    def next(self) -> str:
        """Go to the next character that is no white space and return it; "" at the end."""
        while True:
            begun, self.at = self.at, WHITE.match(self.text, self.at).end()  # type: ignore[union-attr]
            self.line += self.text.count("\n", begun, self.at)
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more(1):
                return ""

    def take(self, sign: str) -> None:
        if self.next() != sign:
            found = self.text[self.at : self.at + 1]
            what = f"{found!a} instead of {sign}" if found else f"the end before a {sign}"
            raise Invalid(f"It is no JSON list: there is {what} in line {self.line}.")
        self.at += 1

    def member(self) -> tuple[str, int]:
        """Read one member; what is at hand is doubled until it is whole, so that no time is lost."""
        self.next()
        while True:
            try:
                _, end = self.decoder.raw_decode(self.text, self.at)
                if end < len(self.text) and self.text[end] not in GOES_ON:
                    break
            except json.JSONDecodeError as problem:
                wrong = problem
            except (RecursionError, ValueError):
                raise Invalid(f"{DEEP} See line {self.line}.") from None
            else:
                wrong = json.JSONDecodeError("The list does not end", self.text, end)
            n_held = len(self.text) - self.at
            if n_held > self.longest:
                raise Invalid(f"What begins in line {self.line} is too long, or no JSON. {_told(wrong)}")
            if not self.more(max(n_held, 1)):
                raise Invalid(f"{_told(wrong)} It begins in line {self.line} of the file.")
        found, line = self.text[self.at : end], self.line
        self.line += found.count("\n")
        self.at = end
        return found, line


def _told(problem: json.JSONDecodeError) -> str:
    if problem.msg == "Extra data":
        return (
            f"There is more behind the object, from character {problem.pos + 1} on: "
            "a file with one object a line is called .jsonl."
        )
    return f"It is no JSON: {problem.msg.rstrip(' at')}, see character {problem.pos + 1}."


def _refuse_constant(name: str) -> NoReturn:
    raise Invalid(f"{name} is no JSON.")
