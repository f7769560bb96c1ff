"""The JSON API under ``/api/v1``; its OpenAPI description is made from the same shapes that check it."""

from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask
from flask_smorest import Api

from annotate.api import (
    annotations,
    boundaries,
    comments,
    decisions,
    desk,
    disputes,
    documents,
    exports,
    health,
    history,
    matches,
    plans,
    speakers,
    verifications,
)
from schemas.base import Error, describe_tuples

VERSION = "1"


class DocumentedApi(Api):  # type: ignore[misc]
    """flask-smorest for the shapes and the description; errors are answered in one place, ``web``."""

    ERROR_SCHEMA = Error

    def _register_error_handlers(self) -> None:
        pass


def init_app(app: Flask) -> None:
    """Register every route of the API."""
    app.config.update(
        API_TITLE="annotate",
        API_VERSION=VERSION,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
    )
    plugin = MarshmallowPlugin()
    api = DocumentedApi(app, spec_kwargs={"marshmallow_plugin": plugin})
    describe_tuples(plugin)
    modules = (
        documents,
        annotations,
        boundaries,
        comments,
        decisions,
        disputes,
        verifications,
        desk,
        matches,
        speakers,
        exports,
        history,
        plans,
    )
    for module in modules:
        api.register_blueprint(module.blp)
    app.register_blueprint(health.blp)
