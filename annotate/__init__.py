"""annotate: reviewers tag the sentences of news articles and record how each was checked."""

from flask import Flask

from annotate.config import Settings, load_settings


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application; nothing is opened before the first request asks for it.

    :param settings: instead of those of the environment and the instance folder.
    :raises SettingError: a setting is unknown or malformed.
    """
    from annotate import api, cli, views, web

    settings = settings or load_settings()
    app = Flask(__name__, instance_path=str(settings.instance))
    web.init_app(app, settings)
    views.init_app(app)
    api.init_app(app)
    cli.init_app(app)
    return app
