"""What can go wrong, in the domain's words; none of these knows HTTP or the command line."""

from typing import Any


class AnnotateError(Exception):
    """Something a person or program did that can be said in one sentence.

    :param message: what happened and what to do, for a person.
    :param code: the stable word that programs look at.
    :param fields: field name → list of complaints, for input that came in fields.
    :param current: what is stored now, where that helps to go on.
    """

    code = "error"

    def __init__(
        self, message: str, *, code: str | None = None, fields: Any = None, current: Any = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.fields = fields
        self.current = current


class Invalid(AnnotateError):
    """The input breaks a rule that the sender could have known."""

    code = "invalid"


class NotFound(AnnotateError):
    """There is no such thing, or it is not this person's to see."""

    code = "not_found"


class Forbidden(AnnotateError):
    """This person may not do this."""

    code = "forbidden"


class Refused(AnnotateError):
    """The state of things does not allow it now."""

    code = "conflict"


class Stale(AnnotateError):
    """A newer version was stored since; `current` is it."""

    code = "stale"


class Throttled(AnnotateError):
    """Too many attempts.

    :param retry_after: seconds to wait.
    """

    code = "throttled"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(AnnotateError):
    """The database cannot be read or written now; nothing was stored."""

    code = "unavailable"
    retry_after = 5
