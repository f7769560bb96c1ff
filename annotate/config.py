"""Every setting, its default and its check; the only reader of the environment."""

import os
import re
import runpy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import click

PREFIX = "ANNOTATE_"
TOP = Path(__file__).parent.parent
PLACES = re.compile(r"\{(?:document|key|start)\}")
REVIEW_URL = re.compile(rf"https?://[^\s/{{}}?#]+/(?:[^\s{{}}]|{PLACES.pattern})+")
MINIMUM_KEY_LENGTH = 32  # characters; what `init` writes has 64


class SettingError(click.ClickException):
    """A setting is unknown or malformed.

    It is one of click's errors so that ``flask --app annotate`` prints it as one line as well.
    """


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be text")
    return value


def _secret(value: object) -> str:
    if len(_text(value)) < MINIMUM_KEY_LENGTH:
        raise ValueError(f"must be at least {MINIMUM_KEY_LENGTH} characters; `init` makes one")
    return str(value)


def _path(value: object) -> Path:
    return Path(value if isinstance(value, Path) else _text(value)).absolute()


def _truth(value: object) -> bool:
    word = str(value).strip().lower()
    if word in ("1", "true", "yes", "on"):
        return True
    if word in ("0", "false", "no", "off"):
        return False
    raise ValueError("must be 1 or 0")


def _number(least: int, most: int) -> Callable[[object], int]:
    def check(value: object) -> int:
        try:
            number = int(value) if isinstance(value, str | int) and not isinstance(value, bool) else None
        except ValueError:
            number = None
        if number is None or not least <= number <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return number

    return check


def _address_of_reviews(value: object) -> str:
    address = _text(value).strip()
    if not REVIEW_URL.fullmatch(address) or not {"{document}", "{key}"} & set(PLACES.findall(address)):
        raise ValueError(
            "must be an http or https address with {document} or {key} in it, and {start} if you like"
        )
    return address


def _names(value: object) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
        raise ValueError("must be names separated by commas")
    return tuple(part.strip() for part in parts if part.strip())


def _setting(default: Any, check: Callable[[object], Any], about: str) -> Any:
    return field(default=default, metadata={"check": check, "about": about})


@dataclass(frozen=True)
class Settings:
    """One installation's settings. ``instance`` and ``database`` are absolute paths."""

    instance: Path = _setting(TOP / "instance", _path, "folder that holds everything of this installation")
    database: Path = _setting(None, _path, "the database file, if not `annotate.db` in the instance folder")
    secret_key: str | None = _setting(
        None, _secret, "signs sessions, if not in the file `secret_key` in the instance folder"
    )
    host: str = _setting("127.0.0.1", _text, "address that `serve` listens on")
    port: int = _setting(8000, _number(0, 65535), "port that `serve` listens on")
    threads: int = _setting(8, _number(1, 64), "requests answered at the same time")
    https: bool = _setting(False, _truth, "people reach us by https: Secure `__Host-` cookies and HSTS")
    proxy_hops: int = _setting(
        0, _number(0, 5), "how many proxies of yours stand in front and set X-Forwarded-*"
    )
    trusted_hosts: tuple[str, ...] = _setting(
        (), _names, "host names that we answer to, by commas; empty: any"
    )
    reviews_per_document: int = _setting(
        1, _number(1, 20), "N: how many sign-offs decide a document; copied into it when loaded"
    )
    two_person_rule: bool = _setting(
        False, _truth, "who last changed a verdict, attribution or evidence may not settle it"
    )
    session_idle_minutes: int = _setting(
        12 * 60, _number(1, 7 * 24 * 60), "a session ends after this long without a request"
    )
    session_max_hours: int = _setting(
        7 * 24, _number(1, 90 * 24), "a session ends after this long in any case"
    )
    failures_per_account: int = _setting(
        10, _number(1, 1000), "wrong passwords for one account in 15 minutes, then 429"
    )
    failures_per_address: int = _setting(
        50, _number(1, 100_000), "wrong passwords from one address in 15 minutes, then 429"
    )
    abbreviations: tuple[str, ...] = _setting(
        (), _names, "a desk's own abbreviations, by commas: no sentence ends at one"
    )
    publisher: str | None = _setting(
        None, _text, "who publishes the checks: the author of each `claimreview`"
    )
    review_url: str | None = _setting(
        None,
        _address_of_reviews,
        "where each check is published, such as `https://example.org/checks/{document}#{start}`, "
        "or with `{key}`; without it, where the claim appeared",
    )
    max_body_kb: int = _setting(1024, _number(16, 65536), "largest request body, in KiB")

    @property
    def secret_key_file(self) -> Path:
        """Where `init` keeps the key that signs sessions."""
        return self.instance / "secret_key"

    @property
    def backups(self) -> Path:
        """Where automatic backups go."""
        return self.instance / "backups"


CHECKS: dict[str, Callable[[object], Any]] = {each.name: each.metadata["check"] for each in fields(Settings)}


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings: the environment over ``config.py`` in the instance folder over defaults.

    :param environ: instead of the process's environment.
    :raises SettingError: naming the setting that is unknown or malformed, and where it stands.
    """
    environ = os.environ if environ is None else environ
    given = {
        name.removeprefix(PREFIX).lower(): _checked(name, value, "the environment")
        for name, value in environ.items()
        if name.startswith(PREFIX)
    }
    instance = given.get("instance", Settings.instance)
    given = {**_from_file(instance / "config.py"), **given, "instance": instance}
    given.setdefault("database", instance / "annotate.db")
    given.setdefault("secret_key", _key_in(instance / "secret_key"))
    return Settings(**given)


def _checked(name: str, value: object, place: str) -> Any:
    check = CHECKS.get(name.removeprefix(PREFIX).lower())
    if check is None:
        raise SettingError(f"unknown setting {name} in {place}; the README lists them all")
    try:
        return check(value)
    except ValueError as problem:
        raise SettingError(f"setting {name} in {place} {problem}") from None


def _from_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        names = runpy.run_path(str(path))
    except (Exception, SystemExit) as problem:  # a person's own Python: anything may be wrong in it
        reason = " ".join(f"{type(problem).__name__}: {problem}".split())
        raise SettingError(f"{path} cannot be read: {reason}") from None
    found = {name: value for name, value in names.items() if name.isupper()}
    if "INSTANCE" in found:
        raise SettingError(f"INSTANCE cannot stand in {path}, which is found by it")
    return {name.lower(): _checked(name, value, str(path)) for name, value in found.items()}


def _key_in(path: Path) -> str | None:
    if not path.is_file():
        return None
    try:
        return _secret(path.read_text("utf-8").strip())
    except (OSError, ValueError) as problem:
        raise SettingError(f"the secret key in {path} {problem}") from None
