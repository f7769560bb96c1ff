"""The cast and the stage: a real database for each test, real files, people who sign in."""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from annotate import create_app
from annotate.config import Settings
from annotate.database import Database, migrate, open_database
from annotate.loading import Loaded, find_sources, load
from annotate.store.reviewers import Person, add_reviewer, get_reviewer
from tests.client import Client

CAST = {"alice": "reviewer", "bob": "reviewer", "carol": "editor", "dana": "admin"}
PASSWORD = "correct horse battery"
SEEDS = Path(__file__).parent.parent / "seeds"

STORY = """NewsHarbour bridge closed after inspection

Harbour bridge closed after inspection

The Alder Street bridge was closed on Monday, the city of Norhaven said.

"Two of its bearings have cracked," said Mayor Ida Rask. "Nobody will cross it before spring."

Related content
"""


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database with the cast in it, to be copied: 0.2 ms against 200."""
    folder = tmp_path_factory.mktemp("template")
    path = folder / "annotate.db"
    migrate(path, folder)
    db = open_database(path)
    for name, role in CAST.items():
        add_reviewer(db, name=name, role=role, password=PASSWORD)
    db.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def add_crowd(db: Database, n: int) -> list[Person]:
    """Add reviewers who never sign in, which spares the time of a password each."""
    with db.transaction():
        for number in range(n):
            db.write(
                """
                INSERT INTO reviewers (name, name_key, role, created_at)
                VALUES (:name, :name, 'reviewer', 'now')
                """,
                name=f"p{number}",
            )
    return [get_reviewer(db, f"p{number}") for number in range(n)]


@pytest.fixture
def settings(tmp_path: Path, template: Path) -> Settings:
    instance = tmp_path / "instance"
    instance.mkdir()
    shutil.copyfile(template, instance / "annotate.db")
    return Settings(instance=instance, database=instance / "annotate.db", secret_key="k" * 64)


@pytest.fixture
def db(settings: Settings) -> Database:
    return open_database(settings.database)


@pytest.fixture
def people(db: Database) -> dict[str, Person]:
    return {name: get_reviewer(db, name) for name in CAST}


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder for articles."""
    folder = tmp_path / "desk"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def load_paths(db: Database) -> Callable[..., list[Loaded]]:
    """Load what paths name, as ``seeds load`` does."""

    def run(*paths: Path, collection: str | None = None, **options: Any) -> list[Loaded]:
        sources, refused = find_sources(list(paths), collection)
        return [*refused, *load(db, sources, reviews_needed=1, **options)]

    return run


@pytest.fixture
def add_story(db: Database, tmp_path: Path) -> Callable[..., str]:
    """Load an article and return its id."""

    def add(text: str = STORY, *, name: str = "story.txt", reviews_needed: int = 1) -> str:
        folder = tmp_path / "desk"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
        sources, _ = find_sources([folder / name])
        (loaded,) = load(db, sources, reviews_needed=reviews_needed)
        assert loaded.outcome == "new", loaded.reason
        assert loaded.id
        return loaded.id

    return add


@pytest.fixture
def story(add_story: Callable[..., str]) -> str:
    """A document that one reviewer decides."""
    return add_story()


@pytest.fixture
def pair(add_story: Callable[..., str]) -> str:
    """A document that two reviewers decide, blind."""
    return add_story(name="pair.txt", reviews_needed=2)


@pytest.fixture(scope="session")
def built() -> Flask:
    """The application, built once; :func:`app` gives each test its own database."""
    return create_app(Settings(secret_key="k" * 64))


@pytest.fixture
def app(built: Flask, settings: Settings, db: Database) -> Flask:
    built.extensions.update(settings=settings, database=db)
    return built


@pytest.fixture
def app_with(settings: Settings) -> Callable[..., Flask]:
    """Build an application with other settings."""
    return lambda **changes: create_app(replace(settings, **changes))


@pytest.fixture
def stranger(app: Flask) -> Client:
    """Somebody who is not signed in."""
    return Client(app)


def _member(name: str) -> Callable[[Flask], Client]:
    def member(app: Flask) -> Client:
        client = Client(app)
        client.sign_in(name, PASSWORD)
        return client

    return member


alice = pytest.fixture(_member("alice"), name="alice")
bob = pytest.fixture(_member("bob"), name="bob")
carol = pytest.fixture(_member("carol"), name="carol")
dana = pytest.fixture(_member("dana"), name="dana")


@pytest.fixture
def real_articles() -> list[Path]:
    """The customer's own articles, where they are at hand."""
    folder = os.environ.get("TEST_ARTICLES")
    if not folder:
        pytest.skip("TEST_ARTICLES names no folder of real articles")
    return sorted(Path(folder).glob("*.txt"))
