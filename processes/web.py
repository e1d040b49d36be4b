"""The web process: webhooks, the web chat, the admin, and how the house is doing.

`make_app` is what Granian loads (by `processes.starting`). Nothing here loads the finder: the web process stays small.
"""

from __future__ import annotations

import gzip
import hmac
import ipaddress
import logging
import os
from collections.abc import Callable
from importlib import metadata
from typing import Any

from alembic.migration import MigrationContext
from flask import Flask, Response, jsonify, request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

import admin
from admin.announcement_costs import NewsTerms
from admin.installation import Installation
from admin.spoken import Spoken
from bot import announcements, posters, templates
from centre import heartbeats
from centre.db import Database
from centre.privacy import derive_key
from content import contacts
from processes import gateway_settings, lookout, metrics, migrating, parents, staff_codes, wiring
from processes import privacy_page as privacy_text
from processes.front_door import FrontDoor
from processes.keep_settings import read_keep
from processes.last_resort import DangerCard
from processes.log_lines import follow_requests
from processes.metering import Meter
from processes.phrasebook import Phrasebook
from processes.previewing import preview
from processes.settings import Settings, mail_server, read_settings, secret_key
from processes.trial_desk import TrialDesk
from webhooks import appointments, privacy_page, public_figures, routes, webchat

COMPRESS_FROM = 1000
"""Bytes under which compressing costs more than it saves."""
COMPRESSIBLE = ("text/", "application/json", "application/javascript", "image/svg+xml")


def make_app() -> Flask:
    """The application of this process, from its settings."""
    wiring.log_to_stderr()
    parents.end_with(os.getppid())  # Granian's own parent process: killed, it would leave us with the port
    settings = read_settings()
    database, meter = wiring.database(settings, pool_size=8), Meter()
    lookout.begin(database, meter, settings.public_url, mail_server(settings))
    return create_app(settings, database, meter)


def create_app(settings: Settings, database: Database, meter: Meter | None = None) -> Flask:
    """Everything served at one address: the pages, and beside them the webhooks, which pay for nothing that pages need.

    `meter`: counts what is refused.
    """
    key = secret_key(settings)
    last_resort = DangerCard(
        lambda: wiring.channels(settings), contacts.read(), settings.data / "danger-cards", derive_key(key, "marks")
    )
    last_resort.sweep()
    app = _pages(settings, database, key, last_resort)
    doors = _webhooks(settings, database, last_resort, meter or Meter())
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {routes.PREFIX: doors})  # type: ignore[method-assign]
    app.wsgi_app = FrontDoor(app.wsgi_app, is_https=settings.is_https)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=1)  # type: ignore[method-assign]
    return app


def _webhooks(settings: Settings, database: Database, last_resort: DangerCard, meter: Meter) -> Flask:
    """Where the platforms knock: no sessions, no limits, no compression."""
    doors = Flask("balai.webhooks", static_folder=None)
    doors.logger.setLevel(logging.ERROR)
    follow_requests(doors)
    connected, verify_token = wiring.channels(settings), settings.whatsapp_verify_token
    paths = gateway_settings.secret_paths(settings)
    doors.register_blueprint(
        routes.blueprint(database, connected, wiring.clock, last_resort, verify_token, paths, refused=meter.refused)
    )
    return doors


def _pages(settings: Settings, database: Database, key: str, last_resort: DangerCard) -> Flask:
    """The web chat, the bookings by link, the admin, and how the house is doing."""
    app = Flask("balai", static_folder=None)
    # Werkzeug's own redirects to a better spelling name the host that the request claims to have asked.
    app.url_map.strict_slashes = app.url_map.merge_slashes = False
    app.config["MAX_CONTENT_LENGTH"] = routes.LARGEST
    app.logger.setLevel(logging.ERROR)
    follow_requests(app)
    app.register_blueprint(
        webchat.blueprint(
            database,
            wiring.clock,
            key=derive_key(key, "webchat"),
            secure=settings.is_https,
            danger_card=last_resort.text_for,
            store=wiring.file_store(settings),
        )
    )
    app.register_blueprint(appointments.blueprint(database, wiring.clock, public_url=settings.public_url))
    app.register_blueprint(public_figures.blueprint(database, wiring.clock))
    keep = read_keep()
    app.register_blueprint(privacy_page.blueprint(privacy_text.pages(keep, settings.privacy_contact)))
    store = wiring.file_store(settings)
    admin.register(
        app,
        database,
        wiring.clock,
        key=derive_key(key, "admin"),
        secure=settings.is_https,
        store=store,
        spoken=spoken(),
        home=settings.public_url,
        send_code=staff_codes.send if settings.has_telegram else None,
        facts=_facts(settings),
        news=_news_terms(settings),
    )
    _add_health(app, database, settings)
    app.after_request(_compress)
    return app


def _facts(settings: Settings) -> Installation:
    """What administrators may read of the settings: no secret."""
    return Installation(
        version=metadata.version("balai"),
        revision=migrating.newest() or "",
        public_url=settings.public_url,
        is_sqlite=settings.is_sqlite,
        has_telegram=settings.has_telegram,
        has_whatsapp=settings.has_whatsapp,
        has_fonnte=settings.has_fonnte,
        has_waha=settings.has_waha,
        has_sms=settings.has_sms,
        sms_price=settings.sms_price,
        has_mail=bool(settings.smtp_url),
        trusted_proxies=settings.trusted_proxies,
        has_own_field_keys=bool(settings.field_keys),
        backups_to=settings.backups,
        keep=read_keep(),
        contact=settings.privacy_contact,
    )


def _news_terms(settings: Settings) -> NewsTerms:
    """What announcements to people who have not written for a day take on WhatsApp, as far as the settings say."""
    return NewsTerms(
        has_whatsapp=settings.has_whatsapp,
        daily=settings.whatsapp_daily,
        category=templates.category_of("announced"),
        price=settings.whatsapp_news_price,
        priced_on=settings.whatsapp_news_price_date,
        price_source=settings.whatsapp_news_price_source,
    )


def spoken() -> Spoken:
    """What the desk has worded by the bot, in the sentences of now."""
    book = Phrasebook()

    def fresh(worded: Callable[..., Any]) -> Callable[..., Any]:
        def in_words_of_now(session: Session, *asked: Any) -> Any:
            book.refresh(session)  # this process hears nobody: it looks for new sentences only where it words any
            return worded(session, *asked)

        return in_words_of_now

    return Spoken(
        poster=fresh(lambda _session, language: posters.words(language)),
        announcement=fresh(lambda _session, *said: announcements.around(*said)),
        news_template=fresh(lambda _session, *said: announcements.as_template(*said)),
        preview=fresh(preview),
        phrasebook=book,
        converse=TrialDesk().converse,
    )


def _add_health(app: Flask, database: Database, settings: Settings) -> None:
    @app.get("/healthz")
    def healthz() -> Response:
        return Response("ok\n", mimetype="text/plain")

    @app.get("/readyz")
    def readyz() -> tuple[Response, int]:
        checks = _readiness(database)
        return jsonify(checks), 200 if all(checks.values()) else 503

    folders = {"data": settings.data, "files": settings.folder_of_files}

    @app.get("/metrics")
    def figures() -> Response:
        if not _may_read_metrics(settings):
            return Response("not here\n", 403, mimetype="text/plain")
        try:
            return Response(metrics.measure(database, wiring.clock(), folders), mimetype="text/plain; version=0.0.4")
        except SQLAlchemyError:
            return Response("no database\n", 503, mimetype="text/plain")


def _readiness(database: Database) -> dict[str, bool]:
    """Can the database be reached, is it migrated, was a worker seen lately?"""
    try:
        with database.reading() as session:
            revision = MigrationContext.configure(session.connection()).get_current_revision()
            seen = heartbeats.last_seen(session) if revision else None
    except SQLAlchemyError:
        return {"database": False, "migrations": False, "worker": False}
    is_seen = seen is not None and wiring.clock() - seen < heartbeats.LATELY
    return {"database": True, "migrations": migrating.serves(revision), "worker": is_seen}


def _may_read_metrics(settings: Settings) -> bool:
    if settings.metrics_token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), settings.metrics_token.encode())
    # A proxy on this machine would make everybody look like loopback.
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return not forwarded and _is_loopback(request.remote_addr or "")


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _compress(response: Response) -> Response:
    """Granian does not compress, and a village network needs it."""
    if (
        response.direct_passthrough
        or response.content_encoding
        or "gzip" not in request.headers.get("Accept-Encoding", "")
        or not (response.mimetype or "").startswith(COMPRESSIBLE)
        or (response.content_length or 0) < COMPRESS_FROM
    ):
        return response
    response.set_data(gzip.compress(response.get_data(), 6))
    response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    return response
