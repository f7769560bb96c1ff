"""The pages."""

from flask import Flask

from annotate.views import auth, pages


def init_app(app: Flask) -> None:
    """Register every page."""
    app.register_blueprint(auth.blp)
    app.register_blueprint(pages.blp)
