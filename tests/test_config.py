"""Settings: the environment over ``config.py`` over defaults, and every mistake named with its place."""

import re
import stat
from pathlib import Path

import pytest

from annotate import create_app
from annotate.config import SettingError, Settings, load_settings

KEY = "0123456789abcdef" * 4


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An instance folder."""
    folder = tmp_path / "instance"
    folder.mkdir()
    return folder


def settings_of(folder: Path, config: str | bytes | None = None, **environ: str) -> Settings:
    if isinstance(config, bytes):
        (folder / "config.py").write_bytes(config)
    elif config is not None:
        (folder / "config.py").write_text(config, "utf-8")
    return load_settings({"ANNOTATE_INSTANCE": str(folder), **environ})


def test_without_anything_the_defaults_hold() -> None:
    settings = load_settings({"PATH": "/bin", "PORT": "1", "FLASK_DEBUG": "1"})

    assert settings.instance == Path(__file__).parent.parent / "instance"
    assert settings.database == settings.instance / "annotate.db"
    assert (settings.host, settings.port, settings.threads) == ("127.0.0.1", 8000, 8)
    assert (settings.https, settings.proxy_hops, settings.trusted_hosts) == (False, 0, ())
    assert (settings.reviews_per_document, settings.two_person_rule) == (1, False)


def test_the_instance_holds_everything_of_an_installation(folder: Path) -> None:
    settings = settings_of(folder)

    assert settings.instance == folder
    assert settings.database == folder / "annotate.db"
    assert settings.secret_key_file == folder / "secret_key"
    assert settings.backups == folder / "backups"
    assert settings.secret_key is None


def test_the_database_alone_can_be_elsewhere(folder: Path, tmp_path: Path) -> None:
    settings = settings_of(folder, ANNOTATE_DATABASE=str(tmp_path / "fast" / "desk.db"))

    assert settings.database == tmp_path / "fast" / "desk.db"
    assert settings.instance == folder
    assert settings.backups == folder / "backups"


def test_the_database_can_be_elsewhere_without_an_instance(tmp_path: Path) -> None:
    settings = load_settings({"ANNOTATE_DATABASE": str(tmp_path / "desk.db")})

    assert settings.database == tmp_path / "desk.db"
    assert settings.instance == Path(__file__).parent.parent / "instance"


def test_relative_paths_become_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    settings = load_settings({"ANNOTATE_INSTANCE": "here", "ANNOTATE_DATABASE": "there.db"})

    assert settings.instance == tmp_path / "here"
    assert settings.database == tmp_path / "there.db"


def test_the_environment_goes_over_the_file_and_the_file_over_defaults(folder: Path) -> None:
    settings = settings_of(folder, "PORT = 1111\nTHREADS = 3\n", ANNOTATE_PORT="2222")

    assert (settings.port, settings.threads, settings.host) == (2222, 3, "127.0.0.1")


def test_the_file_may_compute_and_import(folder: Path) -> None:
    config = """
    from pathlib import Path as path
    _DAYS = 2
    session_hours = _DAYS * 24
    SESSION_MAX_HOURS = session_hours
    DATABASE = path("/srv") / "desk.db"
    TRUSTED_HOSTS = ["news.example", " desk.example "]
    HTTPS = True
    """.replace("\n    ", "\n").replace("_DAYS", "_days")

    settings = settings_of(folder, config)

    assert settings.session_max_hours == 48
    assert settings.database == Path("/srv/desk.db")
    assert settings.trusted_hosts == ("news.example", "desk.example")
    assert settings.https is True


@pytest.mark.parametrize(
    ("word", "truth"),
    [
        ("1", True),
        ("true", True),
        ("YES", True),
        (" on ", True),
        ("0", False),
        ("No", False),
        ("off", False),
    ],
)
def test_truth_has_several_spellings(folder: Path, word: str, truth: bool) -> None:
    assert settings_of(folder, ANNOTATE_TWO_PERSON_RULE=word).two_person_rule is truth


MALFORMED = [
    ("PORT", "eighty"),
    ("PORT", ""),
    ("PORT", "-1"),
    ("PORT", "65536"),
    ("PORT", "80.0"),
    ("PORT", "9" * 5000),
    ("THREADS", "0"),
    ("THREADS", "65"),
    ("PROXY_HOPS", "6"),
    ("REVIEWS_PER_DOCUMENT", "0"),
    ("REVIEWS_PER_DOCUMENT", "two"),
    ("SESSION_IDLE_MINUTES", "0"),
    ("SESSION_MAX_HOURS", "1e3"),
    ("FAILURES_PER_ACCOUNT", "0"),
    ("FAILURES_PER_ADDRESS", "-5"),
    ("MAX_BODY_KB", "1"),
    ("HTTPS", "perhaps"),
    ("HTTPS", ""),
    ("TWO_PERSON_RULE", "2"),
    ("HOST", "  "),
    ("PUBLISHER", ""),
    ("REVIEW_URL", "https://example.org/checks"),
    ("REVIEW_URL", "https://example.org/checks#{start}"),
    ("REVIEW_URL", "https://example.org/{document}/{title}"),
    ("REVIEW_URL", "https://{key}/checks"),
    ("REVIEW_URL", "javascript:{document}"),
    ("DATABASE", ""),
    ("SECRET_KEY", "short"),
    ("SECRET_KEY", "k" * 31),
]


@pytest.mark.parametrize(("name", "value"), MALFORMED)
def test_a_malformed_value_in_the_environment_is_named(folder: Path, name: str, value: str) -> None:
    with pytest.raises(SettingError, match=f"ANNOTATE_{name} in the environment must be") as caught:
        settings_of(folder, **{f"ANNOTATE_{name}": value})

    assert "\n" not in caught.value.format_message()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *MALFORMED,
        ("PORT", None),
        ("PORT", 80.0),
        ("PORT", [80]),
        ("THREADS", 0),
        ("HTTPS", None),
        ("HOST", 127),
        ("DATABASE", 7),
        ("SECRET_KEY", 10**40),
        ("TRUSTED_HOSTS", 5),
        ("TRUSTED_HOSTS", [5]),
        ("TRUSTED_HOSTS", {"a": "b"}),
    ],
)
def test_a_malformed_value_in_the_file_is_named(folder: Path, name: str, value: object) -> None:
    expected = re.escape(f"{name} in {folder / 'config.py'} must be")

    with pytest.raises(SettingError, match=expected):
        settings_of(folder, f"{name} = {value!r}\n")


def test_a_number_is_no_truth_value(folder: Path) -> None:
    with pytest.raises(SettingError, match="PORT"):
        settings_of(folder, "PORT = True\n")


def test_a_secret_is_never_told(folder: Path) -> None:
    with pytest.raises(SettingError) as caught:
        settings_of(folder, ANNOTATE_SECRET_KEY="hunter2-hunter2")

    assert "hunter2" not in str(caught.value)
    assert "32" in str(caught.value)


def test_an_unknown_name_in_the_environment_is_refused(folder: Path) -> None:
    for name in ("ANNOTATE_PROT", "ANNOTATE_", "ANNOTATE_SECRET_KEY_FILE", "ANNOTATE_BACKUPS"):
        with pytest.raises(SettingError, match=f"unknown setting {name} in the environment"):
            settings_of(folder, **{name: "1"})


@pytest.mark.parametrize("name", ["LOGIN_DISABLED", "TESTING", "DEBUG", "WTF_CSRF_ENABLED", "ANNOTATE_PROT"])
def test_an_unknown_name_in_the_file_is_refused(folder: Path, name: str) -> None:
    expected = re.escape(f"unknown setting {name} in {folder / 'config.py'}")

    with pytest.raises(SettingError, match=expected):
        settings_of(folder, f"{name} = True\n")


def test_flask_settings_do_not_come_in_by_the_environment(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLASK_LOGIN_DISABLED", "1")
    monkeypatch.setenv("FLASK_WTF_CSRF_ENABLED", "0")

    app = create_app(settings_of(folder, ANNOTATE_SECRET_KEY=KEY))

    assert "LOGIN_DISABLED" not in app.config
    assert app.config.get("WTF_CSRF_ENABLED", True)


def test_the_instance_cannot_stand_in_the_file_that_it_leads_to(folder: Path) -> None:
    with pytest.raises(SettingError, match="INSTANCE"):
        settings_of(folder, f"INSTANCE = {str(folder)!r}\n")


@pytest.mark.parametrize(
    "config",
    [
        "PORT = \n",
        "PORT = 80\n  THREADS = 3\n",
        "this is no Python",
        "import nothing_of_this_name\n",
        "PORT = 1 / 0\n",
        "raise RuntimeError('two\\nlines')\n",
        "raise SystemExit('bye')\n",
        b"PORT = 80\0\n",
        "HOST = 'café'\n".encode("latin-1"),
    ],
)
def test_a_file_that_cannot_be_run_is_named_in_one_line(folder: Path, config: str | bytes) -> None:
    with pytest.raises(SettingError, match=re.escape(str(folder / "config.py"))) as caught:
        settings_of(folder, config)

    assert "\n" not in caught.value.format_message()


def test_the_key_is_read_from_its_file(folder: Path) -> None:
    (folder / "secret_key").write_text(f"{KEY}\n", "utf-8")

    assert settings_of(folder).secret_key == KEY
    assert settings_of(folder, ANNOTATE_SECRET_KEY=KEY[::-1]).secret_key == KEY[::-1]
    assert settings_of(folder, f"SECRET_KEY = {KEY.upper()!r}\n").secret_key == KEY.upper()


@pytest.mark.parametrize("content", [b"", b"\n", b"short\n", b"\xff" * 64])
def test_a_key_file_without_a_good_key_is_named(folder: Path, content: bytes) -> None:
    (folder / "secret_key").write_bytes(content)

    with pytest.raises(SettingError, match=re.escape(str(folder / "secret_key"))) as caught:
        settings_of(folder)

    assert "short" not in str(caught.value).replace("too short", "")


def test_reading_settings_makes_nothing(folder: Path) -> None:
    settings_of(folder)
    load_settings({"ANNOTATE_INSTANCE": str(folder / "deeper")})

    assert list(folder.iterdir()) == []
    assert stat.S_ISDIR(folder.stat().st_mode)


def test_every_setting_says_what_it_is_for() -> None:
    for name, field in Settings.__dataclass_fields__.items():
        assert field.metadata["about"], name
