"""A booking by link: one page for one booking, without account (as in RDV Service Public and Easy!Appointments).

The link's last part is the secret that opens it (`centre.bookings.token_of`); whoever has it may do what the family may do
in the chat, and every change is entered as theirs. Looking changes nothing, so that the previews that messengers fetch
are harmless. Rules for the page: OWASP ASVS 5.0 V3 (headers, requests of other sites) and V2.4 (how often).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from urllib.parse import urlsplit

import segno
import structlog
from flask import Blueprint, Response, request
from flask_limiter import RateLimitExceeded
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from centre import bookings
from centre.bookings import Booking
from centre.db import Database
from webhooks import appointment_cards as cards
from webhooks import browsers
from webhooks.browsers import html, see
from webhooks.calendar_files import Entry, calendar_file
from webhooks.page.appointment_words import LANGUAGES, WORDS, language_of

PREFIX = "/janji"
CHECK_IN = "/admin/hadir/"
"""Where the desk ticks somebody off; the page's QR leads there."""
CHANGED_PER_LINK = "20 per minute"
CHANGED_PER_PLACE = "200 per minute"
"""From one address, which a village hall or a mobile carrier's customers share."""
SEEN_PER_LINK = "120 per minute"
LARGEST = 4096
"""Bytes in one form: nothing is typed here."""
ACTS: Mapping[str, Callable[[Session, int, str, datetime], Booking]] = {
    "datang": bookings.confirm,
    "ambil": bookings.accept,
    "batal": bookings.cancel,
    "berhalangan": bookings.excuse,
}
PROMISES = ("datang", "ambil")
"""Acts that hold only for the time and place that were shown: a page may have been open since before staff changed them."""

log = structlog.get_logger()


class WrongLink(Exception):
    """No booking of anybody's is behind this link: cut short, made up, or erased."""


class Foreign(Exception):
    """Another site sent this form."""


def blueprint(database: Database, clock: Callable[[], datetime], *, public_url: str = "") -> Blueprint:
    """The pages under /janji. `public_url`: where people reach us; without it, where this request reached us."""
    routes = Blueprint("appointments", __name__, url_prefix=PREFIX, template_folder=str(browsers.PAGES))
    limiter = browsers.limiter_of(routes)
    looking = limiter.limit(SEEN_PER_LINK, key_func=_link)
    changing = limiter.shared_limit(CHANGED_PER_PLACE, scope="place")
    changing_one = limiter.shared_limit(CHANGED_PER_LINK, scope="link", key_func=_link)

    @routes.get("/<token>")
    @looking
    def look(token: str) -> Response:
        return _page("appointment.html", token)

    @routes.get("/<token>/batal")
    @looking
    def ask_again(token: str) -> Response:
        return _page("appointment-cancel.html", token)

    @routes.post(f"/<token>/<any({','.join(ACTS)}):act>")
    @changing
    @changing_one
    def change(token: str, act: str) -> Response:
        try:
            with database.transaction() as session:
                _change(session, _behind(session, token), act, request.form.get("seen", ""), clock())
        except bookings.TooLateToCancel:
            return _page("appointment-cancel.html", token, 409)
        return see(_address(token))

    @routes.get("/<token>/pindah")
    @looking
    def other_dates(token: str) -> Response:
        return _page("appointment-move.html", token)

    @routes.post("/<token>/pindah")
    @changing
    @changing_one
    def move(token: str) -> Response:
        try:
            with database.transaction() as session:
                _move(session, _behind(session, token), request.form.get("choice", ""), clock())
        except bookings.CannotBook as rule:
            return _page("appointment-move.html", token, 409, refused=type(rule).__name__)
        except bookings.TooLateToCancel:
            return _page("appointment-cancel.html", token, 409)
        return see(_address(token))

    @routes.get("/<token>/kalender.ics")
    @looking
    def calendar(token: str) -> Response:
        now = clock()
        with database.reading() as session:
            entry = _entry(session, token, now)
        return Response(
            calendar_file(entry, now),
            mimetype="text/calendar",
            headers={"Content-Disposition": 'attachment; filename="janji-balai.ics"'},
        )

    @routes.before_request
    def take_only_our_forms() -> None:
        request.max_content_length = LARGEST
        if request.method == "POST" and _is_foreign(public_url):
            raise Foreign

    @routes.after_request
    def guard(response: Response) -> Response:
        browsers.protect(response, browsers.own_style())
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    @routes.errorhandler(WrongLink)
    def not_found(_error: WrongLink) -> Response:
        return _sorry(404, "not_found")

    @routes.errorhandler(Foreign)
    def foreign(_error: Foreign) -> Response:
        return _sorry(403, "foreign")

    @routes.errorhandler(RateLimitExceeded)
    def too_often(_error: RateLimitExceeded) -> Response:
        response = _sorry(429, "too_often")
        if limiter.current_limit:
            response.headers["Retry-After"] = str(browsers.seconds_left(limiter.current_limit))
        return response

    @routes.errorhandler(SQLAlchemyError)
    def down(error: SQLAlchemyError) -> Response:
        log.error("appointments.no_database", error=type(error).__name__)
        return _sorry(503, "down")

    def _page(template: str, token: str, status: int = 200, refused: str = "") -> Response:
        """One of the booking's pages, as it stands now. `refused`: the rule that stood against a move."""
        now = clock()
        with database.reading() as session:
            booking = _behind(session, token)
            card = cards.card(session, booking, _chosen(), now)
            is_moving = template == "appointment-move.html"
            choices = cards.other_dates(session, booking, card.language, now) if is_moving else []
        response = html(
            template,
            card=card,
            words=card.words,
            language=card.language,
            choices=choices,
            refused=card.words.get(refused, ""),
            at=f"{PREFIX}/{token}",
            query=_query(),
            languages=LANGUAGES,
            qr=_qr(public_url, card) if card.state == "booked" else "",
            shown=bookings.shown,
        )
        response.status_code = status
        return response

    return routes


def _behind(session: Session, token: str) -> Booking:
    """The booking behind the link, as long as its person is known. Raises `WrongLink`."""
    booking = bookings.by_token(session, token)
    if booking is None or booking.person_id is None:
        raise WrongLink
    return booking


def _change(session: Session, booking: Booking, act: str, seen: str, now: datetime) -> None:
    """Do it. What cannot be done any more raises nothing: the page says how it stands instead. Raises `TooLateToCancel`."""
    if act in PROMISES and seen != cards.shown_time(bookings.hold(session, booking.id).slot):
        return
    with suppress(bookings.NotOpen, bookings.OfferLapsed):
        ACTS[act](session, booking.id, bookings.FAMILY, now)


def _move(session: Session, booking: Booking, choice: str, now: datetime) -> None:
    """Move to the slot chosen from the list. Raises `TooLateToCancel` or a kind of `CannotBook`."""
    slot_id, version = _chosen_slot(choice)
    try:
        with suppress(bookings.NotOpen):
            bookings.move(session, booking.id, slot_id, bookings.FAMILY, now, version=version)
    except bookings.AlreadyBooked as there:
        if there.booking.id != booking.id:  # else it was sent twice
            raise


def _chosen_slot(choice: str) -> tuple[int, int]:
    slot_id, _, version = choice.partition(".")
    are_numbers = all(part.isascii() and part.isdecimal() and len(part) < 19 for part in (slot_id, version))
    return (int(slot_id), int(version)) if are_numbers else (0, 0)


def _entry(session: Session, token: str, now: datetime) -> Entry:
    booking = _behind(session, token)
    card, slot = cards.card(session, booking, _chosen(), now), booking.slot
    return Entry(
        secret=token,
        # Not the slot's version: somebody who moved may have come to a slot that was never changed.
        changes=len(bookings.history(session, booking.id)) - 1,
        what=card.text.name,
        where=card.where,
        begins=slot.starts_at,
        ends=slot.ends_at,
        state=booking.state,
        changed_at=booking.changed_at,
    )


def _link() -> str:
    return str((request.view_args or {}).get("token", ""))


def _is_foreign(public_url: str) -> bool:
    """Did another site send this form? Our own pages name no origin, because of their Referrer-Policy."""
    if "Sec-Fetch-Site" in request.headers:
        return browsers.is_from_elsewhere()
    origin = request.headers.get("Origin", "null")
    return origin != "null" and urlsplit(origin).netloc not in (request.host, urlsplit(public_url).netloc)


def _chosen() -> str:
    """The language chosen on the page; empty for none."""
    asked = request.args.get("lang", "")
    return asked if asked in WORDS else ""


def _query() -> str:
    return f"?lang={_chosen()}" if _chosen() else ""


def _address(token: str) -> str:
    return f"{PREFIX}/{token}{_query()}"


def _qr(public_url: str, card: cards.Card) -> str:
    """What staff scan at the door, as a drawing within the page."""
    address = f"{public_url or request.host_url.rstrip('/')}{CHECK_IN}{card.code}"
    drawing = segno.make(address, error="m", micro=False)
    return drawing.svg_inline(omitsize=True, border=3, dark="#000", light="#fff", svgclass=None, lineclass=None)


def _sorry(status: int, why: str) -> Response:
    """A page about what went wrong, in the language that the browser prefers of ours."""
    language = _chosen() or language_of(request.accept_languages.best_match(list(WORDS), "id"))
    words = WORDS[language]
    title, explanation = words[f"{why}_title"], words[why]
    response = html("appointment-sorry.html", words=words, language=language, title=title, explanation=explanation)
    response.status_code = status
    return response
