"""What staff see: the desk under /admin, in plain pages that work on a phone, without a mouse and without scripts.

Each page declares who may open it (`admin.access`); `register` refuses to start with a page that does not.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, Flask
from flask_wtf.csrf import CSRFProtect

from admin import (
    access,
    account,
    announcements,
    articles,
    assets,
    audits,
    auth,
    booking_types,
    breaches,
    calls,
    case_deeds,
    case_figures,
    case_files,
    case_referrals,
    cases,
    centre_hours,
    chat_codes,
    contacts,
    desk,
    desk_bookings,
    drafts,
    editing,
    errors,
    exchange,
    factors,
    figures,
    gates,
    headers,
    incidents,
    installation,
    keepers,
    keeping,
    language,
    laws,
    members,
    menu,
    open_questions,
    own_sessions,
    people,
    people_cards,
    people_family,
    people_files,
    people_list,
    people_merges,
    people_requests,
    people_untold,
    place_figures,
    posters,
    questions,
    recordings,
    revisions,
    rosters,
    saved_replies,
    second_step,
    services,
    slots,
    speaking,
    steady,
    storage,
    tables,
    translations,
    trials,
    villages,
    withdrawals,
    wording,
)
from admin.announcement_costs import NewsTerms
from admin.spoken import Spoken
from centre.db import Database
from centre.file_store import FileStore
from centre.retention_rules import DEFAULTS


def register(
    app: Flask,
    database: Database,
    clock: Callable[[], datetime],
    *,
    key: str,
    secure: bool,
    store: FileStore | None = None,
    spoken: Spoken | None = None,
    home: str = "",
    send_code: chat_codes.SendCode | None = None,
    facts: installation.Installation | None = None,
    news: NewsTerms | None = None,
) -> None:
    """Add the desk to `app`. Flask's own session belongs to the desk from now on, signed with `key`.

    `store`: where the files of cases lie. `spoken`: what only the bot can word. `home`: our public address.
    `send_code`: how the code of the second step goes to somebody's chat. `facts`: how this installation is set up.
    `news`: under which terms announcements may be paid for.

    `secure`: people come by https, so cookies bear the `__Host-` name and are never sent in the clear.
    """
    app.config.update(
        SECRET_KEY=key,
        SESSION_COOKIE_NAME="__Host-petugas" if secure else "petugas",
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_CHECK_DEFAULT=False,  # webhooks and the web chat have proofs of their own; `access` checks ours
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a form open over lunch must not lose what was typed
        WTF_CSRF_SSL_STRICT=False,  # it wants a Referer, which our own Referrer-Policy withholds
    )
    CSRFProtect(app)
    language.add(app)
    app.register_blueprint(_pages(database, clock, store, spoken, home, send_code, facts, news or NewsTerms()))
    access.check_declared(app)


def _pages(
    database: Database,
    clock: Callable[[], datetime],
    store: FileStore | None,
    spoken: Spoken | None,
    home: str,
    send_code: chat_codes.SendCode | None,
    facts: installation.Installation | None,
    news: NewsTerms,
) -> Blueprint:
    pages = Blueprint("admin", __name__, url_prefix="/admin", template_folder="templates")
    headers.add(pages)
    steady.add(pages)
    access.guard(pages, database, clock, keeping.keep_this, keeping.offer_again)
    keeping.guard(pages, database, clock)
    errors.add(pages)
    wording.add(pages, clock)
    for part in (
        assets.blueprint(),
        auth.blueprint(database, clock, send_code),
        second_step.blueprint(database, clock, send_code),
        factors.blueprint(database, clock, send_code),
        account.blueprint(database, clock),
        own_sessions.blueprint(database, clock),
        members.blueprint(database, clock),
        villages.blueprint(database, clock, home),
        audits.blueprint(database, clock),
        installation.blueprint(facts, database, clock),
        storage.blueprint(database, clock, facts.keep if facts else DEFAULTS),
        breaches.blueprint(database, clock, facts.contact if facts else ""),
        incidents.blueprint(database, clock),
        keeping.blueprint(database, clock),
        desk.blueprint(database, clock),
        menu.blueprint(),
        speaking.blueprint(database),
        saved_replies.blueprint(database, clock),
        cases.blueprint(database, clock),
        case_deeds.blueprint(database, clock),
        case_files.blueprint(database, clock, store),
        slots.blueprint(database, clock),
        rosters.blueprint(database, clock),
        desk_bookings.blueprint(database, clock),
        articles.blueprint(database, clock),
        editing.blueprint(database, clock, spoken),
        drafts.blueprint(database, clock, spoken),
        revisions.blueprint(database, clock),
        withdrawals.blueprint(database, clock),
        keepers.blueprint(database, clock),
        laws.blueprint(database, clock),
        translations.blueprint(database, clock),
        gates.blueprint(database, clock),
        questions.blueprint(database, clock),
        trials.blueprint(database, clock, spoken.converse if spoken else None),
        open_questions.blueprint(database, clock),
        exchange.blueprint(database, clock, spoken.phrasebook if spoken else None),
        recordings.blueprint(database, clock),
        tables.blueprint(clock),
        contacts.blueprint(database, clock),
        services.blueprint(database, clock),
        calls.blueprint(database, clock),
        booking_types.blueprint(database, clock),
        centre_hours.blueprint(database, clock),
        people.blueprint(database, clock),
        people_list.blueprint(database, clock),
        people_cards.blueprint(database, clock),
        people_family.blueprint(database, clock),
        people_files.blueprint(database, clock, home),
        people_requests.blueprint(database, clock),
        people_untold.blueprint(database, clock),
        people_merges.blueprint(database, clock),
        figures.blueprint(database, clock),
        case_referrals.blueprint(database, clock),
        case_figures.blueprint(database, clock),
        place_figures.blueprint(database, clock),
        announcements.blueprint(database, clock, spoken, news, home),
        posters.blueprint(database, spoken, home),
    ):
        pages.register_blueprint(part)
    return pages
