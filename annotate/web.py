"""What pages and API share: the database at hand, who is signed in, headers, and errors as answers."""

import logging
from typing import Any

import orjson
from flask import Flask, Response, current_app, g, redirect, render_template, request, url_for
from flask.json.provider import JSONProvider
from flask_login import LoginManager, UserMixin, current_user
from flask_wtf.csrf import CSRFError, CSRFProtect
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as AnyResponse

from annotate import errors
from annotate.config import Settings
from annotate.database import Database, open_database
from annotate.sealing import seal, unseal
from annotate.signing_in import session_limits
from annotate.store.clock import seconds
from annotate.store.reviewers import Person
from annotate.store.sessions import TOUCH_SECONDS, find_session, touch_session
from annotate.store.tokens import find_bearer

logger = logging.getLogger(__name__)
csrf = CSRFProtect()
login_manager = LoginManager()

API = "/api/"
BEARER = "Bearer "
PUBLIC = {
    "static",
    "auth.sign_in",
    "auth.sign_in_now",
    "welcome.arrive",
    "welcome.show",
    "welcome.choose",
    "health.root",
    "health.api",
}
SAFE = {"GET", "HEAD", "OPTIONS"}

STATUS = {  # the one place where a domain error meets HTTP
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Refused: 409,
    errors.Stale: 412,
    errors.Invalid: 422,
    errors.Throttled: 429,
    errors.Unavailable: 503,
}
CODES = {
    400: "bad_request",
    401: "unauthorized",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    428: "precondition_required",
    500: "internal",
}

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    ]
)


class OrjsonProvider(JSONProvider):
    """JSON by orjson: fast, and it refuses NaN, lone surrogates and bottomless nesting."""

    def dumps(self, obj: Any, **_: Any) -> str:
        """Return JSON text."""
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        """Read JSON text."""
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """Answer with JSON."""
        return json_response(self._prepare_response_obj(args, kwargs))


def json_response(body: Any, status: int = 200) -> Response:
    """Answer with JSON; dataclasses are written as objects."""
    text = orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS)  # complaints are keyed by position
    return Response(text, status, mimetype="application/json")


class Account(UserMixin):  # type: ignore[misc]
    """Whom a request comes from: a person, by a session of theirs or by a token."""

    def __init__(self, person: Person, *, session_token: str | None, scope: str) -> None:
        self.person = person
        self.session_token = session_token
        self.scope = scope
        self.id, self.name, self.role = person.id, person.name, person.role

    def get_id(self) -> str:
        """Return what the signed cookie holds: the session's token, never the account's id."""
        return self.session_token or ""


def init_app(app: Flask, settings: Settings) -> None:
    """Set an application up; the order of the guards is the order in which they run."""
    app.json = OrjsonProvider(app)
    app.extensions["settings"] = settings
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.max_body_kb * 1024,
        MAX_FORM_MEMORY_SIZE=64 * 1024,
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
        SESSION_COOKIE_NAME="__Host-annotate" if settings.https else "annotate",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_CHECK_DEFAULT=False,  # we ask ourselves, in `_guard`
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
    )
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )
    csrf.init_app(app)
    login_manager.session_protection = None  # "strong" would trust a forged X-Forwarded-For
    login_manager.init_app(app)
    login_manager.user_loader(load_session)
    login_manager.request_loader(_load_bearer)
    app.before_request(_guard)
    app.after_request(_add_headers)
    app.register_error_handler(errors.AnnotateError, _answer_domain_error)
    app.register_error_handler(ValidationError, _answer_bad_address)
    app.register_error_handler(SecurityError, _answer_foreign_host)
    app.register_error_handler(HTTPException, _answer_http_error)
    app.register_error_handler(Exception, _answer_surprise)


def get_settings() -> Settings:
    """Return the settings of the running application."""
    settings: Settings = current_app.extensions["settings"]
    return settings


def get_db() -> Database:
    """Return the application's database, opened at its first use.

    :raises Unavailable: it is missing, damaged, or of another layout.
    """
    db: Database | None = current_app.extensions.get("database")
    if db is None:
        db = open_database(get_settings().database)
        db = current_app.extensions.setdefault("database", db)
    return db


def me() -> Person:
    """Return who is signed in."""
    person: Person = g.account.person
    return person


def event_name(number: int | None) -> str | None:
    """Return what names an event of the history outside."""
    return None if number is None else seal(number, get_settings().secret_key or "")


def event_number(name: str) -> int:
    """:raises NotFound: no event was ever named so."""
    number = unseal(name, get_settings().secret_key or "")
    if number is None:
        raise errors.NotFound("There is no such event.")
    return number


def event_before(cursor: str | None) -> int | None:
    """:raises Invalid: no page of a history ended so."""
    try:
        return None if cursor is None else event_number(cursor)
    except errors.NotFound:
        raise errors.Invalid(
            "Not right: cursor.", fields={"cursor": ["Must be the `next` of a page."]}
        ) from None


def load_session(token: str) -> Account | None:
    """Return whom a session belongs to, None if it has ended or a token was sent instead."""
    if request.path.startswith(API) and "Authorization" in request.headers:
        return None  # a token speaks for itself; a cookie that came along adds nothing
    limits = session_limits(get_settings())
    session = find_session(get_db(), token, **limits)
    if session is None:
        return None
    if session.seen_at < seconds() - min(TOUCH_SECONDS, limits["idle_seconds"] // 4):
        try:
            touch_session(get_db(), token)
        except errors.Unavailable:
            logger.warning("A session could not be marked as seen.")  # reading goes on
    return Account(session.person, session_token=token, scope="write")


def _load_bearer(_: Any) -> Account | None:
    header = request.headers.get("Authorization", "")
    if not header.startswith(BEARER) or not request.path.startswith(API):
        return None
    bearer = find_bearer(get_db(), header.removeprefix(BEARER).strip())
    if bearer is None:
        return None
    return Account(bearer.person, session_token=None, scope=bearer.scope)


def _guard() -> AnyResponse | None:
    """Let nobody in who is not signed in, and nothing be changed by another site or a read token."""
    if isinstance(request.routing_exception, RequestRedirect):
        raise errors.NotFound("There is no such page.")  # a redirect would repeat a forged Host
    if request.endpoint is None:
        return None  # 404 or 405 comes next, and no view runs
    is_public = request.endpoint in PUBLIC
    if not is_public:
        if not current_user.is_authenticated:
            return _ask_to_sign_in()
        g.account = current_user._get_current_object()  # asked for often, and looked up slowly
    if request.method in SAFE:
        return None
    if is_public or g.account.session_token:
        csrf.protect()
    elif g.account.scope != "write":
        raise errors.Forbidden("This token may only read.", code="scope")
    return None


def _ask_to_sign_in() -> AnyResponse:
    if request.path.startswith(API):
        answer = _json_error(401, "unauthorized", "Sign in, or send a token.")
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer
    target = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(url_for("auth.sign_in", next=None if target == "/" else target))


def _add_headers(response: AnyResponse) -> AnyResponse:
    headers = response.headers
    headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    headers["X-Content-Type-Options"] = "nosniff"
    headers.setdefault("Referrer-Policy", "same-origin")
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if request.endpoint != "static" or response.status_code != 200:
        headers["Cache-Control"] = "no-store"
    if get_settings().https:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


def _answer_domain_error(problem: errors.AnnotateError) -> AnyResponse:
    status = next((status for kind, status in STATUS.items() if isinstance(problem, kind)), 500)
    answer = _error(status, problem.code, problem.message, problem.fields, problem.current)
    retry_after = getattr(problem, "retry_after", None)
    if retry_after:
        answer.headers["Retry-After"] = str(retry_after)
    if status >= 500:
        logger.error("%s: %s", type(problem).__name__, problem.message)
    return answer


def _answer_http_error(problem: HTTPException) -> AnyResponse:
    if problem.code is None or problem.code < 400:
        return problem.get_response()
    code = "csrf" if isinstance(problem, CSRFError) else CODES.get(problem.code, "error")
    answer = _error(problem.code, code, problem.description or problem.name)
    valid_methods = getattr(problem, "valid_methods", None)
    if valid_methods:
        answer.headers["Allow"] = ", ".join(valid_methods)
    return answer


def _answer_bad_address(problem: ValidationError) -> AnyResponse:
    """The fields of a page's address; those of the API are read in ``api.wire``."""
    fields = problem.normalized_messages()  # type: ignore[no-untyped-call]
    return _error(422, "invalid", f"This address makes no sense: {', '.join(fields)}.", fields)


def _answer_foreign_host(_: SecurityError) -> AnyResponse:
    return Response("This is not the name of this service.\n", 400, mimetype="text/plain")


def _answer_surprise(problem: Exception) -> AnyResponse:
    logger.exception("An error that nobody foresaw", exc_info=problem)
    return _error(500, "internal", "Something went wrong here; it was written to the log.")


def _error(status: int, code: str, message: str, fields: Any = None, current: Any = None) -> AnyResponse:
    if request.path.startswith(API):
        return _json_error(status, code, message, fields, current)
    return Response(render_template("error.html", code=status, message=message), status)


def _json_error(status: int, code: str, message: str, fields: Any = None, current: Any = None) -> Response:
    error = {"code": code, "message": message, "fields": fields, "current": current}
    return json_response(
        {"error": {name: value for name, value in error.items() if value is not None}}, status
    )
