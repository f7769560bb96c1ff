"""What the page and the API of the verification desk share: what is asked for, and how it is told."""

from typing import Any

from annotate.rules import may
from annotate.store.clock import days_ago
from annotate.store.desk import COPIED, Check, Wanted
from annotate.store.reviewers import Person
from schemas.export import VERIFICATION


def wanted(*, age: str | None, sort: str | None, **same: str | None) -> Wanted:
    """Make of the fields of ``schemas.desk.DeskFilter`` what the store takes."""
    unchanged_since = days_ago(int(age)) if age else None
    return Wanted(unchanged_since=unchanged_since, is_oldest_first=sort == "oldest", **same)


def check_json(check: Check, reader: Person) -> dict[str, Any]:
    """Return a claim or quote as ``schemas.desk.Check`` has it."""
    assignment = check.assignment
    return {
        **{name: getattr(check, name) for name in COPIED},
        "end": check.end,
        "decision": {"label": check.label, "version": check.decision_version or 0},
        "verification": {name: getattr(check.verification, name) for name in VERIFICATION},
        "assigned_to": assignment and assignment.reviewer,
        "assignment": assignment,
        "made_on": check.made_on,
        "late_dissent": may(reader.role, "see_late_dissent") and check.has_late_dissent,
    }
