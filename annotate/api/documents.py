"""Documents, listed and whole."""

from typing import Any

from flask import Response

from annotate.api.wire import PREFIX, Blueprint, counts_json
from annotate.exporting import Selection, document_json, open_sentence_json
from annotate.store.contents import get_content
from annotate.store.documents import get_document, list_documents
from annotate.store.revisions import get_neighbours
from annotate.web import get_db, json_response, me
from schemas.document import DocumentList, DocumentQuery, ListedDocument, OpenDocument

blp = Blueprint("documents", __name__, url_prefix=PREFIX, description="Articles as loaded")
LISTED = ListedDocument(many=True)


@blp.get("/documents")
@blp.arguments(DocumentQuery(), location="query")
@blp.response(200, DocumentList)
def list_all(query: dict[str, Any]) -> Response:
    """List documents, newest first."""
    limit = query.pop("limit")
    found = list_documents(get_db(), me(), limit=limit + 1, **query)
    page = found[:limit]
    cursor = str(page[-1].number) if len(found) > limit else None
    return json_response({"items": LISTED.dump(page), "next": cursor})


@blp.get("/documents/<string:document_id>")
@blp.response(200, OpenDocument)
def show(document_id: str) -> Response:
    """Show one document with every record that I may see."""
    db = get_db()
    document = get_document(db, document_id, me())
    content = get_content(db, document, me())
    n_tagged = sum(each.n_tagged for each in content.reviews if each.reviewer == me().name)
    body = document_json(document, content, Selection())
    body["sentences"] = [open_sentence_json(each, me()) for each in content.sentences]
    neighbours = get_neighbours(db, document, me())
    body["supersedes"] = neighbours.before and neighbours.before.id
    body["superseded_by"] = neighbours.after and neighbours.after.id
    body["lost"] = neighbours.lost
    body["counts"] = counts_json(document, document.n_sentences - n_tagged)
    return json_response(body)
