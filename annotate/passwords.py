"""Hash and check passwords: argon2id with OWASP's parameters, a few at a time."""

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from annotate.errors import Invalid

MINIMUM_LENGTH = 8  # characters
MAXIMUM_LENGTH = 1024  # characters; never cut off, and not a way to keep the server busy either
COMMON = frozenset(FREQUENCY_LISTS["passwords"])

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_at_once = threading.BoundedSemaphore(4)  # each takes 19 MiB and a core
_nobody = _hasher.hash("a password that nobody has, so that an unknown name costs the same time")


def name_key(name: str) -> str:
    """Return the form in which two names count as the same."""
    return unicodedata.normalize("NFKC", name).casefold()


def check_password(password: str, name: str) -> None:
    """:raises Invalid: too short, too long, common, or the person's own name."""
    if len(password) < MINIMUM_LENGTH:
        problem = f"Use at least {MINIMUM_LENGTH} characters."
    elif len(password) > MAXIMUM_LENGTH:
        problem = f"Use at most {MAXIMUM_LENGTH} characters."
    elif name_key(password) == name_key(name):
        problem = "A password must not be the name."
    elif name_key(password) in COMMON or len(set(password)) == 1:
        problem = "This password is one of the most common ones; choose another."
    else:
        return
    raise Invalid(problem, code="password", fields={"new_password": [problem]})


def hash_password(password: str) -> str:
    """Return the argon2id hash with its parameters and salt."""
    with _at_once:
        return _hasher.hash(_as_bytes(password))


def is_password(password: str, password_hash: str | None) -> bool:
    """Say whether it is the right password; takes as long where there is no such account."""
    with _at_once:
        try:
            return _hasher.verify(password_hash or _nobody, _as_bytes(password)) and bool(password_hash)
        except (VerificationError, InvalidHashError):
            return False


def _as_bytes(password: str) -> bytes:
    """The same password typed on two keyboards is the same: NFKC, and whatever bytes came."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
