"""annotate: reviewers tag the sentences of news articles and record how each was checked."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from annotate.config import Settings


def create_app(settings: "Settings | None" = None) -> "Flask":
    """Build the application; nothing is opened before the first request asks for it.

    The imports stand inside so that ``annotate.text`` is usable where Flask is not installed.

    :param settings: instead of those of the environment and the instance folder.
    :raises SettingError: a setting is unknown or malformed.
    """
    from flask import Flask

    from annotate import api, cli, views, web
    from annotate.config import load_settings

    settings = settings or load_settings()
    app = Flask(__name__, instance_path=str(settings.instance), static_folder=None)
    web.init_app(app, settings)
    views.init_app(app)
    api.init_app(app)
    cli.init_app(app)
    return app
