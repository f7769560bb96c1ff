"""``python -m schemas`` writes the published JSON Schema into ``schemas/json/``."""

import json
from pathlib import Path
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from schemas.article import ArticleIn
from schemas.base import describe_tuples
from schemas.export import Export, ExportedDocument, WithdrawnLine
from schemas.terms import FORMAT_VERSION

FOLDER = Path(__file__).parent / "json"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
PUBLISHED = {
    "article.json": ArticleIn,
    "document.json": ExportedDocument,
    "export.json": Export,
    "withdrawn.json": WithdrawnLine,
}


def json_schema(shape: type) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a shape with all that it is made of."""
    plugin = MarshmallowPlugin()
    spec = APISpec("annotate", "1", "3.1.0", plugins=[plugin])
    describe_tuples(plugin)
    spec.components.schema(shape.__name__, schema=shape)
    definitions = _pointing_inside(spec.to_dict()["components"]["schemas"])
    main = definitions.pop(shape.__name__)
    return {"$schema": DIALECT, "title": f"{FORMAT_VERSION} {shape.__name__}", **main, "$defs": definitions}


def _pointing_inside(node: Any) -> Any:
    """References of an OpenAPI document become references inside one schema."""
    if isinstance(node, dict):
        return {
            key: value.replace("#/components/schemas/", "#/$defs/")
            if key == "$ref"
            else _pointing_inside(value)
            for key, value in node.items()
        }
    return [_pointing_inside(each) for each in node] if isinstance(node, list) else node


def as_text(shape: type) -> str:
    """Return a schema as it is committed."""
    return json.dumps(json_schema(shape), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    for name, shape in PUBLISHED.items():
        (FOLDER / name).write_text(as_text(shape), "utf-8")
