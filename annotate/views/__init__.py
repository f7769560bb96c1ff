"""The pages."""

from flask import Flask

from annotate.views import auth, pages, static


def init_app(app: Flask) -> None:
    """Register every page."""
    static.init_app(app)
    app.register_blueprint(auth.blp)
    app.register_blueprint(pages.blp)
